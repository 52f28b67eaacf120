// What is done with records between their arrival and the objects: packed ones are taken apart, partitions are cut by their
// keys, JSON becomes columns, and what cannot be processed lies under the error prefix with its raw data.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { RecordBatch } from '../kinesis/record-batch.ts'
import { aggregated } from './testing/around.ts'
import { type Configuration, Lake } from './testing/lake.ts'

let lake: Lake

beforeEach(async () => {
  lake = await new Lake(await simulatedWorld()).start()
})

const processor = (type: string, parameters: Readonly<Record<string, string>> = {}) => ({
  type,
  parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
})
const query = (text: string) =>
  processor('MetadataExtraction', { MetadataExtractionQuery: text, JsonParsingEngine: 'JQ-1.6' })
const errorPrefix = 'errors/!{firehose:error-output-type}/'

const partitioned = (...more: readonly ReturnType<typeof processor>[]): Configuration => ({
  bufferMib: 64,
  prefix: 'by/device=!{partitionKeyFromQuery:device}/!{timestamp:yyyy}/',
  errorPrefix,
  partitioning: { enabled: true, retrySeconds: undefined },
  processing: { enabled: true, processors: [query('{device: .device}'), ...more] },
})
const newline = processor('AppendDelimiterToRecord')

/** Texts by their folder. */
async function byFolder(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const { key, text } of await lake.buckets.objects()) {
    const folder = key.slice(0, key.lastIndexOf('/') + 1)
    found[folder] = [...(found[folder] ?? []), text]
  }
  return found
}
const failuresOf = (text = '') =>
  text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
const rawOf = (failure: Record<string, unknown>) => Buffer.from(String(failure.rawData), 'base64').toString()

test('records are cut into an object a partition, each in the order of arrival', async () => {
  const delivery = await lake.create('d', partitioned(newline))
  await lake.put(delivery, '{"device":"a","n":1}', '{"device":"b","n":2}', '{"device":"a","n":3}')
  await lake.world.clock.advance(60_000)
  assert.deepEqual(await byFolder(), {
    'by/device=a/2025/': ['{"device":"a","n":1}\n{"device":"a","n":3}\n'],
    'by/device=b/2025/': ['{"device":"b","n":2}\n'],
  })
  assert.deepEqual([lake.meter.samples('PartitionCount'), lake.meter.samples('PartitionCountExceeded')], [[2], [0]])
  assert.equal(lake.meter.sum('DeliveryToS3.ObjectCount'), 2)
})

test('what has no key lies under metadata-extraction-failed, with why', async () => {
  const delivery = await lake.create('d', partitioned())
  const long = JSON.stringify({ device: 'ö'.repeat(500) })
  await lake.put(delivery, '{"device":"a"}', 'no json', '{"device":""}', long)
  await lake.world.clock.advance(60_000)
  const folders = await byFolder()
  assert.deepEqual(folders['by/device=a/2025/'], ['{"device":"a"}'])
  const failures = failuresOf(folders['errors/metadata-extraction-failed/']?.[0])
  assert.deepEqual(
    failures.map(one => [rawOf(one), one.errorCode, one.errorMessage]),
    [
      ['no json', 'DynamicPartitioning.MetadataExtractionFailed', 'Non JSON record provided'],
      [
        '{"device":""}',
        'DynamicPartitioning.MetadataExtractionFailed',
        'partitionKeys values must not be null or empty',
      ],
      [long, 'DynamicPartitioning.MetadataExtractionFailed', 'Length of evaluated prefix cannot be greater than 512'],
    ],
  )
})

