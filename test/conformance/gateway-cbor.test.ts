/**
 * CBOR over the wire, encoded and decoded by somebody else's codec: what the Java SDK and KCL send to Kinesis unless told
 * otherwise, and what their unmarshallers look for in the answer.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis'
import { cbor, tag } from '@smithy/core/cbor'
import { account, client, lakeFor, region, startLake } from '../testing/lake.ts'
import { type Key, signed } from '../testing/signed.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let kinesis: KinesisClient
const StreamName = 'measurements'
const ShardId = 'shardId-000000000000'
const StreamARN = `arn:aws:kinesis:${region}:${account}:stream/${StreamName}`

before(async () => {
  lake = await startLake()
  kinesis = new KinesisClient(client(lake.url))
  assert.equal((await call('CreateStream', { StreamName, ShardCount: 1 })).status, 200)
})
after(async () => {
  kinesis.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

type Value = Readonly<Record<string, unknown>>
interface Answer {
  readonly status: number
  readonly type: string | null
  readonly bytes: Buffer
  readonly value: Value
}
interface Way {
  readonly url?: string
  readonly type?: string
  readonly target?: string
  readonly key?: Key
}
const cborType = 'application/x-amz-cbor-1.1'

async function send(operation: string, body: Uint8Array, way: Way = {}): Promise<Answer> {
  const url = way.url ?? lake.url
  const plain = {
    'content-type': way.type ?? cborType,
    'x-amz-target': `${way.target ?? 'Kinesis_20131202'}.${operation}`,
    'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
  }
  const headers = way.key
    ? (await signed(url, { headers: plain }, { key: way.key, service: 'kinesis' })).headers
    : plain
  const answer = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const type = answer.headers.get('content-type')
  return { status: answer.status, type, bytes, value: bytes.length === 0 ? {} : (cbor.deserialize(bytes) as Value) }
}
const call = (operation: string, input: Value, way?: Way) => send(operation, cbor.serialize(input), way)
/** The value of an answer that must be good. */
async function good(operation: string, input: Value, way?: Way): Promise<Value> {
  const { status, type, value } = await call(operation, input, way)
  assert.deepEqual([status, type], [200, cborType], JSON.stringify(value))
  return value
}
async function records(from: Value): Promise<readonly Value[]> {
  const { ShardIterator } = await good('GetShardIterator', { StreamName, ShardId, ...from })
  const { Records, MillisBehindLatest } = await good('GetRecords', { ShardIterator, Limit: 100 })
  assert.equal(typeof MillisBehindLatest, 'number')
  return Records as readonly Value[]
}
/** Smithy's decoder leaves tags standing. */
const instant = (value: unknown) => {
  const { tag: number, value: at } = value as { tag: number; value: number }
  assert.equal(number, 1)
  assert.ok(Number.isSafeInteger(at), `${at} is no whole number: Java's SDK reads it as a long`)
  return at
}

test('records that are put as CBOR are read as CBOR and as JSON, byte for byte', async () => {
  const begun = Date.now()
  const Data = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const one = await good('PutRecord', { StreamName, Data, PartitionKey: 'sensor-ü' })
  assert.equal(one.ShardId, ShardId)
  const many = await good('PutRecords', {
    StreamARN,
    Records: [
      { Data: new Uint8Array(0), PartitionKey: 'a' },
      { Data: Buffer.alloc(70_000, 7), PartitionKey: 'b', ExplicitHashKey: '340282366920938463463374607431768211455' },
    ],
  })
  assert.equal(many.FailedRecordCount, 0)
  const numbers = [one, ...(many.Records as readonly Value[])].map(placed => placed.SequenceNumber)
  const read = await records({ ShardIteratorType: 'TRIM_HORIZON' })
  assert.deepEqual(
    read.map(record => [record.SequenceNumber, record.PartitionKey, [...(record.Data as Uint8Array)]]),
    [
      [numbers[0], 'sensor-ü', [...Data]],
      [numbers[1], 'a', []],
      [numbers[2], 'b', [...Buffer.alloc(70_000, 7)]],
    ],
  )
  for (const record of read) {
    const arrived = instant(record.ApproximateArrivalTimestamp)
    assert.ok(arrived >= begun && arrived <= Date.now(), `arrived at ${arrived}`)
  }
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }))
  assert.deepEqual(
    Records.map(record => [
      record.SequenceNumber,
      [...(record.Data ?? [])],
      record.ApproximateArrivalTimestamp?.getTime(),
    ]),
    read.map(record => [
      record.SequenceNumber,
      [...(record.Data as Uint8Array)],
      instant(record.ApproximateArrivalTimestamp),
    ]),
  )
})

test('every type of iterator stands where it says', async () => {
  const put = async (text: string) =>
    (await good('PutRecord', { StreamName, Data: Buffer.from(text), PartitionKey: 'k' })).SequenceNumber
  const first = await put('first')
  const arrivals = await records({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: first })
  const at = instant(arrivals[0]?.ApproximateArrivalTimestamp)
  while (Date.now() <= at) await new Promise(setImmediate)
  const second = await put('second')
  const texts = async (from: Value) =>
    (await records(from)).map(record => String(Buffer.from(record.Data as Uint8Array)))
  assert.deepEqual(await texts({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: first }), [
    'first',
    'second',
  ])
  assert.deepEqual(await texts({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: first }), [
    'second',
  ])
  assert.deepEqual(await texts({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: second }), [])
  const AT_TIMESTAMP = 'AT_TIMESTAMP'
  for (const Timestamp of [tag({ tag: 1, value: at + 1 }), at + 1])
    assert.deepEqual(await texts({ ShardIteratorType: AT_TIMESTAMP, Timestamp }), ['second'])
  assert.ok((await texts({ ShardIteratorType: AT_TIMESTAMP, Timestamp: tag({ tag: 1, value: at }) })).includes('first'))
  assert.deepEqual(await texts({ ShardIteratorType: 'LATEST' }), [])
})

