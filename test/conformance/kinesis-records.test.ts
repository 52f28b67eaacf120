/** Records through the AWS SDK with its default settings, which speak HTTP/2: what is put is read, and AWS's errors come. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  type KinesisServiceException,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { account, client, region, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let kinesis: KinesisClient
const StreamName = 'records'
const ShardId = 'shardId-000000000000'
const arn = (name: string) => `arn:aws:kinesis:${region}:${account}:stream/${name}`

before(async () => {
  lake = await startLake()
  kinesis = new KinesisClient(client(lake.url))
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
})
after(async () => {
  kinesis.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const fault = (name: string, message: RegExp) => (error: KinesisServiceException) => {
  assert.equal(error.name, name)
  assert.match(error.message, message)
  assert.equal(error.$metadata.httpStatusCode, 400)
  return true
}
async function read(from: Partial<GetShardIteratorCommandInput>, limit?: number) {
  const input = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const, ...from }
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(input))
  return kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: limit }))
}
const text = (data: Uint8Array | undefined) => Buffer.from(data ?? []).toString()

test('a record comes back with its key, its number and its time', async () => {
  const before = Date.now()
  const put = await kinesis.send(
    new PutRecordCommand({ StreamName, Data: Buffer.from('{"temperature":21.37}'), PartitionKey: 'sensor-3' }),
  )
  assert.equal(put.ShardId, ShardId)
  assert.match(put.SequenceNumber ?? '', /^\d{56}$/)
  const { Records = [], MillisBehindLatest, NextShardIterator } = await read({})
  assert.deepEqual(
    Records.map(record => [text(record.Data), record.PartitionKey, record.SequenceNumber]),
    [['{"temperature":21.37}', 'sensor-3', put.SequenceNumber]],
  )
  const arrived = Records[0]?.ApproximateArrivalTimestamp?.getTime() ?? 0
  assert.ok(arrived >= before && arrived <= Date.now(), `arrived at ${arrived}`)
  assert.equal(MillisBehindLatest, 0)
  assert.ok(NextShardIterator)
})

test('500 records of one call are read in its order, by every kind of iterator', async () => {
  const Records = Array.from({ length: 500 }, (_, i) => ({ Data: Buffer.from(`r${i}`), PartitionKey: `key ${i} é漢` }))
  const put = await kinesis.send(new PutRecordsCommand({ StreamARN: arn(StreamName), Records }))
  assert.equal(put.FailedRecordCount, 0)
  const numbers = put.Records?.map(record => record.SequenceNumber) ?? []
  const at = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[0] } as const
  const all = await read(at)
  assert.deepEqual(
    all.Records?.map(record => [text(record.Data), record.PartitionKey, record.SequenceNumber]),
    Records.map((record, i) => [text(record.Data), record.PartitionKey, numbers[i]]),
  )
  const page = await read(at, 10)
  assert.equal(page.Records?.length, 10)
  assert.ok((page.MillisBehindLatest ?? -1) >= 0)
  const after = await read({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: numbers[498] })
  assert.deepEqual(
    after.Records?.map(record => text(record.Data)),
    ['r499'],
  )
  const Timestamp = all.Records?.[0]?.ApproximateArrivalTimestamp
  const since = await read({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp })
  assert.equal(since.Records?.at(-1)?.SequenceNumber, numbers[499])
  assert.deepEqual((await read({ ShardIteratorType: 'LATEST' })).Records, [])
})

test('a record of 1 MiB, its data and its key together, is taken and a larger one refused', async () => {
  const put = (bytes: number, PartitionKey: string) =>
    kinesis.send(new PutRecordCommand({ StreamName, Data: Buffer.alloc(bytes, 7), PartitionKey }))
  const bytes = 1024 * 1024 - 6
  const { SequenceNumber } = await put(bytes, '鍵鍵')
  const { Records } = await read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber })
  assert.ok(Buffer.alloc(bytes, 7).equals(Records?.[0]?.Data ?? Buffer.alloc(0)))
  const tooLarge = fault('ValidationException', /less than or equal to 1048576/)
  await assert.rejects(put(bytes + 1, '鍵鍵'), tooLarge)
  await assert.rejects(put(bytes, '鍵鍵2'), tooLarge)
})

test('a call of 10 MiB, keys included, is taken whole, and a larger one refused whole', async () => {
  const mebibyte = { Data: Buffer.alloc(1024 * 1024 - 200), PartitionKey: 'k'.repeat(200) }
  const put = (...Records: (typeof mebibyte)[]) => kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  const ten = Array.from({ length: 10 }, () => mebibyte)
  assert.equal((await put(...ten)).FailedRecordCount, 0)
  await assert.rejects(
    put(...ten, { Data: Buffer.alloc(0), PartitionKey: 'k' }),
    fault('InvalidArgumentException', /exceeds 10 MB/),
  )
})

test('501 records, none, and a record without a key are refused in AWS’s words', async () => {
  const records = (count: number) =>
    Array.from({ length: count }, () => ({ Data: Buffer.from('x'), PartitionKey: 'x' }))
  const put = (Records: ReturnType<typeof records>) => kinesis.send(new PutRecordsCommand({ StreamName, Records }))
  await assert.rejects(put(records(501)), fault('ValidationException', /length less than or equal to 500/))
  await assert.rejects(put([]), fault('ValidationException', /length greater than or equal to 1/))
  const keyless = kinesis.send(new PutRecordCommand({ StreamName, Data: Buffer.from('x'), PartitionKey: undefined }))
  await assert.rejects(keyless, fault('ValidationException', /Value null at 'partitionKey' failed/))
})

test('an unknown stream, shard, number and iterator are refused in AWS’s words', async () => {
  const put = (input: object) =>
    kinesis.send(new PutRecordCommand({ Data: Buffer.from('x'), PartitionKey: 'x', ...input }))
  const unknown = fault('ResourceNotFoundException', /^Stream nowhere under account 000000000000 not found\.$/)
  await assert.rejects(put({ StreamName: 'nowhere' }), unknown)
  await assert.rejects(put({ StreamARN: arn('nowhere') }), unknown)
  await assert.rejects(
    put({ StreamName, StreamARN: arn('other') }),
    fault('InvalidArgumentException', /does not belong/),
  )
  await assert.rejects(put({}), fault('InvalidArgumentException', /StreamName or StreamARN/))
  const shard = read({ ShardId: 'shardId-000000000009' })
  await assert.rejects(shard, fault('ResourceNotFoundException', /^Shard shardId-000000000009 in stream records under/))
  const number = read({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '1234567890' })
  await assert.rejects(number, fault('InvalidArgumentException', /is invalid\.$/))
  const iterator = kinesis.send(new GetRecordsCommand({ ShardIterator: 'AAAA' }))
  await assert.rejects(iterator, fault('InvalidArgumentException', /^Invalid ShardIterator\.$/))
  const hash = put({ StreamName, ExplicitHashKey: '340282366920938463463374607431768211456' })
  await assert.rejects(hash, fault('InvalidArgumentException', /must be in the range: \[0, 2\^128-1\]/))
})

test('a stream made again under its name begins empty', async () => {
  const name = 'again'
  for (const letter of ['a', 'b']) {
    await kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }))
    await kinesis.send(new PutRecordCommand({ StreamName: name, Data: Buffer.from(letter), PartitionKey: 'x' }))
    const { Records } = await read({ StreamName: name })
    assert.deepEqual(
      Records?.map(record => text(record.Data)),
      [letter],
    )
    await kinesis.send(new DeleteStreamCommand({ StreamName: name }))
  }
})

test('many calls at once over one connection are all taken, each once', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'many', ShardCount: 4 }))
  const calls = Array.from({ length: 100 }, (_, call) =>
    kinesis.send(
      new PutRecordsCommand({
        StreamName: 'many',
        Records: Array.from({ length: 20 }, (_, i) => ({
          Data: Buffer.from(`${call}-${i}`),
          PartitionKey: `${call}-${i}`,
        })),
      }),
    ),
  )
  const answers = await Promise.all(calls)
  const numbers = answers.flatMap(
    answer => answer.Records?.map(record => `${record.ShardId} ${record.SequenceNumber}`) ?? [],
  )
  assert.equal(new Set(numbers).size, 2000)
  const found: string[] = []
  for (const shard of [0, 1, 2, 3]) {
    const { Records = [] } = await read({ StreamName: 'many', ShardId: `shardId-00000000000${shard}` })
    assert.ok(Records.length > 300, `shard ${shard} got ${Records.length}`)
    found.push(...Records.map(record => text(record.Data)))
  }
  assert.equal(new Set(found).size, 2000)
})
