// The fast way through lines of JSON documents: expressions of DuckDB over `line` that make the values of documents which
// fit their columns plainly, and know which documents do not. It never errs to the good side: what it does not take is
// looked at again by exact-line.ts, which alone says what is wrong.
//
//   line ─json_transform─▶ s ─▶ t0, t1, … ─▶ v0, v1, … (NULL where there is any doubt) ─▶ plain
//
// Each arrow is a projection of its own: what one expression names twice, DuckDB would look for in thousands of others.

import { identifier, list, literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import type { ConvertRequest } from '../request.ts'
import { comparableExpression, comparableName } from './keys.ts'

export interface PlainLines {
  /** DuckDB's types, in order. */
  readonly types: readonly string[]
  /** The argument of json_transform. */
  readonly structure: string
  /** What stands under each key, over `s`. */
  readonly texts: readonly string[]
  /** The values, over the texts. */
  readonly values: readonly string[]
  /** Over `line`, the values, and `document`: the line where it is JSON, else NULL, as its functions fail on other text. Never NULL. */
  readonly plain: string
}

interface KnownKeys {
  /** All that documents were seen to have, each once whatever its case. */
  readonly seen?: readonly string[]
  /** Whether a key that comes twice is wrong also where it is no column's. */
  readonly areOnce?: boolean
}

/** `keys`: of each column the key that documents have for it. Undefined when they cannot be written into an expression. */
export function plainLines(
  request: Pick<ConvertRequest, 'columns' | 'input'>,
  keys: readonly string[],
  { seen, areOnce = false }: KnownKeys = {},
): PlainLines | undefined {
  // Two columns of one key, whose case DuckDB's structures do not know, or a key that a path or a structure would have to
  // escape: rare enough for the slow way.
  if (
    new Set(keys.map(key => key.toLowerCase())).size < keys.length ||
    keys.some(key => /["\\]/.test(key) || key === '')
  )
    return undefined
  // A document is plain when as many of its keys are columns' (in whatever case) as columns have a value, or null: then
  // every column's key is there once, spelled as expected, and what has become NULL was null or is not there.
  const fields = request.columns.map((column, index) =>
    field(column.type, keys[index] ?? '', request.input, `t${index}`),
  )
  // Of one name the exact way would make two columns.
  const names = fields.map(({ name }) => name)
  if (new Set(names).size < names.length) return undefined
  const present = sumOf(fields.map((_, index) => `CAST(v${index} IS NOT NULL AS INTEGER)`))
  const keyCount = 'len(json_keys(document))'
  const name = comparableExpression('k', request.input)
  const own =
    names.length === 0
      ? '0'
      : `len(list_filter(json_keys(document), k -> ${name} IN (${names.map(literal).join(', ')})))`
  const nulls =
    names.length === 0
      ? '0'
      : `len(list_filter(json_type(document, ${list(fields.map(({ path }) => path))}), t -> t = 'NULL'))`
  const once = areOnce ? `len(list_distinct(list_transform(json_keys(document), k -> ${name}))) = ${keyCount} AND ` : ''
  const wanted = keys.filter(key => seen?.includes(key)).length
  // Where the first document spells a column's key otherwise than most, it is no pattern for the others.
  const isPattern = seen?.every(key => keys.includes(key) || !names.includes(comparableName(key, request.input)))
  const usual = seen && isPattern ? `WHEN json_keys(document) = ${list(seen)} AND ${present} = ${wanted} THEN true` : ''
  return {
    types: request.columns.map(column => duckNameOfHive(column.type)),
    structure: literal(JSON.stringify(Object.fromEntries(fields.map(({ asked }, index) => [keys[index], asked])))),
    texts: fields.map(({ text }) => text),
    values: fields.map(({ value }) => value),
    plain: `CASE WHEN document IS NULL OR NOT starts_with(line, '{') OR ${doubtful(fields)} THEN false ${usual}
      WHEN ${keyCount} = ${present} THEN true ELSE ${once}(${own} = ${present} OR ${own} = ${present} + ${nulls}) END`,
  }
}

/** By halves: DuckDB takes no expression of thousands in a row. */
function sumOf(terms: readonly string[]): string {
  if (terms.length <= 2) return terms.join(' + ') || '0'
  const middle = terms.length >> 1
  return `(${sumOf(terms.slice(0, middle))}) + (${sumOf(terms.slice(middle))})`
}

/** DuckDB reads commas before a closing bracket, NaN and Infinity, which are no JSON. */
const tooEasy = ',\\s*[}\\]]|[:\\[,]\\s*-?(?:[iIN]|n[aA])'
/** It makes a double of every number with a fraction, which a DECIMAL may not have been. */
const tooFine = '[0-9.]{16}'
/** It goes to any depth, too; a thousand brackets in one document are looked at more closely. */
const tooDeep = "length(line) > 1000 AND length(line) - length(replace(replace(line, '[', ''), '{', '')) > 1000"

function doubtful(fields: readonly Field[]): string {
  const fine = fields.some(field => field.type.startsWith('DECIMAL')) ? `|${tooFine}` : ''
  return `regexp_matches(line, ${literal(tooEasy + fine)}) OR ${tooDeep}`
}

interface Field {
  readonly type: string
  readonly path: string
  /** As the keys of a document are compared. */
  readonly name: string
  readonly asked: string
  readonly text: string
  readonly value: string
}

/** `t` is the name of what stands there. */
function field(hiveType: string, key: string, input: ConvertRequest['input'], t: string): Field {
  const type = duckNameOfHive(hiveType)
  const path = `$."${key}"`
  const text = `s.${identifier(key)}`
  const base = { type, path, name: comparableName(key, input), text }
  if (type === 'VARCHAR') {
    const nested = `starts_with(${t}, '{') OR starts_with(${t}, '[')`
    return { ...base, asked: 'VARCHAR', value: `CASE WHEN NOT (${nested}) THEN ${t} END` }
  }
  // As JSON the text of a string has its quotes and is no number. (Cast from JSON itself, DuckDB would make one of it.)
  const asJson = (value: string) => ({
    ...base,
    ...{ asked: 'JSON', text: `CAST(${text} AS VARCHAR)`, value: `CASE ${value} END` },
  })
  if (['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].includes(type)) {
    return asJson(`WHEN NOT (contains(${t}, '.') OR contains(${t}, 'e')) THEN TRY_CAST(${t} AS ${type})`)
  }
  if (type === 'DOUBLE' || type === 'FLOAT') {
    const double = `TRY_CAST(${t} AS DOUBLE)`
    return asJson(`WHEN isfinite(${double}) THEN TRY_CAST(${double} AS ${type})`)
  }
  if (type === 'BOOLEAN') return asJson(`${t} WHEN 'true' THEN true WHEN 'false' THEN false`)
  // Of more digits than a double holds, see `tooFine`.
  if (type.startsWith('DECIMAL')) return asJson(`WHEN length(${t}) <= 15 THEN TRY_CAST(${t} AS ${type})`)
  if (type === 'DATE') {
    const shaped = `length(${t}) = 10 AND substr(${t}, 5, 1) = '-' AND substr(${t}, 8, 1) = '-'`
    return { ...base, asked: 'VARCHAR', value: `CASE WHEN ${shaped} THEN TRY_CAST(${t} AS DATE) END` }
  }
  if (type === 'TIMESTAMP') return { ...base, asked: 'VARCHAR', value: timestamp(t, input) }
  return { ...base, asked: 'VARCHAR', value: `CAST(NULL AS ${type})` }
}

/** The forms that programs write; the others are read the slow way. */
function timestamp(t: string, input: ConvertRequest['input']): string {
  const spaced = `WHEN length(${t}) BETWEEN 19 AND 26 AND substr(${t}, 11, 1) = ' ' AND (length(${t}) = 19 OR substr(${t}, 20, 1) = '.')
    AND NOT contains(substr(${t}, 20), '-') AND NOT contains(${t}, '+') THEN TRY_CAST(${t} AS TIMESTAMP)`
  const number = `TRY_CAST(${t} AS BIGINT)`
  const whole = `length(${t}) <= 13 AND NOT (contains(${t}, '.') OR contains(${t}, 'e'))`
  if (input.serde === 'hive') {
    const [only, ...more] = input.timestampFormats
    if (only === undefined) return `CASE ${spaced} END`
    return only === 'millis' && more.length === 0
      ? `CASE WHEN ${whole} THEN make_timestamp(${number} * 1000) END`
      : 'CAST(NULL AS TIMESTAMP)'
  }
  const iso = `WHEN length(${t}) BETWEEN 20 AND 27 AND substr(${t}, 11, 1) = 'T' AND ends_with(${t}, 'Z')
    AND (length(${t}) = 20 OR substr(${t}, 20, 1) = '.') AND NOT contains(substr(${t}, 20), '-') AND NOT contains(${t}, '+')
    THEN TRY_CAST(${t} AS TIMESTAMP)`
  const epoch = `WHEN ${whole} AND ${number} BETWEEN -62135596800 AND 253402300799 THEN make_timestamp(${number} * 1000000)
    WHEN ${whole} AND abs(${number}) >= 1000000000000 THEN make_timestamp(${number} * 1000)`
  return `CASE ${iso} ${spaced} ${epoch} END`
}
