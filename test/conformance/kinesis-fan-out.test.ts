/** Enhanced fan-out over the wire: registered consumers, and records pushed as AWS's event stream over HTTP/2 and HTTP/1.1. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  type KinesisServiceException,
  ListStreamConsumersCommand,
  ListTagsForResourceCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
  type SubscribeToShardEventStream,
  TagResourceCommand,
} from '@aws-sdk/client-kinesis'
import { account, client, region, startLake } from '../testing/lake.ts'
import { aws, awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let kinesis: KinesisClient
const ShardId = 'shardId-000000000000'
const seconds = 1000
const arn = (name: string) => `arn:aws:kinesis:${region}:${account}:stream/${name}`

before(async () => {
  lake = await startLake({ clock: 'simulated', start: Date.UTC(2026, 0, 15, 3) })
  kinesis = new KinesisClient(client(lake.url))
})
after(async () => {
  kinesis.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

async function streamWithConsumer(StreamName: string): Promise<string> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN: arn(StreamName), ConsumerName: 'reader' }),
  )
  return Consumer?.ConsumerARN ?? ''
}

const put = (StreamName: string, ...texts: string[]) =>
  kinesis.send(
    new PutRecordsCommand({
      StreamName,
      Records: texts.map(text => ({ Data: Buffer.from(text), PartitionKey: 'key' })),
    }),
  )

/** The events of a subscription, taken one by one. */
async function subscribe(ConsumerARN: string, from: StartingPosition = { Type: 'TRIM_HORIZON' }) {
  const { EventStream } = await kinesis.send(
    new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: from }),
  )
  assert.ok(EventStream)
  const events: AsyncIterator<SubscribeToShardEventStream> = EventStream[Symbol.asyncIterator]()
  const next = async (): Promise<SubscribeToShardEvent | undefined> => {
    const { value } = await events.next()
    return value === undefined ? undefined : (value.SubscribeToShardEvent ?? assert.fail(JSON.stringify(value)))
  }
  return { next, leave: async () => void (await events.return?.()) }
}
const textsOf = (event: SubscribeToShardEvent | undefined) =>
  event?.Records?.map(record => Buffer.from(record.Data ?? []).toString())
const fault = (name: string, message: RegExp) => (error: KinesisServiceException) => {
  assert.equal(error.name, name)
  assert.match(error.message, message)
  return true
}

test('records are pushed to a subscriber as they are put', async () => {
  const consumer = await streamWithConsumer('pushed')
  await put('pushed', 'before')
  const subscription = await subscribe(consumer)
  const first = await subscription.next()
  assert.deepEqual(textsOf(first), ['before'])
  assert.match(first?.ContinuationSequenceNumber ?? '', /^\d{56}$/)
  assert.equal(first?.Records?.[0]?.PartitionKey, 'key')
  assert.ok(first?.Records?.[0]?.ApproximateArrivalTimestamp instanceof Date)
  for (const text of ['one', 'two']) {
    const pushed = subscription.next()
    await put('pushed', text)
    assert.deepEqual(textsOf(await pushed), [text])
  }
  await subscription.leave()
})

test('a subscription lives for five minutes, with signs of life, and its successor goes on where it ended', async () => {
  const consumer = await streamWithConsumer('renewed')
  const subscription = await subscribe(consumer, { Type: 'LATEST' })
  let last = await subscription.next()
  assert.deepEqual([textsOf(last), last?.MillisBehindLatest], [[], 0])
  const alive = subscription.next()
  await lake.lake.clock.advance({ milliseconds: 5 * seconds })
  last = (await alive) ?? assert.fail('no sign of life')
  assert.deepEqual(textsOf(last), [])
  await lake.lake.clock.advance({ milliseconds: 300 * seconds })
  for (let event: typeof last | undefined = last; event !== undefined; event = await subscription.next()) last = event
  await put('renewed', 'after')
  const next = await subscribe(consumer, {
    Type: 'AFTER_SEQUENCE_NUMBER',
    SequenceNumber: last.ContinuationSequenceNumber,
  })
  assert.deepEqual(textsOf(await next.next()), ['after'])
  await next.leave()
})

