// Delimited text as the source of a job: which columns it has, and its records as documents of these columns. A field that is
// empty is NULL; one that is empty in quotes is an empty text where the column is a text.

import { typeOfHive } from '../../sql/typing/names.ts'
import { EngineFault } from '../fault.ts'
import type { Column } from '../request.ts'
import { type CsvFormat, CsvSplitter, type Field, fieldsOf, type Reading, type RecordReader } from './csv-splitter.ts'
import type { CutterOf } from './raw-object.ts'

/** The record's own text beside its columns, for a dead letter. */
export const rawKey = 'athena_raw'

const linesPerHead = 500

/** From the beginnings of objects: names by their headers, types by what all the values there are. */
export function inferCsvSchema(heads: readonly string[], format: CsvFormat): readonly Column[] {
  if (heads.length === 0) return []
  if (!format.header)
    throw new EngineFault(
      'semantic',
      'CSV without a header names no columns: say them with --SOURCE_SCHEMA, in their order, for example "device_id string, temperature double".',
    )
  const seen = new Map<string, Set<string>>()
  for (const head of heads) {
    const lines = head.replace(/^\ufeff/, '').split('\n')
    // The last line of a head may be cut.
    const whole = lines.length > 1 ? lines.slice(0, -1) : lines
    const records = whole.slice(0, linesPerHead).map(line => recordOf(line, format))
    const names = (records[0] ?? []).map(nameOf)
    for (const name of names) if (!seen.has(name)) seen.set(name, new Set())
    for (const record of records.slice(1)) {
      if (record?.length !== names.length) continue
      for (const [place, { text }] of record.entries()) if (text !== '') seen.get(names[place] ?? '')?.add(kindOf(text))
    }
  }
  return [...seen].map(([name, kinds]) => ({ name, type: commonOf(kinds) }))
}

const recordOf = (line: string, { delimiter, quote }: CsvFormat) => fieldsOf(line.replace(/\r$/, ''), delimiter, quote)
const nameOf = ({ text }: Field) => text.trim().toLowerCase()

function kindOf(text: string): string {
  const trimmed = text.trim()
  if (/^-?(0|[1-9]\d{0,17})$/.test(trimmed)) return 'bigint'
  if (/^-?(0|[1-9]\d*)?\.?\d+([eE][+-]?\d+)?$/.test(trimmed) && !/^-?0\d/.test(trimmed)) return 'double'
  return /^(true|false)$/i.test(trimmed) ? 'boolean' : 'string'
}

function commonOf(kinds: ReadonlySet<string>): string {
  const [only] = kinds
  if (kinds.size === 1 && only !== undefined) return only
  return kinds.size === 2 && kinds.has('bigint') && kinds.has('double') ? 'double' : 'string'
}

/** Cuts the objects of a source whose rows have these columns. */
export function csvCutters(format: CsvFormat, schema: readonly Column[]): CutterOf {
  const nested = schema.find(({ type }) => /^(array|map|struct)\b/.test(type))
  if (nested !== undefined)
    throw new EngineFault(
      'unsupported',
      `Column '${nested.name}' of type ${nested.type} in CSV is not supported by this engine yet: take it as a string and parse it in the SELECT.`,
    )
  const texts = schema.map(({ type }) => ['varchar', 'char'].includes(typeOfHive(type).kind))
  return emit => new CsvSplitter(format, new Records(schema, texts, format.header), emit)
}

class Records implements RecordReader {
  readonly #schema: readonly Column[]
  readonly #texts: readonly boolean[]
  /** Where a record has the value of each column; -1 where it has none. */
  #places: readonly number[]
  #width: number
  readonly #of: string

  constructor(schema: readonly Column[], texts: readonly boolean[], hasHeader: boolean) {
    this.#schema = schema
    this.#texts = texts
    this.#places = schema.map((_, place) => place)
    this.#width = schema.length
    this.#of = hasHeader ? 'the header' : 'the schema'
  }

  header(fields: readonly Field[]): void {
    const names = fields.map(nameOf)
    const twice = names.find((name, place) => names.indexOf(name) !== place)
    if (twice !== undefined) throw new RangeError(`its header names the column '${twice}' twice`)
    this.#places = this.#schema.map(({ name }) => names.indexOf(name.toLowerCase()))
    this.#width = fields.length
  }

  record(fields: readonly Field[], raw: string): Reading {
    if (fields.length !== this.#width)
      return { reason: `the record has ${fields.length} fields, and ${this.#of} ${this.#width}` }
    const values = this.#schema.map(({ name }, column): [string, string | null] => {
      const field = fields[this.#places[column] ?? -1]
      const isNull = field === undefined || (field.text === '' && !(field.isQuoted && this.#texts[column]))
      return [name, isNull ? null : field.text]
    })
    return { document: Buffer.from(JSON.stringify(Object.fromEntries([...values, [rawKey, raw]]))) }
  }
}