test('the 501st partition of a delivery goes to the error prefix, the 500 are delivered, and memory is bounded meanwhile', async () => {
  const delivery = await lake.create('d', partitioned())
  const text = (device: number) => `{"device":"${device}","x":"${'x'.repeat(3000)}"}`
  for (let round = 0; round < 6; round++) {
    for (let from = 0; from < 502; from += 251) {
      await lake.put(delivery, ...Array.from({ length: 251 }, (_, place) => text(from + place)))
    }
  }
  await lake.world.clock.advance(60_000)
  const folders = await byFolder()
  assert.equal(Object.keys(folders).length, 501)
  assert.deepEqual(folders['by/device=499/2025/'], [text(499).repeat(6)])
  const failures = failuresOf(folders['errors/active-partitions-limit-exceeded/']?.[0])
  assert.deepEqual(failures.map(rawOf).toSorted(), [...Array(6).fill(text(500)), ...Array(6).fill(text(501))])
  assert.deepEqual([lake.meter.samples('PartitionCount'), lake.meter.samples('PartitionCountExceeded')], [[500], [1]])
  assert.deepEqual(await lake.world.disk.list('/lake/scratch'), [])
})

test('several JSON documents in a record are partitioned one by one', async () => {
  const delivery = await lake.create(
    'd',
    partitioned(processor('RecordDeAggregation', { SubRecordType: 'JSON' }), newline),
  )
  await lake.put(delivery, '{"device":"a"}{"device":"b"}\n{"device":"a","of":"{"}')
  await lake.world.clock.advance(60_000)
  assert.deepEqual(await byFolder(), {
    'by/device=a/2025/': ['{"device":"a"}\n{"device":"a","of":"{"}\n'],
    'by/device=b/2025/': ['{"device":"b"}\n'],
  })
})

test('pieces between delimiters are partitioned one by one', async () => {
  const Delimiter = Buffer.from('##').toString('base64')
  const apart = processor('RecordDeAggregation', { SubRecordType: 'DELIMITED', Delimiter })
  const delivery = await lake.create('d', partitioned(apart, newline))
  await lake.put(delivery, '{"device":"a"}##{"device":"b"}##')
  await lake.world.clock.advance(60_000)
  assert.deepEqual(Object.values(await byFolder()), [['{"device":"a"}\n'], ['{"device":"b"}\n']])
})

test('a function names partitions too, beside the query', async () => {
  const delivery = await lake.create('d', {
    ...partitioned(processor('Lambda', { LambdaArn: 'arn:aws:lambda:ap-northeast-1:000000000000:function:keys' })),
    prefix: '!{partitionKeyFromLambda:site}/!{partitionKeyFromQuery:device}/',
  })
  lake.functions.handler = ({ records }) => ({
    records: records.map(({ recordId, data }) => ({
      ...{ recordId, result: 'Ok', data },
      metadata: { partitionKeys: { site: 'tokyo', floor: 3 } },
    })),
  })
  await lake.put(delivery, '{"device":"a"}')
  await lake.world.clock.advance(60_000)
  assert.deepEqual(Object.keys(await byFolder()), ['tokyo/a/'])
})

test('what the Kinesis Producer Library packed is delivered as what it holds, with and without processing', async () => {
  const stream = await lake.stream('s')
  await lake.create('plain', { processing: { enabled: true, processors: [newline] } }, stream)
  await lake.create('processed', { ...partitioned(newline) }, stream)
  const packed = aggregated(['{"device":"a"}', '{"device":"b"}'])
  await stream.put(RecordBatch.of([{ data: packed, partitionKey: 'k' }]), lake.world.clock.now())
  await lake.putInto(stream, '{"device":"c"}')
  await lake.world.clock.advance(60_000)
  const folders = await byFolder()
  assert.deepEqual(folders['2025/10/15/03/'], ['{"device":"a"}\n{"device":"b"}\n{"device":"c"}\n'])
  assert.deepEqual(
    ['a', 'b', 'c'].map(device => folders[`by/device=${device}/2025/`]?.[0]),
    ['{"device":"a"}\n', '{"device":"b"}\n', '{"device":"c"}\n'],
  )
  assert.equal(lake.meter.sum('DeliveryToS3.Records'), 6)
  assert.equal(lake.meter.sum('DataReadFromKinesisStream.Records'), 4)
})

