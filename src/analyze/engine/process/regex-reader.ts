// RegexSerDe and Grok: the groups of an expression that matches the whole line. A line that does not match is a row of
// NULLs, as is a value that does not fit its type.
// https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html

import type { RowFormat } from '../../../formats/row-format.ts'
import type { Column } from '../request.ts'
import { type RowReader, unsupportedColumn } from './row-reader.ts'
import { textValue } from './text-values.ts'

export function regexReader(format: Extract<RowFormat, { serde: 'regex' }>, columns: readonly Column[]): RowReader {
  const expression = new RegExp(`^(?:${format.pattern})$`, format.flags)
  for (const column of columns)
    if (textValue(column.type, 'line') === undefined) throw unsupportedColumn(column, 'RegexSerDe')
  return {
    isStrict: false,
    readingTypes: columns.map(() => 'VARCHAR'),
    value: (index, read) => textValue(columns[index]?.type ?? 'string', read) ?? read,
    read(line) {
      const found = expression.exec(line)
      return { values: columns.map((_, index) => JSON.stringify(found?.[index + 1] ?? null)) }
    },
  }
}
