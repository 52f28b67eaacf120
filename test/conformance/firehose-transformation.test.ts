/**
 * Records on their way through a Lambda function, over the wire and in the function's own process: what it keeps is
 * delivered, what it drops is gone, what it fails lies under the error prefix with its raw data. And what CloudWatch Logs
 * sends, unpacked.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { UpdateDestinationCommand } from '@aws-sdk/client-firehose'
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { strToU8, zipSync } from 'fflate'
import { errorLines, firehoseRole, processor, startDeliveries, startedAt } from '../testing/deliveries.ts'
import { account, client, region } from '../testing/lake.ts'

let deliveries: Awaited<ReturnType<typeof startDeliveries>>
let lambda: LambdaClient

before(async () => {
  deliveries = await startDeliveries()
  lambda = new LambdaClient(client(deliveries.url))
})
after(async () => {
  lambda.destroy()
  await deliveries.close()
})

/** `body` works on `record` and its `text`, and returns AWS's answer for it without the id. */
async function functionOf(FunctionName: string, body: string): Promise<string> {
  const code = `
export const handler = async event => ({
  records: event.records.map(record => {
    const text = Buffer.from(record.data, 'base64').toString()
    const ok = (changed, metadata) => ({ result: 'Ok', data: Buffer.from(changed).toString('base64'), metadata })
    return { recordId: record.recordId, ...(() => { ${body} })() }
  }),
})`
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Role: `arn:aws:iam::${account}:role/function`,
      Handler: 'index.handler',
      Timeout: 20,
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8(code) }) },
    }),
  )
  return `arn:aws:lambda:${region}:${account}:function:${FunctionName}`
}
const transforming = (LambdaArn: string, parameters = {}) => ({
  ProcessingConfiguration: { Enabled: true, Processors: [processor('Lambda', { LambdaArn, ...parameters })] },
})
const texts = async (bucket: string, prefix = '') =>
  (await deliveries.objects(bucket, prefix)).map(({ bytes }) => bytes.toString())

test('what a function keeps is delivered in order, what it drops is gone, what it fails is told with its raw data', async () => {
  const arn = await functionOf(
    'verdicts',
    `if (text === 'drop') return { result: 'Dropped', data: record.data }
     if (text === 'fail') return { result: 'ProcessingFailed', data: record.data }
     return ok(text.toUpperCase() + '\\n')`,
  )
  await deliveries.create('verdicts', transforming(arn))
  await deliveries.put('verdicts', 'a', 'drop', 'b', 'fail', 'c')
  await deliveries.advance(60)
  assert.deepEqual(await texts('verdicts', '2025/'), ['A\nB\nC\n'])
  const [failed, ...others] = await deliveries.objects('verdicts', 'processing-failed/2025/10/15/03/verdicts-1-')
  assert.ok(failed && others.length === 0)
  const [line, ...more] = errorLines(failed)
  assert.equal(more.length, 0)
  assert.equal(Buffer.from(String(line?.rawData), 'base64').toString(), 'fail')
  const { errorCode, errorMessage, attemptsMade, lambdaArn, arrivalTimestamp } = line ?? {}
  assert.deepEqual(
    [errorCode, errorMessage, attemptsMade, lambdaArn],
    ['Lambda.ProcessingFailedStatus', 'ProcessingFailed status set for record', 1, arn],
  )
  assert.ok(Number(arrivalTimestamp) >= startedAt)
})

test('a function gets what AWS gives it of a stream and of its records', async () => {
  const kinesis = new KinesisClient(client(deliveries.url))
  const KinesisStreamARN = `arn:aws:kinesis:${region}:${account}:stream/told`
  await kinesis.send(new CreateStreamCommand({ StreamName: 'told', ShardCount: 1 }))
  const arn = await functionOf('told', `return ok(JSON.stringify({ event: { ...event, records: undefined }, record }))`)
  await deliveries.create('told', transforming(arn), {
    DeliveryStreamType: 'KinesisStreamAsSource',
    KinesisStreamSourceConfiguration: { RoleARN: firehoseRole, KinesisStreamARN },
  })
  const Records = [{ Data: Buffer.from('hello'), PartitionKey: 'sensor-1' }]
  const put = await kinesis.send(new PutRecordsCommand({ StreamName: 'told', Records }))
  kinesis.destroy()
  await deliveries.advance(60)
  const [text = ''] = await texts('told')
  const { event, record } = JSON.parse(text)
  assert.deepEqual(
    [event.deliveryStreamArn, event.sourceKinesisStreamArn, event.region],
    [`arn:aws:firehose:${region}:${account}:deliverystream/told`, KinesisStreamARN, region],
  )
  assert.match(event.invocationId, /^[0-9a-f-]{36}$/)
  assert.equal(Buffer.from(record.data, 'base64').toString(), 'hello')
  const { kinesisRecordMetadata: metadata } = record
  assert.equal(metadata.sequenceNumber, put.Records?.[0]?.SequenceNumber)
  assert.deepEqual([metadata.shardId, metadata.partitionKey], ['shardId-000000000000', 'sensor-1'])
  assert.equal(record.approximateArrivalTimestamp, metadata.approximateArrivalTimestamp)
})

