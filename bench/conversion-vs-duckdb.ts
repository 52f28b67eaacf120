// How fast does a delivery stream's conversion make Parquet of JSON, compared to bare DuckDB on the same lines? 500,000
// telemetry records of seven columns to Snappy Parquet. DuckDB's side reads them with read_json, which rounds and
// stringifies what does not fit; the conversion judges every value. Prints the ratio of the rates, and what a query of jq
// for partition keys takes a record.
//
//     node bench/conversion-vs-duckdb.ts [--rounds 5] [--odd 0.01]
//
// --odd: the share of records that only the exact way can judge (numbers in text).

import { link, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { Engine } from '../src/analyze/engine/engine.ts'
import { parseSchema } from '../src/analyze/engine/request.ts'
import { Jq } from '../src/collect/firehose/jq/jq.ts'
import { Background } from '../src/world/background.ts'
import { SystemClock } from '../src/world/clock.ts'
import { ConsoleLog } from '../src/world/log.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, odd: { type: 'string', default: '0' } },
})
const rounds = Number(values.rounds)
const oddEvery = Number(values.odd) > 0 ? Math.round(1 / Number(values.odd)) : Number.POSITIVE_INFINITY
const records = 500_000
const jqRecords = 50_000
const query = '{site: .site, year: .seconds | strftime("%Y")}'

const columns = parseSchema(
  'device_id string, temperature double, humidity int, ok boolean, sequence bigint, at timestamp, site string',
)
const work = await mkdtemp(join(tmpdir(), 'biwa-bench-conversion-'))
const log = new ConsoleLog()
const background = new Background(log)
const clock = new SystemClock(log)
const engine = new Engine({ background, clock, log })
const jq = new Jq({ clock })
try {
  const lines = join(work, 'lines')
  const documents = Array.from({ length: records }, (_, index) => document(index))
  await writeFile(lines, `${documents.join('\n')}\n`)
  const keyed = documents.slice(0, jqRecords).map(text => Buffer.from(text))
  const bare: number[] = []
  const conversion: number[] = []
  const extraction: number[] = []
  await convert('warm')
  await jq.extract(query, keyed)
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await measured(() => copy(lines)))
    conversion.push(await measured(() => convert(String(round))))
    extraction.push(await measured(() => jq.extract(query, keyed)))
  }
  const say = (name: string, count: number, times: readonly number[]) =>
    `${name}: median ${Math.round(median(times))} ms, ${Math.round(count / median(times))} thousand records/s (${times.map(Math.round).join(' ')})\n`
  process.stdout.write(say('bare DuckDB', records, bare) + say('conversion', records, conversion))
  process.stdout.write(`ratio ${(median(bare) / median(conversion)).toFixed(2)}\n${say('jq', jqRecords, extraction)}`)
} finally {
  await Promise.all([engine.close(), jq.close()])
  await rm(work, { recursive: true, force: true })
}

function document(index: number): string {
  return JSON.stringify({
    device_id: `device-${(index * 7919) % 1000}`,
    temperature: 20 + (index % 1000) / 100,
    humidity: index % oddEvery === 0 && index > 0 ? String(index % 77) : index % 77,
    ok: index % 3 === 0,
    sequence: index,
    at: new Date(1.7e12 + index * 1000).toISOString(),
    site: `hall ${index % 5}`,
    seconds: 1_700_000_000 + index,
  })
}

async function convert(name: string): Promise<void> {
  const scratchDirectory = await mkdtemp(join(work, `${name}-`))
  const own = join(scratchDirectory, 'lines')
  await link(join(work, 'lines'), own)
  const { rows, failed } = await engine.convert({
    ...{ lines: own, columns, scratchDirectory },
    input: { serde: 'openx', caseInsensitive: true, dotsToUnderscores: false, keyMappings: {} },
    output: { format: 'parquet', compression: 'SNAPPY' },
    signal: background.closing,
    deadlineMilliseconds: 600_000,
  })
  if (rows !== records) throw new Error(`${rows} rows were written, ${failed.length} failed`)
  await rm(scratchDirectory, { recursive: true })
}

async function copy(lines: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) })
  const connection = await instance.connect()
  const named = `device_id: 'VARCHAR', temperature: 'DOUBLE', humidity: 'INTEGER', ok: 'BOOLEAN', sequence: 'BIGINT', "at": 'TIMESTAMP', site: 'VARCHAR'`
  await connection.run(
    `COPY (SELECT * FROM read_json('${lines}', format = 'newline_delimited', columns = {${named}})) TO '${join(work, 'bare.parquet')}' (FORMAT parquet, COMPRESSION snappy)`,
  )
  connection.closeSync()
  instance.closeSync()
}

async function measured(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
