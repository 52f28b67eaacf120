// RegexSerDe and Grok: the groups of an expression that matches the whole line. A line that does not match is a row of
// NULLs, as is a value that does not fit its type.
// https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html

import type { RowFormat } from '../../../formats/row-format.ts'
import { EngineFault } from '../fault.ts'
import type { Column } from '../request.ts'
import { type PlacedColumn, type RowReader, unsupportedColumn } from './row-reader.ts'
import { textValue } from './text-values.ts'

export function regexReader(
  format: Extract<RowFormat, { serde: 'regex' }>,
  columns: readonly PlacedColumn[],
  all: readonly Column[],
): RowReader {
  const expression = new RegExp(`^(?:${format.pattern})$`, format.flags)
  for (const column of all)
    if (textValue(column.type, 'line') === undefined) throw unsupportedColumn(column, 'RegexSerDe')
  const groupCount = (new RegExp(`${format.pattern}|`).exec('')?.length ?? 1) - 1
  // Those that are too many are nobody's: the guide's own tables of load balancers' logs have one.
  if (format.groups === undefined && groupCount < all.length)
    throw new EngineFault(
      'data',
      `HIVE_CURSOR_ERROR: Number of matching groups doesn't match the number of columns: ${groupCount} groups, ${all.length} columns`,
    )
  const groups = placesOf(format, all)
  const places = columns.map(({ place }) => groups[place] ?? 0)
  return {
    isStrict: false,
    readingTypes: columns.map(() => 'VARCHAR'),
    value: (index, read) => textValue(columns[index]?.type ?? 'string', read) ?? read,
    read(line) {
      const found = expression.exec(line)
      return { values: places.map(place => JSON.stringify(found?.[place] ?? null)) }
    },
  }
}

/** Of each column the group: in their order, or where all of them are names of Grok's groups the one of that name. */
function placesOf({ groups }: Extract<RowFormat, { serde: 'regex' }>, columns: readonly Column[]): readonly number[] {
  if (groups === undefined) return columns.map((_, index) => index + 1)
  const named = columns.map(({ name }) => groups.findIndex(group => group.name === name.toLowerCase()) + 1)
  if (named.every(place => place > 0)) return named
  const given = groups.flatMap(({ isGiven }, index) => (isGiven ? [index + 1] : []))
  // There is no group of that number, and what it took out is NULL.
  return columns.map((_, index) => given[index] ?? groups.length + 1)
}