test('a function that fails is called again as often as it says, then its batch lies under the error prefix', async () => {
  const arn = await functionOf('broken', `throw new Error('broken')`)
  const errors = { ErrorOutputPrefix: 'bad/!{firehose:error-output-type}/!{timestamp:yyyy}/' }
  await deliveries.create('broken', { ...transforming(arn, { NumberOfRetries: '2' }), ...errors })
  await deliveries.put('broken', 'a', 'b')
  await deliveries.advance(600)
  const [object, ...others] = await deliveries.objects('broken')
  assert.ok(object && others.length === 0)
  assert.match(object.key, /^bad\/processing-failed\/2025\/broken-1-2025-10-15-03-/)
  const lines = errorLines(object)
  assert.deepEqual(
    lines.map(line => Buffer.from(String(line.rawData), 'base64').toString()),
    ['a', 'b'],
  )
  assert.deepEqual([lines[0]?.errorCode, lines[0]?.attemptsMade], ['Lambda.FunctionError', 3])
})

test('a delimiter is put behind what the function made', async () => {
  const arn = await functionOf('delimited', `return ok('<' + text + '>')`)
  const Processors = [processor('Lambda', { LambdaArn: arn }), processor('AppendDelimiterToRecord')]
  await deliveries.create('delimited', { ProcessingConfiguration: { Enabled: true, Processors } })
  await deliveries.put('delimited', 'a', 'b')
  await deliveries.advance(60)
  assert.deepEqual(await texts('delimited'), ['<a>\n<b>\n'])
})

test('a backup has the records as they came, in its own buffer and form, whatever the function does', async () => {
  await deliveries.bucket('backed-up-raw')
  const arn = await functionOf('backed-up', `return text === 'drop' ? { result: 'Dropped', data: '' } : ok(text + '!')`)
  await deliveries.create('backed-up', {
    ...transforming(arn),
    S3BackupMode: 'Enabled',
    S3BackupConfiguration: {
      RoleARN: firehoseRole,
      BucketARN: 'arn:aws:s3:::backed-up-raw',
      Prefix: 'raw/',
      BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 120 },
      CompressionFormat: 'GZIP',
    },
  })
  await deliveries.put('backed-up', 'a', 'drop', 'b')
  await deliveries.advance(60)
  assert.deepEqual([await texts('backed-up'), await texts('backed-up-raw')], [['a!b!'], []])
  await deliveries.advance(60)
  const [object] = await deliveries.objects('backed-up-raw')
  assert.match(object?.key ?? '', /^raw\/2025\/10\/15\/03\/backed-up-1-.*\.gz$/)
  assert.equal(gunzipSync(object?.bytes ?? '').toString(), 'adropb')
})

test('a backup that is switched on later has what comes from then on, and all of it', async () => {
  await deliveries.bucket('later-raw')
  await deliveries.create('later')
  await deliveries.put('later', 'before')
  await deliveries.advance(60)
  await deliveries.firehose.send(
    new UpdateDestinationCommand({
      DeliveryStreamName: 'later',
      CurrentDeliveryStreamVersionId: '1',
      DestinationId: 'destinationId-000000000001',
      ExtendedS3DestinationUpdate: {
        S3BackupMode: 'Enabled',
        S3BackupUpdate: {
          RoleARN: firehoseRole,
          BucketARN: 'arn:aws:s3:::later-raw',
          BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 },
        },
      },
    }),
  )
  await deliveries.put('later', 'after')
  await deliveries.advance(60)
  assert.deepEqual([await texts('later'), await texts('later-raw')], [['before', 'after'], ['after']])
  const [object] = await deliveries.objects('later-raw')
  assert.match(object?.key ?? '', /^2025\/10\/15\/03\/later-2-2025/)
})

test('documents of CloudWatch Logs are unpacked, and of their events the messages taken', async () => {
  const document = (messageType: string, ...messages: readonly string[]) =>
    gzipSync(
      JSON.stringify({
        messageType,
        logEvents: messages.map((message, id) => ({ id: `${id}`, timestamp: 1, message })),
      }),
    )
  const Processors = [
    processor('Decompression', { CompressionFormat: 'GZIP' }),
    processor('CloudWatchLogProcessing', { DataMessageExtraction: 'True' }),
  ]
  await deliveries.create('logs', { ProcessingConfiguration: { Enabled: true, Processors } })
  const records = [
    document('DATA_MESSAGE', 'one', 'two'),
    document('CONTROL_MESSAGE'),
    document('DATA_MESSAGE', 'three'),
  ]
  await deliveries.put('logs', ...records, 'no gzip')
  await deliveries.advance(60)
  assert.deepEqual(await texts('logs', '2025/'), ['one\ntwo\nthree\n'])
  const [failed] = await deliveries.objects('logs', 'decompression-failed/')
  assert.ok(failed)
  assert.equal(Buffer.from(String(errorLines(failed)[0]?.rawData), 'base64').toString(), 'no gzip')
})