test('what CloudWatch Logs compressed is delivered as its messages; what is no such document is under decompression-failed', async () => {
  const delivery = await lake.create('d', {
    errorPrefix,
    processing: {
      enabled: true,
      processors: [
        processor('CloudWatchLogProcessing', { DataMessageExtraction: 'true' }),
        processor('Decompression', { CompressionFormat: 'GZIP' }),
      ],
    },
  })
  const logEvents = [{ message: 'one' }, { message: 'two' }]
  const zipped = (document: unknown) => gzipSync(JSON.stringify(document))
  const put = (data: Uint8Array) =>
    lake.firehose.put(delivery, [data], { at: lake.world.clock.now(), operation: 'PutRecord' })
  await put(zipped({ messageType: 'DATA_MESSAGE', logEvents }))
  await put(zipped({ messageType: 'CONTROL_MESSAGE', logEvents: [] }))
  await put(Buffer.from('plain'))
  await put(zipped({ a: 1 }))
  await lake.world.clock.advance(60_000)
  const folders = await byFolder()
  assert.deepEqual(folders['2025/10/15/03/'], ['one\ntwo\n'])
  const failures = failuresOf(folders['errors/decompression-failed/']?.[0])
  assert.deepEqual(
    failures.map(({ rawData, errorCode }) => [rawData, errorCode]),
    [
      [Buffer.from('plain').toString('base64'), 'Decompression failed.'],
      [zipped({ a: 1 }).toString('base64'), 'Decompression failed.'],
    ],
  )
})

const conversion: Configuration['conversion'] = {
  enabled: true,
  schema: { roleArn: 'arn:aws:iam::000000000000:role/schema', database: 'db', table: 'readings' },
  input: { deserializer: { serde: 'openx' } },
  output: { serializer: { format: 'parquet' } },
}

test('JSON becomes rows; what does not fit the columns is under format-conversion-failed, one line a document', async () => {
  const stream = await lake.stream('s')
  lake.tables.columns = [{ name: 'n', type: 'int' }]
  await lake.create('d', { bufferMib: 64, conversion }, stream)
  await lake.putInto(stream, '{"n":1}', '{"n":"x"}', '{"n":2}\n{"n":\n3}', '{"n":4}{"n":"y"}', '  ', '{"n":')
  const at = lake.world.clock.now()
  await lake.world.clock.advance(60_000)
  const objects = await lake.buckets.objects()
  const [failed, data] = objects.toSorted(({ key: one }, { key: other }) => (one < other ? 1 : -1))
  assert.match(data?.key ?? '', /^2025\/10\/15\/03\/d-1-.*\.parquet$/)
  assert.equal(data?.text, '{"n":1}\n{"n":2}\n{"n": 3}\n{"n":4}\n')
  assert.match(failed?.key ?? '', /^format-conversion-failed\/2025\/10\/15\/03\/d-1-[^.]*$/)
  const failures = failuresOf(failed?.text)
  assert.deepEqual(failures.map(rawOf).toSorted(), ['  ', '{"n":', '{"n":"x"}', '{"n":"y"}'])
  const { rawData, lastErrorMessage, ...rest } = failures.find(one => rawOf(one) === '{"n":"x"}') ?? {}
  assert.match(String(lastErrorMessage), /Data does not match the schema/)
  assert.ok(rawData)
  assert.deepEqual(rest, {
    attemptsMade: 1,
    arrivalTimestamp: at,
    lastErrorCode: 'DataFormatConversion.MalformedData',
    attemptEndingTimestamp: at + 60_000,
    sequenceNumber: stream.shards[0]?.sequenceNumber(1),
    subSequenceNumber: 0,
    dataCatalogTable: {
      catalogId: '000000000000',
      databaseName: 'db',
      tableName: 'readings',
      region: 'ap-northeast-1',
      versionId: '3',
    },
  })
  assert.deepEqual([lake.meter.sum('SucceedConversion.Records'), lake.meter.sum('FailedConversion.Records')], [2, 4])
  assert.deepEqual(await lake.world.disk.list('/lake/scratch'), [])
})

