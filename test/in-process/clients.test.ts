/** The AWS SDK's own clients reach a lake in their process without a socket, with bodies of every kind, signed where that is asked. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { AthenaClient, ListWorkGroupsCommand } from '@aws-sdk/client-athena'
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge'
import { FirehoseClient, ListDeliveryStreamsCommand } from '@aws-sdk/client-firehose'
import { GetDatabasesCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam'
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { openLake } from '../../src/index.ts'

const options = { directory: 'temporary', clock: 'simulated', region: 'ap-northeast-1' } as const

for (const auth of ['open', 'enforced'] as const)
  test(`every service answers its client with auth: ${auth}, and nothing listens`, async () => {
    await using lake = await openLake({ ...options, auth })
    const settings = lake.client()
    await new KinesisClient(settings).send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }))
    const Records = [{ PartitionKey: 'k', Data: Buffer.from('x') }]
    const put = await new KinesisClient(settings).send(new PutRecordsCommand({ StreamName: 's', Records }))
    assert.equal(put.FailedRecordCount, 0)
    await new IAMClient(settings).send(new CreateUserCommand({ UserName: 'someone' }))
    assert.equal((await new IAMClient(settings).send(new ListUsersCommand({}))).Users?.[0]?.UserName, 'someone')
    assert.deepEqual(
      (await new FirehoseClient(settings).send(new ListDeliveryStreamsCommand({}))).DeliveryStreamNames,
      [],
    )
    assert.deepEqual((await new GlueClient(settings).send(new GetDatabasesCommand({}))).DatabaseList, [])
    const { WorkGroups } = await new AthenaClient(settings).send(new ListWorkGroupsCommand({}))
    assert.equal(WorkGroups?.[0]?.Name, 'primary')
    assert.deepEqual((await new EventBridgeClient(settings).send(new ListRulesCommand({}))).Rules, [])
    assert.deepEqual((await new SchedulerClient(settings).send(new ListSchedulesCommand({}))).Schedules, [])
    assert.deepEqual((await new LambdaClient(settings).send(new ListFunctionsCommand({}))).Functions, [])
    const { Arn } = await new STSClient(settings).send(new GetCallerIdentityCommand({}))
    assert.equal(Arn, 'arn:aws:iam::000000000000:root')
    assert.ok(!process.getActiveResourcesInfo().includes('TCPServerWrap'))
  })

async function storeFor(context: TestContext, auth: 'open' | 'enforced') {
  const lake = await openLake({ ...options, auth })
  const s3 = new S3Client(lake.client())
  context.after(async () => {
    s3.destroy()
    await lake.close()
  })
  await s3.send(
    new CreateBucketCommand({ Bucket: 'things', CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' } }),
  )
  return { lake, s3 }
}

for (const auth of ['open', 'enforced'] as const)
  test(`bodies of every kind arrive whole with auth: ${auth}`, async context => {
    const { s3 } = await storeFor(context, auth)
    const text = 'grün und blau'
    const bytes = Buffer.from(text)
    const halves = [bytes.subarray(0, 5), bytes.subarray(5)]
    const bodies = {
      text,
      bytes: new Uint8Array(bytes),
      buffer: bytes,
      readable: Readable.from(halves),
    }
    for (const [Key, Body] of Object.entries(bodies)) {
      await s3.send(
        new PutObjectCommand({ Bucket: 'things', Key: `a/${Key} +&'()*!`, Body, ContentLength: bytes.length }),
      )
      const { Body: read } = await s3.send(new GetObjectCommand({ Bucket: 'things', Key: `a/${Key} +&'()*!` }))
      assert.ok(read instanceof Readable)
      assert.equal(await read.transformToString(), text, Key)
    }
    const listed = await s3.send(
      new ListObjectsV2Command({ Bucket: 'things', Prefix: "a/text +&'()*!", Delimiter: '/' }),
    )
    assert.equal(listed.KeyCount, 1)
  })

test('the web’s streams and blobs arrive too, which the SDK hands on where it takes no checksum of them', async context => {
  const { lake, s3 } = await storeFor(context, 'open')
  const bytes = Buffer.from('grün und blau')
  for (const body of [ReadableStream.from([bytes]), new Blob([bytes]), bytes.buffer.slice(0, 0)]) {
    const { handle } = lake.client().requestHandler
    const length = body instanceof ArrayBuffer ? 0 : bytes.length
    const headers = { host: 'localhost', 'Content-Length': `${length}` }
    const { response } = await handle({ method: 'PUT', path: '/things/web', headers, body })
    assert.equal(response.statusCode, 200)
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'things', Key: 'web' }))
    assert.equal((await Body?.transformToByteArray())?.length, length)
  }
})

test('a call that is aborted rejects as with the SDK’s own handler, also before it began', async context => {
  const { s3 } = await storeFor(context, 'open')
  const gone = new AbortController()
  const endless = Readable.from(
    (async function* () {
      yield Buffer.alloc(16)
      await new Promise<never>(() => {})
    })(),
  )
  const putting = s3.send(new PutObjectCommand({ Bucket: 'things', Key: 'k', Body: endless, ContentLength: 32 }), {
    abortSignal: gone.signal,
  })
  gone.abort()
  await assert.rejects(putting, { name: 'AbortError' })
  const late = s3.send(new GetObjectCommand({ Bucket: 'things', Key: 'k' }), { abortSignal: gone.signal })
  await assert.rejects(late, { name: 'AbortError' })
})

test('a stream of events comes through, and ends when its reader has enough', async () => {
  await using lake = await openLake(options)
  const kinesis = new KinesisClient(lake.client())
  await kinesis.send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }))
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 's' }))
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN: StreamDescriptionSummary?.StreamARN, ConsumerName: 'c' }),
  )
  await lake.clock.advance('PT1M')
  await lake.aws.kinesis.PutRecord({ StreamName: 's', PartitionKey: 'k', Data: 'told' })
  const { EventStream = [] } = await kinesis.send(
    new SubscribeToShardCommand({
      ConsumerARN: Consumer?.ConsumerARN,
      ShardId: 'shardId-000000000000',
      StartingPosition: { Type: 'TRIM_HORIZON' },
    }),
  )
  for await (const { SubscribeToShardEvent } of EventStream) {
    assert.equal(Buffer.from(SubscribeToShardEvent?.Records?.[0]?.Data ?? []).toString(), 'told')
    break
  }
  kinesis.destroy()
})

test('a closed lake is told to the SDK’s caller', async () => {
  const lake = await openLake(options)
  const sts = new STSClient({ ...lake.client(), maxAttempts: 1 })
  await lake.close()
  await assert.rejects(sts.send(new GetCallerIdentityCommand({})), /This lake is closed/)
})
