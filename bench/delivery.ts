/**
 * Whether delivery keeps up with ingest: PutRecords (500 of 120 bytes a call, 4 connections) into a stream that nobody
 * reads and into one that Firehose delivers, compressed, in turns. The ratio is that of each pair's rates, its median
 * counts; then how long what was left took after the last put, and what memory did meanwhile.
 *
 *     node bench/delivery.ts [--seconds 10] [--rounds 3] [--shards 4] [--compression GZIP] [--mib 16]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    shards: { type: 'string', default: '4' },
    compression: { type: 'string', default: 'GZIP' },
    mib: { type: 'string', default: '16' },
  },
})
const seconds = Number(values.seconds)
const connections = 4
const recordsPerCall = 500

const directory = mkdtempSync(join(tmpdir(), 'biwa-bench-'))
const child = spawn(process.execPath, ['bin/biwa.js', 'up', '--port', '0', '--data', directory], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const port = await portOf(child)
const agent = new Agent({ keepAlive: true, maxSockets: connections + 1 })

async function portOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    server.stdout?.on('data', chunk => {
      text += chunk
      const found = /127\.0\.0\.1:(\d+)/.exec(text)
      if (found) resolve(Number(found[1]))
    })
    server.on('exit', code => reject(new Error(`the server ended with ${code}`)))
  })
}

function send(path: string, method: string, headers: Record<string, string>, body: Buffer | string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, method, agent, headers }, answer => {
      let text = ''
      answer.setEncoding('latin1')
      answer.on('data', chunk => (text += chunk))
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`${answer.statusCode} ${text.slice(0, 500)}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const call = (target: string, input: object, body: Buffer | string = JSON.stringify(input)) =>
  send('/', 'POST', { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }, body)

const records = Array.from({ length: recordsPerCall }, (_, i) => {
  const text = JSON.stringify({
    device_id: `sensor-${i}`,
    temperature: 20 + (i % 97) / 10,
    timestamp: 1760498130.12 + i,
  })
  return { Data: Buffer.from(text.padEnd(120)).toString('base64'), PartitionKey: `sensor-${i}` }
})
const bodyFor = (StreamName: string) => Buffer.from(JSON.stringify({ StreamName, Records: records }))

interface Measured {
  /** Thousand records a second. */
  readonly rate: number
  /** Milliseconds that 99 of 100 calls took at most. */
  readonly p99: number
}

let put = 0
async function load(stream: string): Promise<Measured> {
  const body = bodyFor(stream)
  const began = performance.now()
  const took: number[] = []
  const work = Array.from({ length: connections }, async () => {
    for (let now = performance.now(); now < began + seconds * 1000; now = performance.now()) {
      await call('Kinesis_20131202.PutRecords', {}, body)
      took.push(performance.now() - now)
    }
  })
  await Promise.all(work)
  if (stream === 'delivered') put += took.length * recordsPerCall
  took.sort((one, other) => one - other)
  const rate = (took.length * recordsPerCall) / (performance.now() - began)
  return { rate, p99: took[Math.floor(took.length * 0.99)] ?? 0 }
}

/** Records that Firehose has put into objects. */
async function delivered(): Promise<number> {
  const metrics = await send('/_biwa/metrics', 'GET', {}, '')
  return Number(/^aws_firehose_delivery_to_s3_records_sum\{[^}]*\} (\d+)/m.exec(metrics)?.[1] ?? 0)
}

const residentMebibytes = () =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024)
const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

try {
  await send('/raw', 'PUT', {}, '')
  for (const StreamName of ['unread', 'delivered']) {
    await call('Kinesis_20131202.CreateStream', { StreamName, ShardCount: Number(values.shards) })
  }
  await call('Firehose_20150804.CreateDeliveryStream', {
    DeliveryStreamName: 'bench',
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration: {
      KinesisStreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/delivered',
      RoleARN: 'arn:aws:iam::000000000000:role/any',
    },
    ExtendedS3DestinationConfiguration: {
      RoleARN: 'arn:aws:iam::000000000000:role/any',
      BucketARN: 'arn:aws:s3:::raw',
      CompressionFormat: values.compression,
      BufferingHints: { SizeInMBs: Number(values.mib), IntervalInSeconds: 1 },
    },
  })
  const pairs: {
    readonly alone: Measured
    readonly both: Measured
    readonly behind: number
    readonly after: number
  }[] = []
  for (let round = 0; round <= Number(values.rounds); round++) {
    const alone = await load('unread')
    const both = await load('delivered')
    const behind = put - (await delivered())
    const ended = performance.now()
    while ((await delivered()) < put) await new Promise(resolve => setTimeout(resolve, 50))
    const after = performance.now() - ended
    console.log(
      `  resident ${residentMebibytes()} MiB, ${behind} records left at the end, delivered ${after.toFixed(0)} ms later`,
    )
    if (round > 0) pairs.push({ alone, both, behind, after })
  }
  const typical = (of: (pair: (typeof pairs)[number]) => number) => median(pairs.map(of))
  console.log(
    `PutRecords while Firehose delivers: ${typical(({ both }) => both.rate).toFixed(0)} thousand records/s, ` +
      `p99 ${typical(({ both }) => both.p99).toFixed(1)} ms; while nobody reads ` +
      `${typical(({ alone }) => alone.rate).toFixed(0)}, p99 ${typical(({ alone }) => alone.p99).toFixed(1)} ms; ` +
      `ratio ${typical(({ both, alone }) => both.rate / alone.rate).toFixed(2)}`,
  )
} finally {
  child.kill()
  await new Promise(resolve => child.on('exit', resolve))
  rmSync(directory, { recursive: true, force: true })
}
process.exit(0)