test('a closed shard ends the stream of events with its children', async () => {
  const consumer = await streamWithConsumer('closed')
  await put('closed', 'only')
  const subscription = await subscribe(consumer)
  assert.deepEqual(textsOf(await subscription.next()), ['only'])
  const last = subscription.next()
  await kinesis.send(
    new SplitShardCommand({ StreamName: 'closed', ShardToSplit: ShardId, NewStartingHashKey: String(1n << 127n) }),
  )
  const { ChildShards, ContinuationSequenceNumber } = (await last) ?? assert.fail('no last event')
  assert.equal(ContinuationSequenceNumber, undefined)
  assert.deepEqual(
    ChildShards?.map(child => [child.ShardId, child.ParentShards]),
    [
      ['shardId-000000000001', [ShardId]],
      ['shardId-000000000002', [ShardId]],
    ],
  )
  assert.equal(ChildShards?.[0]?.HashKeyRange?.StartingHashKey, '0')
  assert.equal(await subscription.next(), undefined)
})

test('a second subscription is refused for five seconds, then takes over', async () => {
  const consumer = await streamWithConsumer('taken-over')
  const first = await subscribe(consumer)
  await first.next()
  const inUse = fault('ResourceInUseException', new RegExp(`${account}:taken-over:${ShardId}:reader`))
  await assert.rejects(subscribe(consumer), inUse)
  await lake.lake.clock.advance({ milliseconds: 5 * seconds })
  await first.next()
  const second = await subscribe(consumer)
  await assert.rejects(first.next(), inUse)
  await put('taken-over', 'to the second')
  let texts: readonly string[] | undefined = []
  while (texts?.length === 0) texts = textsOf(await second.next())
  assert.deepEqual(texts, ['to the second'])
  await second.leave()
})

test('deleting the stream or deregistering the consumer fails its subscription', async () => {
  for (const [name, end] of [
    ['deleted', () => new DeleteStreamCommand({ StreamName: 'deleted', EnforceConsumerDeletion: true })],
    ['deregistered', (consumer: string) => new DeregisterStreamConsumerCommand({ ConsumerARN: consumer })],
  ] as const) {
    const consumer = await streamWithConsumer(name)
    const subscription = await subscribe(consumer)
    await subscription.next()
    const ending = assert.rejects(subscription.next(), fault('ResourceNotFoundException', /not found/))
    await kinesis.send(end(consumer) as DeleteStreamCommand)
    await ending
  }
})

test('what is wrong with a subscription is said before it begins', async () => {
  const ConsumerARN = await streamWithConsumer('refused')
  const ask = (change: object) =>
    kinesis.send(new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: { Type: 'LATEST' }, ...change }))
  const unknown = `${arn('refused')}/consumer/nobody:1`
  await assert.rejects(ask({ ConsumerARN: unknown }), fault('ResourceNotFoundException', /Consumer .* not found/))
  await assert.rejects(ask({ ShardId: 'shardId-000000000009' }), fault('ResourceNotFoundException', /does not exist/))
  const after = { StartingPosition: { Type: 'AFTER_SEQUENCE_NUMBER' } }
  await assert.rejects(ask(after), fault('InvalidArgumentException', /StartingSequenceNumber/))
  const wrong = { StartingPosition: { Type: 'AT_SEQUENCE_NUMBER', SequenceNumber: '17' } }
  await assert.rejects(ask(wrong), fault('InvalidArgumentException', /used in SubscribeToShard/))
  await assert.rejects(ask({ DryRun: true }), fault('DryRunOperationException', /DryRun/))
})