test('a table that is gone holds the records back, and they are converted when it is there', async () => {
  lake.tables.columns = [{ name: 'n', type: 'int' }]
  const delivery = await lake.create('d', { bufferMib: 64, conversion })
  lake.tables.columns = undefined
  await lake.put(delivery, '{"n":1}')
  await lake.world.clock.advance(60_000)
  assert.match(delivery.failure?.message ?? '', /Table db\.readings not found/)
  lake.tables.columns = [{ name: 'n', type: 'int' }]
  await lake.world.clock.advance(300_000)
  assert.deepEqual([await lake.texts(), delivery.failure], [['{"n":1}\n'], undefined])
})

test('partitions are converted each by itself', async () => {
  lake.tables.columns = [{ name: 'n', type: 'int' }]
  const delivery = await lake.create('d', { ...partitioned(), conversion })
  await lake.put(delivery, '{"device":"a","n":1}', '{"device":"b","n":"x"}', '{"device":"b","n":2}')
  await lake.world.clock.advance(60_000)
  const folders = await byFolder()
  assert.deepEqual(folders['by/device=a/2025/'], ['{"device":"a","n":1}\n'])
  assert.deepEqual(folders['by/device=b/2025/'], ['{"device":"b","n":2}\n'])
  assert.deepEqual(failuresOf(folders['errors/format-conversion-failed/']?.[0]).map(rawOf), ['{"device":"b","n":"x"}'])
})

test('a record of ten MiB goes through all of it', async () => {
  const stream = await lake.kinesis.create(
    { account: '000000000000', region: 'ap-northeast-1' },
    {
      name: 'large',
      shardCount: 1,
      settings: { ...(await lake.stream('model')).settings, recordKibMax: 10_240 },
      tags: {},
    },
  )
  await lake.create('d', partitioned(newline), stream)
  const text = `{"device":"a","x":"${'x'.repeat(10 * 1024 * 1024 - 100)}"}`
  await lake.putInto(stream, text, '{"device":"a"}')
  await lake.world.clock.advance(60_000)
  assert.deepEqual(
    (await lake.texts()).map(found => found === `${text}\n{"device":"a"}\n`),
    [true],
  )
})

test('what a role may not write under the error prefix holds everything back, and nothing is written by halves', async () => {
  const delivery = await lake.create('d', { ...partitioned(newline) })
  lake.deniedKey = 'errors/'
  const large = `{"device":"a","x":"${'x'.repeat(20_000)}"}`
  await lake.put(delivery, large, 'no json')
  await lake.world.clock.advance(61_000)
  assert.match(delivery.failure?.message ?? '', /not authorized to perform s3:PutObject on arn:aws:s3:::raw\/errors\//)
  assert.deepEqual(await lake.buckets.objects(), [])
  for (const room of await lake.world.disk.list('/lake/blobs')) {
    assert.deepEqual(await lake.world.disk.list(`/lake/blobs/${room}`), [], 'what was written for nothing is gone')
  }
  lake.deniedKey = ''
  await lake.world.clock.advance(300_000)
  assert.deepEqual(Object.keys(await byFolder()).toSorted(), [
    'by/device=a/2025/',
    'errors/metadata-extraction-failed/',
  ])
})

test('every compression is what its name says, and S3 is told', async () => {
  for (const compression of ['GZIP', 'ZIP', 'Snappy', 'HADOOP_SNAPPY'] as const) {
    const delivery = await lake.create(compression, { compression, prefix: `${compression}/` })
    await lake.put(delivery, 'text')
  }
  await lake.world.clock.advance(60_000)
  assert.deepEqual(
    lake.buckets.described
      .map(({ key, contentEncoding }) => [key.split('/')[0], key.replace(/^.*\./, '.'), contentEncoding])
      .toSorted(),
    [
      ['GZIP', '.gz', 'gzip'],
      ['HADOOP_SNAPPY', '.snappy', 'hadoop-snappy'],
      ['Snappy', '.snappy', 'snappy-java'],
      ['ZIP', '.zip', 'zip'],
    ],
  )
})
