// What the benchmarks of Athena share: an engine with directories of its own, tables of Parquet files, bare DuckDB beside
// it, medians and verdicts. It measures nothing by itself.

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { Engine } from '../src/analyze/engine/engine.ts'
import { parseSchema, type QueryResult, type ScanFile, type TableSource } from '../src/analyze/engine/request.ts'
import { Background } from '../src/world/background.ts'
import { SystemClock } from '../src/world/clock.ts'
import { ConsoleLog } from '../src/world/log.ts'

const log = new ConsoleLog()

/** The runbook's table: so many rows in each of these days of October 2025, one file a day. */
export interface Layout {
  readonly days: readonly number[]
  readonly rowsPerDay: number
}

export class Ground implements AsyncDisposable {
  readonly directory: string
  readonly table: TableSource
  readonly files: readonly ScanFile[]
  readonly #bare: DuckDBInstance
  readonly #engine: Engine
  readonly #background = new Background(log)

  private constructor(directory: string, bare: DuckDBInstance, files: readonly ScanFile[], days: readonly number[]) {
    this.directory = directory
    this.files = files
    this.#bare = bare
    this.table = {
      ...{ database: 'default', name: 'device_telemetry', format: 'parquet' },
      columns: parseSchema('device_id string, temperature double, timestamp double'),
      partitionColumns: parseSchema('year int, month int, day int'),
      partitions: days.map(day => ({ values: ['2025', '10', String(day)] })),
      files: async indexes => files.filter(file => indexes.includes(file.partition)),
    }
    const scratch = async () => {
      const path = await mkdtemp(join(directory, 'scratch-'))
      return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
    }
    this.#engine = new Engine({ background: this.#background, clock: new SystemClock(log), log, scratch })
  }

  static async layOut({ days, rowsPerDay }: Layout): Promise<Ground> {
    const directory = await mkdtemp(join(tmpdir(), 'biwa-bench-athena-'))
    const bare = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) })
    const connection = await bare.connect()
    const files: ScanFile[] = []
    for (const [partition, day] of days.entries()) {
      const file = join(directory, `${day}.parquet`)
      await connection.run(`COPY (
        SELECT 'sensor-' || (x % 50) AS device_id, (x * 7919 % 4000) / 100.0::DOUBLE AS temperature, x::DOUBLE AS "timestamp"
        FROM range(${rowsPerDay}) AS r(x)) TO '${file}' (FORMAT parquet, COMPRESSION snappy)`)
      files.push({ partition, path: `s3://curated/day=${day}/part.parquet`, file, bytes: (await stat(file)).size })
    }
    connection.closeSync()
    return new Ground(directory, bare, files, days)
  }

  /** DuckDB in this process; `telemetry` in the text stands for the files. */
  async runBare(sql: string, files = this.files): Promise<number> {
    const paths = files.map(({ file }) => `'${file}'`).join(', ')
    const connection = await this.#bare.connect()
    const startedAt = performance.now()
    await connection.runAndReadAll(sql.replaceAll('telemetry', `read_parquet([${paths}])`))
    const milliseconds = performance.now() - startedAt
    connection.closeSync()
    return milliseconds
  }

  /** The query's milliseconds, and what it says of itself. */
  async runEngine(
    sql: string,
    table = this.table,
  ): Promise<{ readonly milliseconds: number; readonly told: QueryResult }> {
    const resultDirectory = await mkdtemp(join(this.directory, 'result-'))
    const startedAt = performance.now()
    const told = await this.#engine.query({
      ...{ sql, defaultDatabase: 'default', now: 0, resultDirectory, result: 'athena-csv' },
      tables: async references => references.map(() => table),
      signal: this.#background.closing,
      deadlineMilliseconds: 60_000,
    })
    return { milliseconds: performance.now() - startedAt, told }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close()
    this.#bare.closeSync()
    await rm(this.directory, { recursive: true, force: true })
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** `12.3 ms (wanted: at most 30 ms, holds)` */
export function verdict(value: number, most: number, unit = ''): string {
  const shown = (number: number) => `${unit === '' ? number.toFixed(2) : number.toFixed(1).replace(/\.0$/, '')}${unit}`
  return `${shown(value)} (wanted: at most ${shown(most)}, ${value <= most ? 'holds' : 'MISSED'})`
}

/** Rounds of all in turn, after `warm` that do not count: the values of each, round by round. */
export async function alternate<K extends string>(
  rounds: number,
  warm: number,
  measured: Readonly<Record<K, () => Promise<number>>>,
): Promise<Readonly<Record<K, readonly number[]>>> {
  const names = Object.keys(measured) as K[]
  const values = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<K, number[]>
  for (let round = -warm; round < rounds; round += 1) {
    for (const name of names) {
      const value = await measured[name]()
      if (round >= 0) values[name].push(value)
    }
  }
  return values
}

/** The median over the rounds of what one has more than the other, as a difference or as a ratio. */
export const medianOver = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.map((value, round) => value - (theirs[round] ?? Number.NaN)))
export const medianRatio = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
