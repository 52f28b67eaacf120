// A scan of text files: DuckDB reads and splits them into lines, makes rows of the plain ones itself, and hands the others
// to a function of this process.
//
//   read_csv of raw lines ─▶ line, file_index ─▶ plain? ─ yes ─▶ expressions ──▶ columns
//                                                   └─ no ──▶ athena_line() ──▶ JSON ──▶ columns, or an error

import { DuckDBScalarFunction, INTEGER, VARCHAR } from '@duckdb/node-api'
import { list, literal } from '../../sql/text.ts'
import type { ScanFile } from '../request.ts'
import type { PlainRows, ReadRow, RowReader } from './row-reader.ts'
import { type Lines, rowReader } from './row-readers.ts'
import type { Session } from './session.ts'
import { type Compression, textStream } from './text-stream.ts'

/** Of the statement that runs now: this process runs one at a time. */
const readers = new Map<number, { readonly reader: RowReader; readonly isListed: boolean }>()

/** Before the scans of a statement are made. */
export function forgetReaders(): void {
  readers.clear()
}

export interface LineScan extends Lines {
  readonly files: readonly ScanFile[]
  readonly compression: Compression
}

export interface LineRelation {
  /** Has the columns v0, v1, … and file_index. */
  readonly sql: string
  /** Of each column, over the relation's. */
  readonly values: readonly string[]
}

export async function lineScan(session: Session, scan: LineScan): Promise<LineRelation> {
  const reader = rowReader(scan, await heads(scan))
  const { plain } = reader
  const known = (plain?.shared ?? []).reduce(projected, lines(scan))
  if (plain?.condition === 'true') return { sql: `(${known})`, values: plain.values }
  const id = readers.size
  readers.set(id, { reader, isListed: isList(reader) })
  session.register('athena_line', makeFunction)
  const read = `json_transform(athena_line(${id}, coalesce(line, '')), ${literal(structureOf(reader))})`
  const value = (index: number) => (isList(reader) ? `x.c[${index + 1}]` : `x.c${index}`)
  const steps: Step[] = [
    [['plain', plain?.condition ?? 'false']],
    [['x', `CASE WHEN plain THEN NULL ELSE ${read} END`]],
    scan.columns.map((_, index) => [`r${index}`, value(index)]),
    scan.columns.map((_, index) => [`e${index}`, `x.e[${index + 1}]`]),
  ]
  const all = steps.reduce(projected, known)
  const strict = 'CASE WHEN plain OR x.m IS NULL THEN true ELSE CAST(error(x.m) AS BOOLEAN) END'
  return {
    sql: reader.isStrict ? `(SELECT * FROM (${all}) WHERE ${strict})` : `(${all})`,
    values: scan.columns.map((_, index) => {
      const exact = `CASE WHEN e${index} IS NULL THEN ${reader.value(index, `r${index}`)} ELSE error(e${index}) END`
      return plain === undefined ? exact : `CASE WHEN plain THEN ${plain.values[index]} ELSE ${exact} END`
    }),
  }
}

type Step = PlainRows['shared'][number]

/** A projection for each step: within one, DuckDB looks for what its expressions share, which takes the square of their number. */
const projected = (relation: string, step: Step): string =>
  `SELECT ${['*', ...step.map(([name, sql]) => `${sql} AS ${name}`)].join(', ')} FROM (${relation})`

/** Values that hold no others come as one list of texts: of a structure with many fields each costs DuckDB a look at all of them. */
const isList = ({ readingTypes }: RowReader): boolean => !readingTypes.some(type => /[[(]/.test(type))

function structureOf(reader: RowReader): string {
  const values = isList(reader)
    ? { c: ['VARCHAR'] }
    : Object.fromEntries(reader.readingTypes.map((type, index) => [`c${index}`, type]))
  return JSON.stringify({ ...values, e: ['VARCHAR'], m: 'VARCHAR' })
}

/** Of the lines, or where a line is a document with a list of rows, of these. */
function lines(scan: LineScan): string {
  const { format } = scan
  const found = rawLines(scan)
  if (!('rowsIn' in format) || format.rowsIn === undefined) return found
  const rows = `json_extract(line, ${literal(`$."${format.rowsIn}"[*]`)})`
  const wrong = "error('HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: a document is not closed')"
  return `SELECT CAST(unnest(CASE WHEN json_valid(line) THEN ${rows} ELSE ${wrong} END) AS VARCHAR) AS line, file_index
    FROM (${found}) WHERE line IS NOT NULL`
}

/** DuckDB's own bound is 2 MB; its buffers are 32 MB in any case. */
export const longestLineBytes = 30_000_000
const bufferBytes = 32_000_000

/** A line ends with LF, CR or both, as in Hadoop; an empty one is NULL. */
function rawLines({ format, files, compression }: LineScan): string {
  const skipped = 'skipLines' in format && format.skipLines > 0 ? `, skip = ${format.skipLines}` : ''
  return `SELECT line, file_index FROM read_csv(${list(files.map(file => file.file))}, columns = {line: 'VARCHAR'},
    delim = E'\\x1d\\x1e\\x1f\\x1d', quote = '', escape = '', header = false, auto_detect = false, strict_mode = false,
    max_line_size = ${longestLineBytes}, buffer_size = ${bufferBytes},
    compression = '${compression}', hive_partitioning = false${skipped})`
}

function makeFunction(): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name: 'athena_line',
    parameterTypes: [INTEGER, VARCHAR],
    returnType: VARCHAR,
    volatile: true,
    mainFunction(info, input, output) {
      try {
        const [ids, texts] = [input.getColumnVector(0), input.getColumnVector(1)]
        for (let row = 0; row < input.rowCount; row += 1) {
          const found = readers.get(Number(ids.getItem(row)))
          if (found === undefined) throw new Error('a line of no scan')
          output.setItem(row, written(found.reader.read(String(texts.getItem(row))), found.isListed))
        }
        output.flush()
      } catch (cause) {
        // Thrown into DuckDB's thread it would end the process.
        info.setError(`GENERIC_INTERNAL_ERROR: ${cause instanceof Error ? cause.message : String(cause)}`)
      }
    },
  })
}

function written({ values, errors, malformed }: ReadRow, isListed: boolean): string {
  const fields = isListed ? [`"c":[${values.join(',')}]`] : values.map((value, index) => `"c${index}":${value}`)
  if (errors !== undefined) fields.push(`"e":${JSON.stringify(Array.from(errors, error => error ?? null))}`)
  if (malformed !== undefined) fields.push(`"m":${JSON.stringify(malformed)}`)
  return `{${fields.join(',')}}`
}

const headBytes = 64 * 1024
const headsMax = 3

/** The first bytes of the first files, as text. */
async function heads({ format, files, compression }: LineScan): Promise<readonly string[]> {
  if (format.serde !== 'openx' && format.serde !== 'hive') return []
  return Promise.all(files.slice(0, headsMax).map(({ file }) => head(file, compression)))
}

async function head(file: string, compression: Compression): Promise<string> {
  using text = textStream(file, compression)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of text.bytes) {
      chunks.push(chunk)
      if (chunks.reduce((sum, one) => sum + one.length, 0) >= headBytes) break
    }
  } catch {
    // DuckDB will say what is wrong with it.
  }
  return Buffer.concat(chunks).toString()
}
