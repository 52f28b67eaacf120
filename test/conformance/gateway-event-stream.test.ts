/**
 * A stream of events with enforced signatures, as each client asks for it: the JavaScript SDK over HTTP/2 (its default)
 * and HTTP/1.1, botocore, and CBOR as Java's SDK and KCL speak it. Who may not read hears it before the stream begins.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  CreateStreamCommand,
  KinesisClient,
  type KinesisServiceException,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'
import { S3Client } from '@aws-sdk/client-s3'
import { cbor } from '@smithy/core/cbor'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { account, client, region, startLake } from '../testing/lake.ts'
import { python, withoutBoto3 } from '../testing/programs.ts'
import { type Key, signed } from '../testing/signed.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let key: Key
const StreamName = 'watched'
const StreamARN = `arn:aws:kinesis:${region}:${account}:stream/${StreamName}`
const subscription = { ShardId: 'shardId-000000000000', StartingPosition: { Type: 'TRIM_HORIZON' } } as const
const texts = ['one', 'zwölf', 'three']
/** Each test reads as a consumer of its own: a consumer's subscription is followed by another only after five seconds. */
const consumers: Record<string, string> = {}

before(async () => {
  lake = await startLake({ auth: 'enforced' })
  key = await lake.lake.rootKey()
  const kinesis = new KinesisClient(client(lake.url, key))
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  for (const ConsumerName of ['http1', 'http2', 'botocore', 'cbor']) {
    const { Consumer } = await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }))
    consumers[ConsumerName] = Consumer?.ConsumerARN ?? ''
  }
  const Records = texts.map(text => ({ Data: Buffer.from(text), PartitionKey: 'a' }))
  await kinesis.send(new PutRecordsCommand({ StreamARN, Records }))
  kinesis.destroy()
})
after(async () => {
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

async function firstEvent(kinesis: KinesisClient, ConsumerARN: string | undefined): Promise<SubscribeToShardEvent> {
  const { EventStream = [] } = await kinesis.send(new SubscribeToShardCommand({ ConsumerARN, ...subscription }))
  for await (const { SubscribeToShardEvent } of EventStream) if (SubscribeToShardEvent) return SubscribeToShardEvent
  return assert.fail('the stream ended without an event')
}
const textsOf = (event: SubscribeToShardEvent) =>
  event.Records?.map(record => Buffer.from(record.Data ?? []).toString())

/** S3's client speaks HTTP/1.1. */
const handlers = { http2: {}, http1: { requestHandler: new S3Client({}).config.requestHandler } }
for (const [version, handler] of Object.entries(handlers))
  test(`the JavaScript SDK subscribes over ${version === 'http2' ? 'HTTP/2' : 'HTTP/1.1'}`, async () => {
    const kinesis = new KinesisClient({ ...client(lake.url, key), ...handler })
    const event = await firstEvent(kinesis, consumers[version])
    assert.deepEqual(textsOf(event), texts)
    assert.ok(event.Records?.[0]?.ApproximateArrivalTimestamp instanceof Date)
    assert.match(event.ContinuationSequenceNumber ?? '', /^\d+$/)
    kinesis.destroy()
  })

test('a signature that is wrong is a fault and no stream', async () => {
  const kinesis = new KinesisClient(client(lake.url, { ...key, secretAccessKey: 'wrong' }))
  await assert.rejects(firstEvent(kinesis, consumers.http2), (error: KinesisServiceException) => {
    assert.equal(error.name, 'InvalidSignatureException')
    return true
  })
  kinesis.destroy()
})

test('botocore subscribes with its own parser of event streams', { skip: withoutBoto3 }, async () => {
  const out = await python(
    lake.url,
    `
import boto3, json
kinesis = boto3.client('kinesis')
answer = kinesis.subscribe_to_shard(ConsumerARN='${consumers.botocore}', ShardId='${subscription.ShardId}', StartingPosition={'Type': 'TRIM_HORIZON'})
for event in answer['EventStream']:
    records = event['SubscribeToShardEvent']['Records']
    print(json.dumps([record['Data'].decode() for record in records]))
    break
`,
    { accessKey: key.accessKeyId, secret: key.secretAccessKey },
  )
  assert.deepEqual(JSON.parse(out), texts)
})

test('a client of CBOR is sent events of CBOR', async () => {
  const body = Buffer.from(cbor.serialize({ ConsumerARN: consumers.cbor, ...subscription }))
  const { headers } = await signed(
    lake.url,
    {
      headers: {
        'content-type': 'application/x-amz-cbor-1.1',
        'x-amz-target': 'Kinesis_20131202.SubscribeToShard',
        'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      },
    },
    { key, service: 'kinesis' },
  )
  const answer = await fetch(lake.url, { method: 'POST', headers, body })
  assert.equal(answer.headers.get('content-type'), 'application/vnd.amazon.eventstream')
  const codec = new EventStreamCodec(
    bytes => Buffer.from(bytes).toString(),
    text => Buffer.from(text),
  )
  let held = Buffer.alloc(0)
  for await (const chunk of answer.body ?? []) {
    held = Buffer.concat([held, chunk])
    const initialBytes = held.length < 4 ? Number.POSITIVE_INFINITY : held.readUInt32BE(0)
    if (held.length < initialBytes + 4 || held.length < initialBytes + held.readUInt32BE(initialBytes)) continue
    const message = codec.decode(held.subarray(initialBytes, initialBytes + held.readUInt32BE(initialBytes)))
    assert.equal(message.headers[':content-type']?.value, 'application/x-amz-cbor-1.1')
    const { Records } = cbor.deserialize(message.body) as {
      Records: readonly { Data: Uint8Array; ApproximateArrivalTimestamp: { tag: number; value: number } }[]
    }
    assert.deepEqual(
      Records.map(record => Buffer.from(record.Data).toString()),
      texts,
    )
    for (const { ApproximateArrivalTimestamp: arrived } of Records) {
      assert.equal(arrived.tag, 1)
      assert.ok(Math.abs(Date.now() - arrived.value) < 600_000, `arrived at ${arrived.value}`)
    }
    return
  }
  assert.fail('the stream ended without an event')
})

test('a lake that closes ends its subscriptions at once', async context => {
  const { lake: other, url, close } = await startLake()
  context.after(close)
  const kinesis = new KinesisClient(client(url))
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const { Consumer } = await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'reader' }))
  const { EventStream = [] } = await kinesis.send(
    new SubscribeToShardCommand({ ConsumerARN: Consumer?.ConsumerARN, ...subscription }),
  )
  const began = performance.now()
  const [, events] = await Promise.all([other.close(), Array.fromAsync(EventStream)])
  assert.ok(performance.now() - began < 4_000, 'it waited for its grace')
  assert.ok(events.length <= 1, JSON.stringify(events))
  kinesis.destroy()
})
