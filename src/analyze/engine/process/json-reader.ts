// The two JSON SerDes: a document a line, its keys in whatever case, columns without a key NULL, keys without a column
// unread. Of several documents in one line the first counts.
// https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html, …/hive-json-serde.html

import type { RowFormat } from '../../../formats/row-format.ts'
import { identifier } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import type { ConvertRequest } from '../request.ts'
import { documentsOf, mannerOf, parsed, parsedToTheDigit } from './exact-line.ts'
import { digitsNeeded, isObject, type Json, type Manner, Misfit, named, readingType, toText } from './exact-value.ts'
import { comparableName, firstKeys, keyOf, spellings } from './keys.ts'
import { plainLines } from './plain-lines.ts'
import type { PlacedColumn, PlainRows, ReadRow, RowReader } from './row-reader.ts'

type JsonFormat = Extract<RowFormat, { serde: 'openx' | 'hive' }>

export function jsonReader(format: JsonFormat, columns: readonly PlacedColumn[], heads: readonly string[]): RowReader {
  const input: ConvertRequest['input'] = format
  const ignores = format.serde === 'openx' && format.ignoreMalformed
  const rows = new Documents(format, columns)
  const plain = plainRows(input, columns, heads)
  return {
    isStrict: !ignores,
    readingTypes: columns.map(({ type }) => readingType(type)),
    ...(plain && { plain }),
    value: (index, read) => `CAST(${read} AS ${duckNameOfHive(columns[index]?.type ?? 'string')})`,
    read(line) {
      // Whatever is no object and no list is a row of NULLs for the one SerDe, and an error for the other.
      if (format.serde === 'openx' && !/^\s*[{[]/.test(line)) return rows.empty
      try {
        return rows.read(line)
      } catch (cause) {
        if (!(cause instanceof SyntaxError) && !(cause instanceof Misfit)) throw cause
        if (ignores) return rows.empty
        const why = cause instanceof Misfit ? cause.message : `JSONException: ${cause.message}`
        return { ...rows.empty, malformed: `HIVE_CURSOR_ERROR: Row is not a valid JSON Object - ${why}` }
      }
    },
  }
}

interface Wanted {
  readonly place: number
  readonly wanted: string
  readonly exact: string
  readonly to: (value: Json) => string
}

class Documents {
  readonly empty: ReadRow
  readonly #input: ConvertRequest['input']
  readonly #manner: Manner
  readonly #columns: readonly Wanted[]

  constructor(input: JsonFormat, columns: readonly PlacedColumn[]) {
    const isCloudTrail = input.serde === 'openx' && input.rowsIn !== undefined
    this.#manner = {
      ...mannerOf(input),
      // What a call was made with is told to the letter there.
      ...(isCloudTrail && { keepsKeys: true }),
      ...(input.serde === 'openx' && { refusesTwice: true }),
    }
    const manner = this.#manner
    this.#input = input
    this.#columns = columns.map(({ name, type, place }) => {
      const exact = keyOf(input, name)
      return { place, exact, wanted: manner.nameOf(exact), to: toText(type, manner) }
    })
    this.empty = { values: columns.map(() => 'null') }
  }

  read(line: string): ReadRow {
    const bytes = Buffer.from(line)
    try {
      return this.#row(documentsOf(bytes, parsed)[0] ?? null)
    } catch (cause) {
      if (cause !== digitsNeeded) throw cause
      return this.#row(documentsOf(bytes, parsedToTheDigit)[0] ?? null)
    }
  }

  #row(document: Json): ReadRow {
    if (Array.isArray(document) && this.#input.serde === 'openx')
      return this.#values(({ place, to }) => to(document[place] ?? null))
    if (!isObject(document)) throw new SyntaxError('A JSON object is expected')
    const members = named(document, this.#manner)
    return this.#values(({ exact, wanted, to }) =>
      to((Object.hasOwn(document, exact) ? document[exact] : members.get(wanted)) ?? null),
    )
  }

  /** What does not fit fails its own column only: nobody may ask for it. */
  #values(value: (column: Wanted) => string): ReadRow {
    const errors: (string | undefined)[] = []
    const values = this.#columns.map((column, index) => {
      try {
        return value(column)
      } catch (cause) {
        if (!(cause instanceof Misfit)) throw cause
        const why = cause.message.replace(/^Data does not match the schema\. /, '')
        const shown = /^For input string: "(.*)"$/s.exec(why)?.[1] ?? ''
        errors[index] = `HIVE_BAD_DATA: Error parsing field value '${shown}' for field ${column.place}: ${why}`
        return 'null'
      }
    })
    return errors.length === 0 ? { values } : { values, errors }
  }
}

/** With more, DuckDB plans longer than this process reads. */
const plainColumnsMax = 400

function plainRows(
  input: ConvertRequest['input'],
  columns: readonly PlacedColumn[],
  heads: readonly string[],
): PlainRows | undefined {
  if (columns.length > plainColumnsMax) return undefined
  const spelled = spellings(heads, input)
  const keys = columns.map(({ name }) => {
    const key = keyOf(input, name)
    return spelled.get(comparableName(key, input)) ?? key
  })
  const seen = firstKeys(heads, input)
  const way = plainLines({ columns, input }, keys, { ...(seen && { seen }), areOnce: input.serde === 'openx' })
  if (way === undefined) return undefined
  const transformed = columns.length === 0 ? 'json_valid(line) OR NULL' : `try(json_transform(line, ${way.structure}))`
  return {
    shared: [
      [['s', transformed]],
      [['document', 'CASE WHEN s IS NOT NULL THEN line END']],
      way.texts.map((text, index) => [`t${index}`, text] as const),
      way.values.map((value, index) => [`v${index}`, value] as const),
    ],
    condition: way.plain,
    values: columns.map(({ type }, index) => `CAST(${identifier(`v${index}`)} AS ${duckNameOfHive(type)})`),
  }
}
