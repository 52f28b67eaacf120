// OpenCSVSerDe: fields between separators, with quotes and escapes; each line by itself, so that no field holds a line
// break. Numbers must be numbers, dates are days and timestamps milliseconds since 1970.
// https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html

import type { RowFormat } from '../../../formats/row-format.ts'
import { literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import { badValue, type PlacedColumn, type RowReader, unsupportedColumn } from './row-reader.ts'

type OpenCsv = Extract<RowFormat, { serde: 'opencsv' }>

export function openCsvReader(format: OpenCsv, columns: readonly PlacedColumn[]): RowReader {
  const special = [format.quote, format.escape].filter(character => character !== '\0' && character !== '')
  const marks = special.map(character => `contains(line, ${literal(character)})`)
  return {
    isStrict: false,
    readingTypes: columns.map(() => 'VARCHAR'),
    plain: {
      // Of an empty line every field is NULL.
      shared: [
        [['parts', `CASE WHEN line <> '' THEN string_split(line, ${literal(format.separator)}) END`]],
        columns.map(({ place }, index) => [`t${index}`, `parts[${place + 1}]`]),
      ],
      condition: marks.length === 0 ? 'true' : `coalesce(NOT (${marks.join(' OR ')}), true)`,
      values: columns.map((column, index) => openCsvValue(column, `t${index}`)),
    },
    value: (index, read) => openCsvValue(columns[index] ?? { name: '', type: 'string', place: index }, read),
    read(line) {
      const parts = fieldsOf(line, format)
      return { values: columns.map(({ place }) => JSON.stringify(parts[place] ?? null)) }
    },
  }
}

/** The text of a field as the column's value; what does not fit is an error. */
function openCsvValue(column: PlacedColumn, text: string): string {
  const type = duckNameOfHive(column.type)
  const fails = `CAST(error(replace(${literal(badValue('\u0001', column.place))}, chr(1), ${text})) AS ${type})`
  const numeral = (shape: string, value: string) =>
    `CASE WHEN ${text} IS NULL THEN NULL WHEN regexp_full_match(${text}, '${shape}') AND ${value} IS NOT NULL THEN ${value} ELSE ${fails} END`
  switch (type) {
    case 'VARCHAR':
      return text
    case 'BOOLEAN':
      return `lower(${text}) = 'true'`
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      return numeral('[+-]?[0-9]+', `TRY_CAST(${text} AS ${type})`)
    case 'DOUBLE':
    case 'FLOAT':
      return numeral(
        '[+-]?(NaN|Infinity|([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?)',
        `TRY_CAST(ltrim(${text}, '+') AS ${type})`,
      )
    case 'DATE':
      return numeral('-?[0-9]{1,7}', `DATE '1970-01-01' + TRY_CAST(${text} AS INTEGER)`)
    case 'TIMESTAMP':
      return numeral('-?[0-9]{1,15}', `make_timestamp(TRY_CAST(${text} AS BIGINT) * 1000)`)
    default:
      if (type.startsWith('DECIMAL'))
        return numeral('[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)', `TRY_CAST(${text} AS ${type})`)
      throw unsupportedColumn(column, 'OpenCSVSerDe')
  }
}

/** As the library does whose name the SerDe has: also with quotes in the middle of a field. */
function fieldsOf(line: string, { separator, quote, escape: mark }: OpenCsv): readonly string[] {
  if (line === '') return []
  const fields: string[] = []
  let field = ''
  let quoted = false
  let begun = false
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? ''
    const next = line[at + 1]
    if (character === mark && mark !== quote) {
      if ((quoted || begun) && next !== undefined && (next === quote || next === mark)) {
        field += next
        at += 1
      }
    } else if (character === quote) {
      if ((quoted || begun) && next === quote) {
        field += quote
        at += 1
        begun = !begun
        continue
      }
      const isInside = at > 2 && line[at - 1] !== separator && next !== undefined && next !== separator
      if (isInside) field = field !== '' && field.trim() === '' ? '' : field + character
      quoted = !quoted
      begun = !begun
    } else if (character === separator && !quoted) {
      fields.push(field)
      field = ''
      begun = false
    } else {
      field += character
      begun = true
    }
  }
  // A quote that is never closed takes its field with it.
  if (!quoted) fields.push(field)
  return fields
}
