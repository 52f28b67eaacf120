// How fast is a job compared to bare DuckDB on the same files? One million telemetry records in twenty gzip objects, to
// Snappy Parquet by year, month and day. DuckDB's side reads the same columns with read_json and checks nothing; the
// job's side counts every record, and sets aside broken ones. Prints the ratio of the rates; the promise is 0.7.
//
//     node bench/job-vs-duckdb.ts [--rounds 5] [--bad 0.001]

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { Engine } from '../src/analyze/engine/engine.ts'
import { parseSchema } from '../src/analyze/engine/request.ts'
import { Background } from '../src/world/background.ts'
import { SystemClock } from '../src/world/clock.ts'
import { ConsoleLog } from '../src/world/log.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, bad: { type: 'string', default: '0' } },
})
const rounds = Number(values.rounds)
const badShare = Number(values.bad)
const objects = 20
const recordsPerObject = 50_000

const script = `UNLOAD (
  SELECT device_id, temperature, "timestamp", year(at) AS year, month(at) AS month, day(at) AS day
  FROM (SELECT *, from_unixtime("timestamp") AS at FROM source)
) TO '\${TARGET_S3}' WITH (format = 'PARQUET', compression = 'SNAPPY', partitioned_by = ARRAY['year', 'month', 'day'])`
const schema = parseSchema('device_id string, temperature double, timestamp double')

const work = await mkdtemp(join(tmpdir(), 'biwa-bench-job-'))
const log = new ConsoleLog()
const background = new Background(log)
const engine = new Engine({ background, clock: new SystemClock(log), log })
try {
  const files = await layOut()
  const job: number[] = []
  const bare: number[] = []
  await runJob(files, 'warm')
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await runBare(files, String(round)))
    job.push(await runJob(files, String(round)))
  }
  const records = objects * recordsPerObject
  const say = (name: string, times: readonly number[]) =>
    `${name}: median ${Math.round(median(times))} ms, ${((records / median(times)) * 1e-3).toFixed(2)} M records/s (${times.map(Math.round).join(' ')})`
  process.stdout.write(`${say('bare DuckDB', bare)}\n${say('job', job)}\n`)
  process.stdout.write(`ratio ${(median(bare) / median(job)).toFixed(2)} (promise: 0.70)\n`)
} finally {
  await engine.close()
  await rm(work, { recursive: true, force: true })
}

async function layOut(): Promise<readonly { path: string; file: string; bytes: number }[]> {
  let seed = 1
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return seed / 0x7fffffff
  }
  let timestamp = 1_760_498_130.12
  const files: { path: string; file: string; bytes: number }[] = []
  for (let object = 0; object < objects; object += 1) {
    const lines: string[] = []
    for (let record = 0; record < recordsPerObject; record += 1) {
      timestamp += 0.26
      const temperature = random() < badShare ? 'warm' : Math.round(random() * 4000) / 100
      lines.push(
        JSON.stringify({
          device_id: `sensor-${Math.floor(random() * 50)}`,
          temperature,
          timestamp: Math.round(timestamp * 100) / 100,
        }),
      )
    }
    const file = join(work, `${object}.gz`)
    await writeFile(file, gzipSync(`${lines.join('\n')}\n`))
    files.push({ path: `s3://raw/${object}.gz`, file, bytes: (await stat(file)).size })
  }
  return files
}

async function runJob(files: readonly { path: string; file: string; bytes: number }[], name: string): Promise<number> {
  const scratch = await mkdtemp(join(work, `job-${name}-`))
  const startedAt = performance.now()
  const result = await engine.transform({
    script,
    arguments: { TARGET_S3: 's3://curated/' },
    defaultDatabase: 'default',
    now: 0,
    source: { files, schema, required: ['device_id', 'temperature', 'timestamp'] },
    tables: () => Promise.reject(new Error('the benchmark has no tables')),
    target: () => Promise.reject(new Error('the benchmark has no tables')),
    scratchDirectory: scratch,
    signal: background.closing,
    deadlineMilliseconds: 600_000,
  })
  const milliseconds = performance.now() - startedAt
  if (result.recordsIn !== objects * recordsPerObject) throw new Error(`${result.recordsIn} records were read`)
  await rm(scratch, { recursive: true })
  return milliseconds
}

async function runBare(files: readonly { file: string }[], name: string): Promise<number> {
  const into = join(work, `bare-${name}`)
  const startedAt = performance.now()
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) })
  const connection = await instance.connect()
  const list = files.map(file => `'${file.file}'`).join(', ')
  const ignoring = badShare > 0 ? ', ignore_errors = true' : ''
  await connection.run(`COPY (
    SELECT device_id, temperature, "timestamp", year(happened) AS "year", month(happened) AS "month", day(happened) AS "day"
    FROM (SELECT *, to_timestamp("timestamp") AS happened FROM read_json([${list}], format = 'newline_delimited'${ignoring},
      columns = {device_id: 'VARCHAR', temperature: 'DOUBLE', "timestamp": 'DOUBLE'}))
  ) TO '${into}' (FORMAT parquet, COMPRESSION snappy, PARTITION_BY ("year", "month", "day"))`)
  connection.closeSync()
  instance.closeSync()
  const milliseconds = performance.now() - startedAt
  await rm(into, { recursive: true })
  return milliseconds
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
