/** AWS's limits as a client meets them: in a lake that is opened with them, and on a stream that has the tag. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DescribeLimitsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  type KinesisServiceException,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis'
import { account, client, lakeFor } from '../testing/lake.ts'

const StreamName = 'limited'
const Records = (count: number) => Array.from({ length: count }, () => ({ Data: Buffer.from('x'), PartitionKey: 'k' }))
const message = `Rate exceeded for shard shardId-000000000000 in stream ${StreamName} under account ${account}.`
const tooFast = (error: KinesisServiceException) => {
  assert.deepEqual([error.name, error.message], ['ProvisionedThroughputExceededException', message])
  return true
}

test('with limits a put beyond the rate is refused record by record, and taken after the second', async context => {
  const { lake, url } = await lakeFor(context, { limits: 'aws', clock: 'simulated' })
  const kinesis = new KinesisClient({ ...client(url), maxAttempts: 1 })
  context.after(() => kinesis.destroy())
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  await kinesis.send(new PutRecordsCommand({ StreamName, Records: Records(500) }))
  await kinesis.send(new PutRecordsCommand({ StreamName, Records: Records(498) }))
  const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records: Records(4) }))
  assert.equal(answer.FailedRecordCount, 2)
  const refused = ['ProvisionedThroughputExceededException', message]
  assert.deepEqual(
    answer.Records?.map(record => [record.ErrorCode, record.ErrorMessage]),
    [[undefined, undefined], [undefined, undefined], refused, refused],
  )
  assert.equal((await kinesis.send(new PutRecordsCommand({ StreamName, Records: Records(3) }))).FailedRecordCount, 3)
  await assert.rejects(
    kinesis.send(new PutRecordCommand({ StreamName, Data: Buffer.from('x'), PartitionKey: 'k' })),
    tooFast,
  )
  await lake.clock.advance({ milliseconds: 1000 })
  assert.equal((await kinesis.send(new PutRecordsCommand({ StreamName, Records: Records(500) }))).FailedRecordCount, 0)
  await kinesis.send(new DescribeLimitsCommand({}))
  await assert.rejects(kinesis.send(new DescribeLimitsCommand({})), { name: 'LimitExceededException' })
})

test('without them only a stream with the tag is held to the rates', async context => {
  const { url } = await lakeFor(context, { clock: 'simulated' })
  const kinesis = new KinesisClient({ ...client(url), maxAttempts: 1 })
  context.after(() => kinesis.destroy())
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const ask = () =>
    kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId: 'shardId-000000000000', ShardIteratorType: 'LATEST' }),
    )
  for (let nth = 0; nth < 10; nth++) await ask()
  await kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { 'biwa:limits': 'aws' } }))
  for (let nth = 0; nth < 5; nth++) await ask()
  await assert.rejects(ask(), tooFast)
})
