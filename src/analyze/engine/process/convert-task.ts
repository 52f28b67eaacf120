// JSON lines to one Parquet file of declared columns, for Firehose's conversion of records, in one of two ways:
//
//   survey ─ plain ─▶ read_csv of raw lines ─▶ stage: values, plain? ─▶ good rows ─┐
//      │                                         └ not plain ─▶ exact ─▶ mended ──┴▶ COPY, in the order of the lines
//      └ anything that DuckDB's reader of lines might take otherwise, or mostly not plain ─▶ exact ─▶ mended ─▶ COPY
//
// Guarantees: every line is rows of the file or one failure, never both, never neither; counted apart and compared.

import { identifier, literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'
import { EngineFault } from '../fault.ts'
import type { ConvertTask } from '../protocol.ts'
import type { ConvertFailure, ConvertResult } from '../request.ts'
import { ExactLines } from './exact-line.ts'
import { readingType } from './exact-value.ts'
import { faultOf } from './fault-of.ts'
import { Lines, size } from './files.ts'
import { spelledKeys } from './keys.ts'
import { eachLine, type LinesSurvey, survey } from './lines.ts'
import { plainLines } from './plain-lines.ts'
import type { Session } from './session.ts'

const compressions = { SNAPPY: 'snappy', GZIP: 'gzip', UNCOMPRESSED: 'uncompressed' }
/** With more than this part of the lines not plain, looking for the others costs more than it spares. */
const plainPartMin = 0.5

export async function runConvert(task: ConvertTask, session: Session): Promise<ConvertResult> {
  if (task.columns.length === 0)
    throw new EngineFault('semantic', 'The table has no columns: there is nothing to convert to')
  try {
    return await new Conversion(task, session, await survey(task.lines)).run()
  } catch (cause) {
    throw faultOf(cause)
  }
}

class Conversion {
  readonly #task: ConvertTask
  readonly #session: Session
  readonly #survey: LinesSurvey
  readonly #failed: ConvertFailure[] = []
  #mendedLines = 0
  #mendedRows = 0

  constructor(task: ConvertTask, session: Session, surveyed: LinesSurvey) {
    this.#task = task
    this.#session = session
    this.#survey = surveyed
  }

  async run(): Promise<ConvertResult> {
    // Others may convert in the same directory: names after that of the lines.
    const mended = `${this.#task.lines}.mended`
    const staged = await this.#stage()
    const plain = staged?.plain ?? 0
    const lines = staged?.others.length === 0 ? plain : await this.#mend(mended, staged?.others)
    if (plain + this.#mendedLines + this.#failed.length !== lines) throw this.#miscount()
    const parts: string[] = []
    const shown = this.#task.columns.map(({ name }, index) => `c${index} AS ${identifier(name)}`)
    if (plain > 0) parts.push('SELECT rowid AS line, * EXCLUDE (plain, length) FROM athena_stage WHERE plain')
    if (this.#mendedRows > 0) parts.push(this.#reader(mended))
    if (parts.length === 0) return { file: undefined, bytes: 0, rows: 0, failed: this.#failed }
    const order = parts.length > 1 ? 'ORDER BY line' : ''
    const file = `${this.#task.lines}.parquet`
    const [row] = await this.#session.rows(
      `COPY (SELECT ${shown.join(', ')} FROM (${parts.join(' UNION ALL ')}) ${order})
       TO ${literal(file)} (FORMAT parquet, COMPRESSION ${compressions[this.#task.output.compression]})`,
    )
    const rows = Number(row?.[0] ?? 0)
    if (rows !== plain + this.#mendedRows) throw this.#miscount()
    return { file, bytes: size(file), rows, failed: this.#failed }
  }

  /** Reads all lines the fast way. `others`: the numbers of those that are not plain. Undefined when it was no use. */
  async #stage(): Promise<{ readonly plain: number; readonly others: readonly number[] } | undefined> {
    const { plain, bytes, longestBytesMax } = this.#survey
    if (!plain || bytes === 0) return undefined
    const way = plainLines(this.#task, await spelledKeys(this.#task))
    if (way === undefined) return undefined
    const texts = way.texts.map((text, index) => `${text} AS t${index}`)
    const values = way.values.map((value, index) => `${value} AS v${index}`)
    const columns = way.types.map((type, index) => `CAST(v${index} AS ${type}) AS c${index}`)
    const reader = `read_csv(${literal(this.#task.lines)}, columns = {line: 'VARCHAR'}, delim = chr(1), quote = '', escape = '',
      header = false, auto_detect = false, new_line = '\\n', compression = 'none', max_line_size = ${longestBytesMax + 4096})`
    await this.#session.run(`CREATE TEMP TABLE athena_stage AS
      SELECT ${columns.join(', ')}, ${way.plain} AS plain, strlen(line) AS length
      FROM (SELECT ${values.join(', ')}, line, document
        FROM (SELECT line, ${texts.join(', ')}, CASE WHEN s IS NOT NULL THEN line END AS document
          FROM (SELECT line, try(json_transform(line, ${way.structure})) AS s FROM ${reader})))`)
    const [row] = await this.#session.rows('SELECT count(*), count(*) FILTER (plain), sum(length) FROM athena_stage')
    const [read, good, length] = [Number(row?.[0]), Number(row?.[1]), Number(row?.[2])]
    // Each with its newline, which the last one may lack: nothing was left out or cut.
    const isWhole = read + length === bytes || read + length === bytes + 1
    if (!isWhole || good < read * plainPartMin) {
      await this.#session.run('DROP TABLE athena_stage')
      return undefined
    }
    if (good === read) return { plain: good, others: [] }
    // The place in the table is the number of the line.
    const rows = await this.#session.rows('SELECT rowid FROM athena_stage WHERE NOT plain ORDER BY rowid')
    return { plain: good, others: rows.map(([line]) => Number(line)) }
  }

  /** The exact way: its rows go to a file for DuckDB to read. Answers how many lines there are. */
  async #mend(into: string, wanted: readonly number[] | undefined): Promise<number> {
    const exact = new ExactLines(this.#task)
    const mended = new Lines(into)
    const visit = (line: Buffer, number: number) => {
      const found = exact.read(line)
      if ('failure' in found) {
        this.#failed.push({ line: number, ...found.failure })
        return
      }
      this.#mendedLines += 1
      this.#mendedRows += found.rows.length
      for (const row of found.rows) {
        mended.add(`{"line":${number},${row.map((value, index) => `"c${index}":${value}`).join(',')}}`)
      }
    }
    const lines = await eachLine(this.#task.lines, wanted, visit, () => mended.flush())
    await mended.end()
    return lines
  }

  #reader(file: string): string {
    const columns = this.#task.columns.map(({ type }, index) => `c${index}: ${literal(readingType(type))}`)
    const values = this.#task.columns.map(
      ({ type }, index) => `CAST(c${index} AS ${duckNameOfHive(type)}) AS c${index}`,
    )
    // A character may become six.
    const most = this.#survey.longestBytesMax * 6 + this.#task.columns.length * 64 + 4096
    return `SELECT line, ${values.join(', ')} FROM read_json(${literal(file)}, format = 'newline_delimited',
      maximum_object_size = ${most}, columns = {line: 'BIGINT', ${columns.join(', ')}})`
  }

  #miscount(): EngineFault {
    return new EngineFault(
      'data',
      'GENERIC_INTERNAL_ERROR: the rows do not add up to the lines. Nothing was converted.',
    )
  }
}
