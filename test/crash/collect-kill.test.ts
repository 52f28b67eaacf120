/**
 * A real server is killed with SIGKILL at random instants while a stream and a delivery stream take records and both are
 * delivered. After all of it every acknowledged record is in the stream and in exactly one object.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { CreateDeliveryStreamCommand, FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { account, client, region } from '../testing/lake.ts'
import { type Server, startServer } from '../testing/server.ts'

const kills = 8
const batch = 40
const role = `arn:aws:iam::${account}:role/any`

/** Clients of one life of the server; no retries, so that what was acknowledged is known. */
function clients(url: string) {
  const options = { ...client(url), maxAttempts: 1 }
  const firehose = new FirehoseClient(options)
  const kinesis = new KinesisClient(options)
  const s3 = new S3Client({ ...options, forcePathStyle: true })
  const close = () => [firehose, kinesis, s3].forEach(each => void each.destroy())
  return { firehose, kinesis, s3, close }
}
type Clients = ReturnType<typeof clients>

async function layOut({ firehose, kinesis, s3 }: Clients): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'kill', ShardCount: 2 }))
  for (const source of ['stream', 'direct']) {
    await s3.send(new CreateBucketCommand({ Bucket: `kill-${source}` }))
    const KinesisStreamARN = `arn:aws:kinesis:${region}:${account}:stream/kill`
    await firehose.send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: source,
        ...(source === 'stream' && {
          DeliveryStreamType: 'KinesisStreamAsSource',
          KinesisStreamSourceConfiguration: { RoleARN: role, KinesisStreamARN },
        }),
        ExtendedS3DestinationConfiguration: {
          RoleARN: role,
          BucketARN: `arn:aws:s3:::kill-${source}`,
          CompressionFormat: 'GZIP',
          BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 0 },
        },
      }),
    )
  }
}

/** Numbered lines, some of which fill buffers, so that deliveries are under way when the kill comes. */
class Ingest {
  readonly acknowledged = { stream: new Set<number>(), direct: new Set<number>() }
  #next = 0

  /** Puts until the server is gone. */
  async run({ firehose, kinesis }: Clients): Promise<void> {
    const stream = this.#until('stream', async lines => {
      const Records = lines.map(({ number, data }) => ({ Data: data, PartitionKey: `key-${number}` }))
      const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName: 'kill', Records }))
      assert.equal(FailedRecordCount, 0)
    })
    const direct = this.#until('direct', async lines => {
      const Records = lines.map(({ data }) => ({ Data: data }))
      const put = new PutRecordBatchCommand({ DeliveryStreamName: 'direct', Records })
      assert.equal((await firehose.send(put)).FailedPutCount, 0)
    })
    await Promise.all([stream, direct])
  }

  async #until(kind: 'stream' | 'direct', put: (lines: readonly { number: number; data: Buffer }[]) => Promise<void>) {
    for (;;) {
      const lines = Array.from({ length: batch }, () => {
        const number = this.#next++
        return { number, data: Buffer.from(`${number} ${'x'.repeat(number % 9000)}\n`) }
      })
      try {
        await put(lines)
      } catch (error) {
        // The server is gone, perhaps between the head of its answer and the rest: what it took last may be there or not.
        // A whole answer is never a refusal.
        if ('$fault' in (error as object) || error instanceof assert.AssertionError) throw error
        return
      }
      for (const { number } of lines) this.acknowledged[kind].add(number)
    }
  }
}

async function delivered({ s3 }: Clients, Bucket: string): Promise<number[]> {
  const numbers: number[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken }))
    for (const { Key } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      const text = gunzipSync((await Body?.transformToByteArray()) ?? Buffer.alloc(0)).toString()
      for (const line of text.split('\n').slice(0, -1)) numbers.push(Number.parseInt(line, 10))
    }
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken)
  return numbers
}

async function readStream({ kinesis }: Clients): Promise<number[]> {
  const numbers: number[] = []
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'kill' }))
  for (const { ShardId } of Shards) {
    const from = { StreamName: 'kill', ShardId, ShardIteratorType: 'TRIM_HORIZON' as const }
    let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(from))
    while (ShardIterator) {
      const {
        Records = [],
        NextShardIterator,
        MillisBehindLatest,
      } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
      for (const { Data } of Records) numbers.push(Number.parseInt(Buffer.from(Data ?? []).toString(), 10))
      ShardIterator = MillisBehindLatest === 0 ? undefined : NextShardIterator
    }
  }
  return numbers
}

const milliseconds = (count: number) => new Promise(resolve => setTimeout(resolve, count))

/** Resolves with what is delivered once everything acknowledged is; the last buffers wait for their interval. */
async function whenAll(clients: Clients, bucket: string, wanted: ReadonlySet<number>): Promise<number[]> {
  for (let attempt = 0; ; attempt++) {
    const numbers = await delivered(clients, bucket)
    const found = new Set(numbers)
    const missing = [...wanted].filter(number => !found.has(number))
    if (missing.length === 0) return numbers
    assert.ok(attempt < 60, `${missing.length} acknowledged records are not in ${bucket}, the first is ${missing[0]}`)
    await milliseconds(500)
  }
}

test('a server killed at random instants loses no acknowledged record and delivers none twice', async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-kill-'))
  let server: Server | undefined
  context.after(async () => {
    await server?.kill()
    await rm(directory, { recursive: true, force: true })
  })
  const ingest = new Ingest()
  const { stream, direct } = ingest.acknowledged
  // A slow machine needs more lives than these to mean anything.
  for (let life = 0; life < kills || Math.min(stream.size, direct.size) <= 1000; life++) {
    server = await startServer(directory)
    const now = clients(server.url)
    if (life === 0) await layOut(now)
    const running = ingest.run(now)
    if (life === 3) {
      const scale = { StreamName: 'kill', TargetShardCount: 3, ScalingType: 'UNIFORM_SCALING' as const }
      await now.kinesis.send(new UpdateShardCountCommand(scale))
    }
    await milliseconds(randomInt(100, 1500))
    await server.kill()
    await running
    now.close()
  }
  server = await startServer(directory)
  const last = clients(server.url)
  const read = await readStream(last)
  const found = new Set(read)
  assert.equal(found.size, read.length, 'no record is in the stream twice')
  for (const number of stream) assert.ok(found.has(number), `record ${number} of the stream`)
  for (const [bucket, wanted] of [
    ['kill-stream', stream],
    ['kill-direct', direct],
  ] as const) {
    const numbers = await whenAll(last, bucket, wanted)
    assert.equal(new Set(numbers).size, numbers.length, `no record is in two objects of ${bucket}`)
  }
  last.close()
})
