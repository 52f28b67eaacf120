/** Delivery streams through the AWS SDK, the AWS CLI and boto3, on a clock that is moved: what lands in S3 and when. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import {
  CreateDeliveryStreamCommand,
  type CreateDeliveryStreamCommandInput,
  DeleteDeliveryStreamCommand,
  DescribeDeliveryStreamCommand,
  type ExtendedS3DestinationConfiguration,
  FirehoseClient,
  type FirehoseServiceException,
  ListDeliveryStreamsCommand,
  ListTagsForDeliveryStreamCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  StartDeliveryStreamEncryptionCommand,
  StopDeliveryStreamEncryptionCommand,
  TagDeliveryStreamCommand,
  UntagDeliveryStreamCommand,
  UpdateDestinationCommand,
} from '@aws-sdk/client-firehose'
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { account, client, region, startLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let firehose: FirehoseClient
let kinesis: KinesisClient
let s3: S3Client
const RoleARN = `arn:aws:iam::${account}:role/firehose`
const inTokyo = { CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-1' as const } }
const startedAt = Date.UTC(2025, 9, 15, 3, 30)

before(async () => {
  lake = await startLake({ clock: 'simulated', start: startedAt })
  firehose = new FirehoseClient(client(lake.url))
  kinesis = new KinesisClient(client(lake.url))
  s3 = new S3Client({ ...client(lake.url), forcePathStyle: true })
})
after(async () => {
  for (const each of [firehose, kinesis, s3]) each.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const fault = (name: string, message: RegExp) => (error: FirehoseServiceException) => {
  assert.equal(error.name, name)
  assert.match(error.message, message)
  return true
}
const bucket = (Bucket: string) => s3.send(new CreateBucketCommand({ Bucket, ...inTokyo }))
const advance = (seconds: number) => lake.lake.clock.advance({ milliseconds: seconds * 1000 })

async function objects(Bucket: string) {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
  const read = Contents.map(async ({ Key }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
    return { key: Key ?? '', text: (Key?.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString() }
  })
  return Promise.all(read)
}

type Extended = Partial<ExtendedS3DestinationConfiguration>
function create(name: string, extended: Extended = {}, more: Partial<CreateDeliveryStreamCommandInput> = {}) {
  return firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: name,
      ExtendedS3DestinationConfiguration: {
        RoleARN,
        BucketARN: `arn:aws:s3:::${name}`,
        BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
        ...extended,
      },
      ...more,
    }),
  )
}
const put = (DeliveryStreamName: string, ...texts: readonly string[]) =>
  firehose.send(
    new PutRecordBatchCommand({ DeliveryStreamName, Records: texts.map(text => ({ Data: Buffer.from(text) })) }),
  )
const describe = async (DeliveryStreamName: string) => {
  const { DeliveryStreamDescription } = await firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))
  assert.ok(DeliveryStreamDescription)
  return DeliveryStreamDescription
}

test("the runbook's delivery: a stream's records lie gzipped under raw_data/ after 60 seconds, in AWS's names", async () => {
  await bucket('temperature-data-bucket')
  await kinesis.send(new CreateStreamCommand({ StreamName: 'temperature-stream', ShardCount: 1 }))
  const KinesisStreamARN = `arn:aws:kinesis:${region}:${account}:stream/temperature-stream`
  const { DeliveryStreamARN } = await firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: 'temperature-to-s3',
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { RoleARN, KinesisStreamARN },
      S3DestinationConfiguration: {
        RoleARN,
        BucketARN: 'arn:aws:s3:::temperature-data-bucket',
        Prefix: 'raw_data/',
        BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 5 },
        CompressionFormat: 'GZIP',
      },
    }),
  )
  assert.equal(DeliveryStreamARN, `arn:aws:firehose:${region}:${account}:deliverystream/temperature-to-s3`)
  const Records = [1, 2, 3].map(n => ({ Data: Buffer.from(`{"n":${n}}`), PartitionKey: `sensor-${n}` }))
  await kinesis.send(new PutRecordsCommand({ StreamName: 'temperature-stream', Records }))
  await advance(59)
  assert.deepEqual(await objects('temperature-data-bucket'), [])
  await advance(1)
  const [object, ...others] = await objects('temperature-data-bucket')
  assert.equal(others.length, 0)
  assert.equal(object?.text, '{"n":1}{"n":2}{"n":3}')
  assert.match(
    object.key,
    /^raw_data\/2025\/10\/15\/03\/temperature-to-s3-1-2025-10-15-03-\d\d-\d\d-[0-9a-f-]{36}\.gz$/,
  )
  const { Source, DeliveryStreamType, Destinations, VersionId, DeliveryStreamStatus } =
    await describe('temperature-to-s3')
  assert.deepEqual([DeliveryStreamType, VersionId, DeliveryStreamStatus], ['KinesisStreamAsSource', '1', 'ACTIVE'])
  assert.equal(Source?.KinesisStreamSourceDescription?.KinesisStreamARN, KinesisStreamARN)
  assert.ok(Source?.KinesisStreamSourceDescription?.DeliveryStartTimestamp)
  assert.equal(Destinations?.[0]?.S3DestinationDescription?.Prefix, 'raw_data/')
  assert.equal(Destinations?.[0]?.ExtendedS3DestinationDescription?.CompressionFormat, 'GZIP')
  const direct = firehose.send(
    new PutRecordCommand({ DeliveryStreamName: 'temperature-to-s3', Record: { Data: Buffer.from('x') } }),
  )
  await assert.rejects(direct, fault('InvalidArgumentException', /not permitted on KinesisStreamAsSource/))
})

test('direct puts are delivered with a delimiter, expressions, a zone and an extension', async () => {
  await bucket('direct')
  await create('direct', {
    Prefix: 'day=!{timestamp:yyyy-MM-dd}/',
    ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/',
    CustomTimeZone: 'Asia/Tokyo',
    FileExtension: '.jsonl',
    ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord', Parameters: [] }] },
  })
  const { FailedPutCount, RequestResponses } = await put('direct', '{"a":1}', '{"a":2}')
  assert.equal(FailedPutCount, 0)
  assert.ok(RequestResponses?.every(response => response.RecordId))
  const { RecordId } = await firehose.send(
    new PutRecordCommand({ DeliveryStreamName: 'direct', Record: { Data: Buffer.from('{"a":3}') } }),
  )
  assert.ok(RecordId)
  await advance(60)
  const [object] = await objects('direct')
  assert.equal(object?.text, '{"a":1}\n{"a":2}\n{"a":3}\n')
  assert.match(object.key, /^day=2025-10-15\/direct-1-2025-10-15-12-\d\d-\d\d-[0-9a-f-]{36}\.jsonl$/)
})

test('a full buffer is delivered without the clock', async () => {
  await bucket('full')
  await create('full')
  await put('full', 'a'.repeat(700_000), 'b'.repeat(400_000))
  await advance(0)
  assert.deepEqual(
    (await objects('full')).map(object => object.text.length),
    [1_100_000],
  )
})

test('without its bucket a delivery is held back and says so, and ends well once there is one', async () => {
  await create('missing')
  await put('missing', 'kept')
  await advance(90)
  const { FailureDescription, DeliveryStreamStatus } = await describe('missing')
  assert.equal(DeliveryStreamStatus, 'ACTIVE')
  assert.match(FailureDescription?.Details ?? '', /The bucket missing does not exist/)
  await bucket('missing')
  await advance(300)
  assert.deepEqual(
    (await objects('missing')).map(object => object.text),
    ['kept'],
  )
  assert.equal((await describe('missing')).FailureDescription, undefined)
})

test('an update changes what it names, counts the version, and refuses another version than the current', async () => {
  await bucket('updated')
  await create('updated', { Prefix: 'a/' })
  const update = (CurrentDeliveryStreamVersionId: string, ExtendedS3DestinationUpdate: object) =>
    firehose.send(
      new UpdateDestinationCommand({
        DeliveryStreamName: 'updated',
        CurrentDeliveryStreamVersionId,
        DestinationId: 'destinationId-000000000001',
        ExtendedS3DestinationUpdate,
      }),
    )
  await update('1', { CompressionFormat: 'GZIP', BufferingHints: { SizeInMBs: 2, IntervalInSeconds: 120 } })
  await assert.rejects(update('1', { Prefix: 'b/' }), fault('ConcurrentModificationException', /do not match/))
  const { VersionId, LastUpdateTimestamp, Destinations } = await describe('updated')
  const destination = Destinations?.[0]?.ExtendedS3DestinationDescription
  assert.deepEqual([VersionId, destination?.Prefix, destination?.CompressionFormat], ['2', 'a/', 'GZIP'])
  assert.deepEqual(destination?.BufferingHints, { SizeInMBs: 2, IntervalInSeconds: 120 })
  assert.ok(LastUpdateTimestamp)
})

test('a delivery stream from nowhere, to nowhere or that does not exist is refused', async () => {
  const none = firehose.send(new CreateDeliveryStreamCommand({ DeliveryStreamName: 'refused' }))
  await assert.rejects(none, fault('InvalidArgumentException', /^Exactly one destination/))
  const stream = create(
    'refused',
    {},
    {
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { RoleARN, KinesisStreamARN: `arn:aws:kinesis:${region}:${account}:stream/no` },
    },
  )
  await assert.rejects(stream, fault('InvalidArgumentException', /does not exist/))
  await assert.rejects(put('nowhere', 'x'), fault('ResourceNotFoundException', /^Firehose nowhere under account/))
})

test('a batch of 500 is taken, one of more than 4 MiB refused', async () => {
  await bucket('batch')
  await create('batch')
  const { FailedPutCount, RequestResponses } = await put('batch', ...Array.from({ length: 500 }, (_, i) => `${i}`))
  assert.deepEqual([FailedPutCount, RequestResponses?.length], [0, 500])
  const large = Array.from({ length: 5 }, () => 'x'.repeat(1_000_000))
  await assert.rejects(put('batch', ...large), fault('InvalidArgumentException', /exceeds 4 MB/))
  await assert.rejects(put('batch', 'x'.repeat(1_024_001)), fault('ValidationException', /equal to 1024000/))
})

test('delivery streams are listed, tagged, encrypted and deleted', async () => {
  for (const name of ['list-a', 'list-b', 'list-c']) await create(name, {}, { Tags: [{ Key: 'cost', Value: 'lake' }] })
  const list = { Limit: 2, ExclusiveStartDeliveryStreamName: 'list', DeliveryStreamType: 'DirectPut' as const }
  const page = await firehose.send(new ListDeliveryStreamsCommand(list))
  assert.deepEqual([page.DeliveryStreamNames, page.HasMoreDeliveryStreams], [['list-a', 'list-b'], true])
  const DeliveryStreamName = 'list-a'
  await firehose.send(new TagDeliveryStreamCommand({ DeliveryStreamName, Tags: [{ Key: 'team', Value: 'x' }] }))
  await firehose.send(new UntagDeliveryStreamCommand({ DeliveryStreamName, TagKeys: ['cost'] }))
  const { Tags } = await firehose.send(new ListTagsForDeliveryStreamCommand({ DeliveryStreamName }))
  assert.deepEqual(Tags, [{ Key: 'team', Value: 'x' }])
  await firehose.send(new StartDeliveryStreamEncryptionCommand({ DeliveryStreamName }))
  const encryption = async () => (await describe(DeliveryStreamName)).DeliveryStreamEncryptionConfiguration
  assert.deepEqual(await encryption(), { KeyType: 'AWS_OWNED_CMK', Status: 'ENABLED' })
  await firehose.send(new StopDeliveryStreamEncryptionCommand({ DeliveryStreamName }))
  assert.deepEqual(await encryption(), { Status: 'DISABLED' })
  await assert.rejects(create(DeliveryStreamName), fault('ResourceInUseException', /already exists/))
  await firehose.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName }))
  await assert.rejects(describe(DeliveryStreamName), fault('ResourceNotFoundException', /not found/))
})

test("the runbook's command makes a delivery stream with the AWS CLI", { skip: withoutAwsCli }, async () => {
  await bucket('cli-raw')
  await kinesis.send(new CreateStreamCommand({ StreamName: 'cli-stream', ShardCount: 1 }))
  const aws = <T>(...words: string[]) => awsJson<T>(lake.url, ['firehose', ...words])
  const source = `RoleARN=${RoleARN},KinesisStreamARN=arn:aws:kinesis:${region}:${account}:stream/cli-stream`
  const destination = `RoleARN=${RoleARN},BucketARN=arn:aws:s3:::cli-raw,Prefix="raw_data/",BufferingHints={IntervalInSeconds=60,SizeInMBs=5},CompressionFormat=GZIP`
  const made = await aws<{ DeliveryStreamARN: string }>(
    ...['create-delivery-stream', '--delivery-stream-name', 'cli', '--delivery-stream-type', 'KinesisStreamAsSource'],
    ...['--kinesis-stream-source-configuration', source, '--s3-destination-configuration', destination],
  )
  assert.match(made.DeliveryStreamARN, /:deliverystream\/cli$/)
  const described = await aws<{ DeliveryStreamDescription: { DeliveryStreamStatus: string } }>(
    ...['describe-delivery-stream', '--delivery-stream-name', 'cli'],
  )
  assert.equal(described.DeliveryStreamDescription.DeliveryStreamStatus, 'ACTIVE')
})

test('boto3 puts straight to a delivery stream', { skip: withoutBoto3 }, async () => {
  await bucket('python')
  await create('python')
  const out = await python(
    lake.url,
    `
import boto3
firehose = boto3.client("firehose")
print(len(firehose.put_record(DeliveryStreamName="python", Record={"Data": b"one\\n"})["RecordId"]) > 0)
batch = firehose.put_record_batch(DeliveryStreamName="python", Records=[{"Data": "two\\n"}, {"Data": "three\\n"}])
print(batch["FailedPutCount"], batch["Encrypted"])
`,
  )
  assert.deepEqual(out.trim().split('\n'), ['True', '0 False'])
  await advance(60)
  assert.deepEqual(
    (await objects('python')).map(object => object.text),
    ['one\ntwo\nthree\n'],
  )
})