test('what describes a stream is the same in both forms', async () => {
  const inCbor = (await good('DescribeStream', { StreamName })).StreamDescription as Value
  const { StreamDescription } = await kinesis.send(new DescribeStreamCommand({ StreamName }))
  assert.equal(instant(inCbor.StreamCreationTimestamp), StreamDescription?.StreamCreationTimestamp?.getTime())
  const others = (description: object) => ({ ...description, StreamCreationTimestamp: undefined })
  assert.deepEqual(others(inCbor), others(StreamDescription ?? {}))
  const { Shards } = await good('ListShards', { StreamName, ShardFilter: { Type: 'AT_LATEST' } })
  assert.equal((Shards as readonly unknown[]).length, 1)
})

test('an operation without an output answers an empty body', async () => {
  const answer = await call('AddTagsToStream', { StreamName, Tags: { team: 'ü', empty: '' } })
  assert.deepEqual([answer.status, answer.type, answer.bytes.length], [200, cborType, 0])
  const { Tags } = await good('ListTagsForStream', { StreamName })
  assert.deepEqual(Tags, [
    { Key: 'empty', Value: '' },
    { Key: 'team', Value: 'ü' },
  ])
})

const text = (words: string) => Buffer.from(words)
const faults: readonly (readonly [string, string, Uint8Array, RegExp, string, Way?])[] = [
  [
    'a stream that is not there',
    'DescribeStream',
    cbor.serialize({ StreamName: 'missing' }),
    /^Stream missing under account 000000000000 not found\.$/,
    'ResourceNotFoundException',
  ],
  [
    'a value that breaks a constraint',
    'CreateStream',
    cbor.serialize({ StreamName: 'not a name', ShardCount: 1 }),
    /Member must satisfy regular expression pattern/,
    'ValidationException',
  ],
  [
    'a member that is not there',
    'PutRecord',
    cbor.serialize({ StreamName, PartitionKey: 'a' }),
    /Value null at 'data'/,
    'ValidationException',
  ],
  [
    'a member of another type',
    'PutRecord',
    cbor.serialize({ StreamName, PartitionKey: 'a', Data: 'AAAA' }),
    /'Data' must be a byte string, but is a text/,
    'SerializationException',
  ],
  [
    'a member that AWS does not have',
    'CreateStream',
    cbor.serialize({ StreamName: 'x', ShardCount: 1, Colour: 'red' }),
    /does not take the member 'Colour'/,
    'ValidationException',
  ],
  [
    'a body that ends early',
    'ListStreams',
    Buffer.from('a2', 'hex'),
    /is not CBOR as AWS takes it/,
    'SerializationException',
  ],
  ['a body that is JSON', 'ListStreams', text('{}'), /is not CBOR|must be a structure/, 'SerializationException'],
  [
    'an operation that nobody has',
    'Fly',
    cbor.serialize({}),
    /does not support the operation/,
    'UnknownOperationException',
  ],
  [
    'a service that nobody has',
    'Fly',
    cbor.serialize({}),
    /does not provide the service/,
    'UnknownOperationException',
    { target: 'Wings_20301231' },
  ],
]
for (const [what, operation, body, message, code, way] of faults)
  test(`${what}: the fault is CBOR, with its code where Java's SDK looks for it`, async () => {
    const { status, type, value } = await send(operation, body, way)
    assert.deepEqual([status, type, value.__type], [400, cborType, code])
    assert.match(String(value.message), message)
  })

test('the version 1.0 and a parameter of the content type are taken', async () => {
  for (const type of ['application/x-amz-cbor-1.0', `${cborType}; charset=utf-8`]) {
    const answer = await call('ListStreams', {}, { type })
    assert.deepEqual([answer.status, answer.type], [200, type.split(';')[0]])
    assert.ok((answer.value.StreamNames as readonly string[]).includes(StreamName))
  }
})

test('an empty body asks for nothing but the operation', async () => {
  const { status, value } = await send('ListStreams', new Uint8Array(0))
  assert.equal(status, 200)
  assert.ok((value.StreamNames as readonly string[]).includes(StreamName))
})

test('other services of these protocols take it too', async () => {
  const way = { target: 'AWSGlue' }
  assert.equal((await call('CreateDatabase', { DatabaseInput: { Name: 'lake' } }, way)).status, 200)
  const { Database } = await good('GetDatabase', { Name: 'lake' }, way)
  const made = instant((Database as Value).CreateTime)
  assert.ok(Math.abs(Date.now() - made) < 600_000, `made at ${made}`)
})

test('with enforced signatures a signed body is taken, and an altered one is not', async context => {
  const { lake: enforced, url } = await lakeFor(context, { auth: 'enforced' })
  const key = await enforced.rootKey()
  const body = cbor.serialize({ StreamName: 'signed', ShardCount: 1 })
  assert.equal((await send('CreateStream', body, { url, key })).status, 200)
  const Data = Buffer.alloc(100_000, 'a')
  assert.equal((await call('PutRecord', { StreamName: 'signed', PartitionKey: 'a', Data }, { url, key })).status, 200)
  const wrong = await send('ListStreams', new Uint8Array(0), { url, key: { ...key, secretAccessKey: 'wrong' } })
  assert.deepEqual([wrong.status, wrong.type, wrong.value.__type], [400, cborType, 'InvalidSignatureException'])
})