test('consumers are registered, described, listed page by page, tagged and deregistered', async () => {
  const ConsumerARN = await streamWithConsumer('consumers')
  assert.match(ConsumerARN, new RegExp(`^${arn('consumers')}/consumer/reader:\\d{10}$`))
  const StreamARN = arn('consumers')
  for (const ConsumerName of ['a', 'b', 'c'])
    await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName, Tags: { team: 'heat' } }))
  await assert.rejects(
    kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'a' })),
    fault('ResourceInUseException', /Consumer a under stream consumers already exists/),
  )
  const { ConsumerDescription } = await kinesis.send(
    new DescribeStreamConsumerCommand({ StreamARN, ConsumerName: 'reader' }),
  )
  assert.deepEqual(
    [ConsumerDescription?.ConsumerARN, ConsumerDescription?.ConsumerStatus, ConsumerDescription?.StreamARN],
    [ConsumerARN, 'ACTIVE', StreamARN],
  )
  const first = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, MaxResults: 3 }))
  const second = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, NextToken: first.NextToken }))
  assert.deepEqual(
    [first, second].map(page => page.Consumers?.map(consumer => consumer.ConsumerName)),
    [['a', 'b', 'c'], ['reader']],
  )
  assert.equal(second.NextToken, undefined)
  const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN }))
  assert.equal(summary.StreamDescriptionSummary?.ConsumerCount, 4)
  await kinesis.send(new TagResourceCommand({ ResourceARN: ConsumerARN, Tags: { floor: '3' } }))
  await kinesis.send(new AddTagsToStreamCommand({ StreamARN, Tags: { floor: 'all' } }))
  const tags = await kinesis.send(new ListTagsForResourceCommand({ ResourceARN: ConsumerARN }))
  assert.deepEqual(tags.Tags, [{ Key: 'floor', Value: '3' }])
  await assert.rejects(
    kinesis.send(new DeleteStreamCommand({ StreamName: 'consumers' })),
    fault('ResourceInUseException', /registered consumers/),
  )
  await kinesis.send(new DeregisterStreamConsumerCommand({ StreamARN, ConsumerName: 'b' }))
  await assert.rejects(
    kinesis.send(new DescribeStreamConsumerCommand({ StreamARN, ConsumerName: 'b' })),
    fault('ResourceNotFoundException', /Consumer b, account \d{12} not found/),
  )
  await kinesis.send(new DeleteStreamCommand({ StreamName: 'consumers', EnforceConsumerDeletion: true }))
  await assert.rejects(
    kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN })),
    fault('ResourceNotFoundException', /not found/),
  )
})

test('twenty consumers, each subscribed, each get every record', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'many', ShardCount: 1 }))
  const subscriptions = await Promise.all(
    Array.from({ length: 20 }, async (_, nth) => {
      const { Consumer } = await kinesis.send(
        new RegisterStreamConsumerCommand({ StreamARN: arn('many'), ConsumerName: `reader-${nth}` }),
      )
      return subscribe(Consumer?.ConsumerARN ?? '', { Type: 'LATEST' })
    }),
  )
  await Promise.all(subscriptions.map(subscription => subscription.next()))
  const expected = Array.from({ length: 50 }, (_, nth) => `record ${nth}`)
  for (const text of expected)
    await kinesis.send(new PutRecordCommand({ StreamName: 'many', Data: Buffer.from(text), PartitionKey: 'key' }))
  for (const subscription of subscriptions) {
    const got: string[] = []
    while (got.length < expected.length) got.push(...(textsOf(await subscription.next()) ?? assert.fail('ended')))
    assert.deepEqual(got, expected)
    await subscription.leave()
  }
})

test('boto3 subscribes over HTTP/1.1', { skip: withoutBoto3 }, async () => {
  const consumer = await streamWithConsumer('boto')
  await put('boto', 'one', 'two')
  const out = await python(
    lake.url,
    `
import boto3
kinesis = boto3.client('kinesis')
answer = kinesis.subscribe_to_shard(ConsumerARN='${consumer}', ShardId='${ShardId}', StartingPosition={'Type': 'TRIM_HORIZON'})
for event in answer['EventStream']:
    records = event['SubscribeToShardEvent']['Records']
    print([(record['Data'].decode(), record['PartitionKey']) for record in records], event['SubscribeToShardEvent']['MillisBehindLatest'])
    break
answer['EventStream'].close()
`,
  )
  assert.equal(out.trim(), "[('one', 'key'), ('two', 'key')] 0")
})

test('the AWS CLI registers, lists and deregisters', { skip: withoutAwsCli }, async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'cli', ShardCount: 1 }))
  const words = ['--stream-arn', arn('cli'), '--consumer-name', 'reader']
  await awsJson(lake.url, ['kinesis', 'register-stream-consumer', ...words])
  const { Consumers } = await awsJson<{ Consumers: readonly { ConsumerName: string }[] }>(lake.url, [
    'kinesis',
    'list-stream-consumers',
    '--stream-arn',
    arn('cli'),
  ])
  assert.deepEqual(
    Consumers.map(consumer => consumer.ConsumerName),
    ['reader'],
  )
  assert.equal((await aws(lake.url, ['kinesis', 'deregister-stream-consumer', ...words])).code, 0)
})
