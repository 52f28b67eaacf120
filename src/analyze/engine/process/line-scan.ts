// A scan of text files: DuckDB reads and splits them into lines, makes rows of the plain ones itself, and hands the others
// to a function of this process.
//
//   read_csv of raw lines ─▶ line, file_index ─▶ plain? ─ yes ─▶ expressions ──▶ columns
//                                                   └─ no ──▶ athena_line() ──▶ JSON ──▶ columns, or an error

import { createGunzip, createZstdDecompress } from 'node:zlib'
import { DuckDBScalarFunction, INTEGER, VARCHAR } from '@duckdb/node-api'
import type { RowFormat } from '../../../formats/row-format.ts'
import { list, literal } from '../../sql/text.ts'
import type { Column, ScanFile } from '../request.ts'
import { reading } from './files.ts'
import type { ReadRow, RowReader } from './row-reader.ts'
import { rowReader } from './row-readers.ts'
import type { Session } from './session.ts'

/** Of the statement that runs now: this process runs one at a time. */
const readers = new Map<number, RowReader>()

/** Before the scans of a statement are made. */
export function forgetReaders(): void {
  readers.clear()
}

export interface LineScan {
  readonly format: RowFormat
  readonly columns: readonly Column[]
  readonly files: readonly ScanFile[]
  readonly compression: 'none' | 'gzip' | 'zstd'
}

export interface LineRelation {
  /** Has the columns v0, v1, … and file_index. */
  readonly sql: string
  /** Of each column, over the relation's. */
  readonly values: readonly string[]
}

export async function lineScan(session: Session, scan: LineScan): Promise<LineRelation> {
  const reader = rowReader(scan.format, scan.columns, await heads(scan))
  const id = readers.size
  readers.set(id, reader)
  session.register('athena_line', makeFunction)
  const { plain } = reader
  let relation = lines(scan)
  for (const [name, sql] of plain?.shared ?? []) relation = `SELECT *, ${sql} AS ${name} FROM (${relation})`
  const structure = JSON.stringify({
    ...Object.fromEntries(reader.readingTypes.map((type, index) => [`c${index}`, type])),
    ...{ e: ['VARCHAR'], m: 'VARCHAR' },
  })
  const read = `json_transform(athena_line(${id}, coalesce(line, '')), ${literal(structure)})`
  relation = `SELECT *, ${plain?.condition ?? 'false'} AS plain FROM (${relation})`
  relation = `SELECT *, CASE WHEN plain THEN NULL ELSE ${read} END AS x FROM (${relation})`
  const strict = 'CASE WHEN plain OR x.m IS NULL THEN true ELSE CAST(error(x.m) AS BOOLEAN) END'
  return {
    sql: reader.isStrict ? `(SELECT * FROM (${relation}) WHERE ${strict})` : `(${relation})`,
    values: scan.columns.map((_, index) => {
      const value = reader.value(index, `x.c${index}`)
      const exact = `CASE WHEN x.e[${index + 1}] IS NULL THEN ${value} ELSE error(x.e[${index + 1}]) END`
      return plain === undefined ? exact : `CASE WHEN plain THEN ${plain.values[index]} ELSE ${exact} END`
    }),
  }
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
          const reader = readers.get(Number(ids.getItem(row)))
          if (reader === undefined) throw new Error('a line of no scan')
          output.setItem(row, written(reader.read(String(texts.getItem(row)))))
        }
        output.flush()
      } catch (cause) {
        // Thrown into DuckDB's thread it would end the process.
        info.setError(`GENERIC_INTERNAL_ERROR: ${cause instanceof Error ? cause.message : String(cause)}`)
      }
    },
  })
}

function written({ values, errors, malformed }: ReadRow): string {
  const fields = values.map((value, index) => `"c${index}":${value}`)
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

async function head(file: string, compression: LineScan['compression']): Promise<string> {
  const raw = reading(file)
  const text = compression === 'none' ? raw : raw.pipe(compression === 'gzip' ? createGunzip() : createZstdDecompress())
  const chunks: Buffer[] = []
  try {
    for await (const chunk of text as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      if (chunks.reduce((sum, one) => sum + one.length, 0) >= headBytes) break
    }
  } catch {
    // DuckDB will say what is wrong with it.
  }
  raw.destroy()
  return Buffer.concat(chunks).toString()
}
