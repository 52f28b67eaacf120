// What does a small query cost over bare DuckDB? The runbook's query over one Parquet partition of three, answered
// - by DuckDB in this process on the same file,
// - by a warm child of the engine (parse, translate, prune, confine, scan, Athena's CSV),
// - through the whole door: StartQueryExecution, GetQueryExecution until it has ended, GetQueryResults, with the AWS SDK over
//   HTTP on a lake in this process, which shares its processor with that client.
// Prints the medians and the differences; the promise is at most 40 ms.
//
//     node bench/athena-vs-duckdb.ts [--rounds 40]

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { DuckDBInstance } from '@duckdb/node-api'
import { Engine } from '../src/analyze/engine/engine.ts'
import { parseSchema, type ScanFile, type TableSource } from '../src/analyze/engine/request.ts'
import type { Lake } from '../src/in-process/lake.ts'
import { openLake } from '../src/lake.ts'
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
let lake: Lake | undefined
try {
  const table = await layOut()
  const [middle] = await table.files([1])
  if (middle === undefined) throw new Error('the table has no file')
  lake = await openLake({ directory: join(work, 'lake') })
  const ask = await door(lake, table)
  const athena: number[] = []
  const bare: number[] = []
  const asked: number[] = []
  for (let round = -3; round < rounds; round += 1) {
    const one = await runBare(middle.file)
    const other = await runAthena(table)
    const whole = await ask()
    // The first rounds warm both sides.
    if (round >= 0) {
      bare.push(one)
      athena.push(other)
      asked.push(whole)
    }
  }
  const floor = median(bare)
  process.stdout.write(`bare DuckDB: median ${floor.toFixed(1)} ms\n`)
  for (const [name, times] of [
    ['engine', athena],
    ['AWS SDK over HTTP', asked],
  ] as const) {
    const over = median(times) - floor
    process.stdout.write(
      `${name}: median ${median(times).toFixed(1)} ms, over bare DuckDB ${over.toFixed(1)} ms (promise: at most 40)\n`,
    )
  }
} finally {
  connection.closeSync()
  instance.closeSync()
  await engine.close()
  await lake?.close()
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

/** The same files in a lake of this process; the answer asks the query once and gives its milliseconds. */
async function door(on: Lake, table: TableSource): Promise<() => Promise<number>> {
  const { url } = await on.listen({ port: 0, host: '127.0.0.1' })
  const settings = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  }
  const s3 = new S3Client({ ...settings, forcePathStyle: true })
  const client = new AthenaClient(settings)
  await s3.send(new CreateBucketCommand({ Bucket: 'bench' }))
  for (const { file, partition } of await table.files([0, 1, 2])) {
    const Key = `device_telemetry/year=2025/month=10/day=${days[partition]}/part.parquet`
    await s3.send(new PutObjectCommand({ Bucket: 'bench', Key, Body: await readFile(file) }))
  }
  const run = async (QueryString: string) => {
    const ResultConfiguration = { OutputLocation: 's3://bench/results/' }
    const started = await client.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }))
    const { QueryExecutionId } = started
    for (;;) {
      const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }))
      const { State, StateChangeReason } = QueryExecution?.Status ?? {}
      if (State === 'SUCCEEDED') return client.send(new GetQueryResultsCommand({ QueryExecutionId }))
      if (State !== 'QUEUED' && State !== 'RUNNING') throw new Error(`${State}: ${StateChangeReason}`)
    }
  }
  await run('CREATE DATABASE default')
  await run(`CREATE EXTERNAL TABLE device_telemetry (device_id string, temperature double, \`timestamp\` double)
    PARTITIONED BY (year int, month int, day int) STORED AS PARQUET LOCATION 's3://bench/device_telemetry/'`)
  await run('MSCK REPAIR TABLE device_telemetry')
  return async () => {
    const startedAt = performance.now()
    const { ResultSet } = await run(sql)
    const milliseconds = performance.now() - startedAt
    // The header is a row of its own.
    if (ResultSet?.Rows?.length !== 51) throw new Error(`${ResultSet?.Rows?.length} rows came back`)
    return milliseconds
  }
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
