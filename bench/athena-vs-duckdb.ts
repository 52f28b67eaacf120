// What does a small query cost over bare DuckDB? The runbook's query over one Parquet partition of three, answered by a warm
// child of the engine (parse, translate, prune, confine, scan, Athena's CSV) and by DuckDB in this process on the same
// file. Prints the medians and the difference; the promise is at most 40 ms.
//
//     node bench/athena-vs-duckdb.ts [--rounds 40]

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { Engine } from '../src/analyze/engine/engine.ts'
import { parseSchema, type ScanFile, type TableSource } from '../src/analyze/engine/request.ts'
import { Background } from '../src/world/background.ts'
import { SystemClock } from '../src/world/clock.ts'
import { ConsoleLog } from '../src/world/log.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } })
const rounds = Number(values.rounds)
const days = [14, 15, 16]
const sql = `SELECT device_id, AVG(temperature) AS avg_temp FROM device_telemetry
  WHERE year=2025 AND month=10 AND day=15 GROUP BY device_id ORDER BY avg_temp DESC`

const work = await mkdtemp(join(tmpdir(), 'biwa-bench-athena-'))
const log = new ConsoleLog()
const background = new Background(log)
const engine = new Engine({ background, clock: new SystemClock(log), log, scratch })
const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) })
const connection = await instance.connect()
try {
  const table = await layOut()
  const [middle] = await table.files([1])
  if (middle === undefined) throw new Error('the table has no file')
  const athena: number[] = []
  const bare: number[] = []
  for (let round = -3; round < rounds; round += 1) {
    const one = await runBare(middle.file)
    const other = await runAthena(table)
    // The first rounds warm both sides.
    if (round >= 0) {
      bare.push(one)
      athena.push(other)
    }
  }
  process.stdout.write(
    `bare DuckDB: median ${median(bare).toFixed(1)} ms\nengine: median ${median(athena).toFixed(1)} ms\n`,
  )
  process.stdout.write(`over bare DuckDB: ${(median(athena) - median(bare)).toFixed(1)} ms (promise: at most 40)\n`)
} finally {
  connection.closeSync()
  instance.closeSync()
  await engine.close()
  await rm(work, { recursive: true, force: true })
}

async function scratch() {
  const path = await mkdtemp(join(work, 'scratch-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function layOut(): Promise<TableSource> {
  const files: ScanFile[] = []
  for (const [partition, day] of days.entries()) {
    const file = join(work, `${day}.parquet`)
    await connection.run(`COPY (
      SELECT 'sensor-' || (x % 50) AS device_id, (x * 7919 % 4000) / 100.0::DOUBLE AS temperature, x::DOUBLE AS "timestamp"
      FROM range(100000) AS r(x)) TO '${file}' (FORMAT parquet, COMPRESSION snappy)`)
    files.push({ partition, path: `s3://curated/day=${day}/part.parquet`, file, bytes: (await stat(file)).size })
  }
  return {
    database: 'default',
    name: 'device_telemetry',
    format: 'parquet',
    columns: parseSchema('device_id string, temperature double, timestamp double'),
    partitionColumns: parseSchema('year int, month int, day int'),
    partitions: days.map(day => ({ values: ['2025', '10', String(day)] })),
    files: async indexes => files.filter(file => indexes.includes(file.partition)),
  }
}

async function runBare(file: string): Promise<number> {
  const startedAt = performance.now()
  await connection.runAndReadAll(
    `SELECT device_id, avg(temperature) AS avg_temp FROM read_parquet('${file}') GROUP BY device_id ORDER BY avg_temp DESC`,
  )
  return performance.now() - startedAt
}

async function runAthena(table: TableSource): Promise<number> {
  const resultDirectory = await mkdtemp(join(work, 'result-'))
  const startedAt = performance.now()
  const result = await engine.query({
    sql,
    defaultDatabase: 'default',
    now: 0,
    tables: async () => [table],
    resultDirectory,
    result: 'athena-csv',
    signal: background.closing,
    deadlineMilliseconds: 60_000,
  })
  const milliseconds = performance.now() - startedAt
  if (result.rows !== 50) throw new Error(`${result.rows} rows came back`)
  return milliseconds
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
