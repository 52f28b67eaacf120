/**
 * Dynamic partitioning over the wire: keys by the real jq and by a function, aggregated records taken apart, what has no
 * key or comes to one partition too many under the error prefix, and nothing lost or twice.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { strToU8, zipSync } from 'fflate'
import { type Extended, errorLines, processor, startDeliveries } from '../testing/deliveries.ts'
import { account, client, region } from '../testing/lake.ts'

let deliveries: Awaited<ReturnType<typeof startDeliveries>>

before(async () => {
  deliveries = await startDeliveries()
})
after(() => deliveries.close())

const metadata = (MetadataExtractionQuery: string) =>
  processor('MetadataExtraction', { MetadataExtractionQuery, JsonParsingEngine: 'JQ-1.6' })
const newline = processor('AppendDelimiterToRecord')
const partitioned = (Prefix: string, ...Processors: readonly ReturnType<typeof processor>[]): Extended => ({
  Prefix,
  ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/',
  BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
  DynamicPartitioningConfiguration: { Enabled: true },
  ProcessingConfiguration: { Enabled: true, Processors: [...Processors] },
})
/** Texts by the folders of their keys. */
async function folders(bucket: string): Promise<Readonly<Record<string, string>>> {
  const objects = await deliveries.objects(bucket)
  const inFolders = objects.map(({ key, bytes }) => [key.slice(0, key.lastIndexOf('/')), bytes.toString()] as const)
  assert.equal(new Set(inFolders.map(([folder]) => folder)).size, objects.length, 'one object a partition')
  return Object.fromEntries(inFolders)
}

test('records lie by the values that jq takes out of them, AWS’s own example', async () => {
  await deliveries.create(
    'query',
    partitioned(
      'customer_id=!{partitionKeyFromQuery:customer_id}/device=!{partitionKeyFromQuery:device}/' +
        'year=!{partitionKeyFromQuery:year}/month=!{partitionKeyFromQuery:month}/',
      metadata(
        '{customer_id: .customer_id, device: .type.device, year: .event_timestamp|strftime("%Y"), month: .event_timestamp|strftime("%m")}',
      ),
      newline,
    ),
  )
  const record = (customer_id: string, device: string, event_timestamp: number) =>
    JSON.stringify({ type: { device, event: 'click' }, customer_id, event_timestamp })
  const records = [
    record('1234567890', 'mobile', 1565382027),
    record('77', 'desktop', 1565382027),
    record('1234567890', 'mobile', 1565382028),
    record('1234567890', 'mobile', 1577836800),
  ]
  await deliveries.put('query', ...records)
  await deliveries.advance(60)
  assert.deepEqual(await folders('query'), {
    'customer_id=1234567890/device=mobile/year=2019/month=08': `${records[0]}\n${records[2]}\n`,
    'customer_id=1234567890/device=mobile/year=2020/month=01': `${records[3]}\n`,
    'customer_id=77/device=desktop/year=2019/month=08': `${records[1]}\n`,
  })
})

test('records that are packed into one are taken apart first, JSON or by a delimiter', async () => {
  const byKind = 'k=!{partitionKeyFromQuery:kind}/'
  const query = metadata('{kind: .kind}')
  const json = processor('RecordDeAggregation', { SubRecordType: 'JSON' })
  await deliveries.create('packed-json', partitioned(byKind, json, query, newline))
  await deliveries.put('packed-json', '{"kind":"a","n":1}{"kind":"b","n":2}\n{"kind":"a","n":3}')
  const delimiter = Buffer.from('####').toString('base64')
  const delimited = processor('RecordDeAggregation', { SubRecordType: 'DELIMITED', Delimiter: delimiter })
  await deliveries.create('packed-text', partitioned(byKind, delimited, query, newline))
  await deliveries.put('packed-text', '{"kind":"a","n":1}####{"kind":"b","n":2}####{"kind":"a","n":3}')
  await deliveries.advance(60)
  const apart = { 'k=a': '{"kind":"a","n":1}\n{"kind":"a","n":3}\n', 'k=b': '{"kind":"b","n":2}\n' }
  assert.deepEqual(await folders('packed-json'), apart)
  assert.deepEqual(await folders('packed-text'), apart)
})

test('a function gives keys, too, beside those of jq', async () => {
  const lambda = new LambdaClient(client(deliveries.url))
  const code = `
export const handler = async ({ records }) => ({
  records: records.map(({ recordId, data }) => {
    const { tenant } = JSON.parse(Buffer.from(data, 'base64'))
    return { recordId, result: 'Ok', data, metadata: { partitionKeys: { tenant } } }
  }),
})`
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'tenants',
      Runtime: 'nodejs22.x',
      Role: `arn:aws:iam::${account}:role/function`,
      Handler: 'index.handler',
      Timeout: 20,
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8(code) }) },
    }),
  )
  lambda.destroy()
  const LambdaArn = `arn:aws:lambda:${region}:${account}:function:tenants`
  await deliveries.create(
    'function',
    partitioned(
      '!{partitionKeyFromLambda:tenant}/!{partitionKeyFromQuery:kind}/!{timestamp:yyyy}/',
      processor('Lambda', { LambdaArn }),
      metadata('{kind: .kind}'),
    ),
  )
  await deliveries.put(
    'function',
    '{"tenant":"x","kind":"a"}',
    '{"tenant":"y","kind":"a"}',
    '{"tenant":"x","kind":"a"}',
  )
  await deliveries.advance(60)
  assert.deepEqual(await folders('function'), {
    'x/a/2025': '{"tenant":"x","kind":"a"}'.repeat(2),
    'y/a/2025': '{"tenant":"y","kind":"a"}',
  })
})

test('what has no key lies under the error prefix with its raw data and the reason', async () => {
  await deliveries.create('keyless', partitioned('k=!{partitionKeyFromQuery:kind}/', metadata('{kind: .kind}')))
  await deliveries.put('keyless', '{"kind":"a"}', '{"other":1}', 'no json', '{"kind":null}', '{"kind":""}')
  await deliveries.advance(60)
  const [object, ...others] = await deliveries.objects('keyless', 'failed/')
  assert.ok(object && others.length === 0)
  assert.match(object.key, /^failed\/metadata-extraction-failed\/keyless-1-/)
  const lines = errorLines(object)
  assert.deepEqual(
    lines.map(line => Buffer.from(String(line.rawData), 'base64').toString()),
    ['{"other":1}', 'no json', '{"kind":null}', '{"kind":""}'],
  )
  assert.ok(lines.every(line => line.errorCode === 'DynamicPartitioning.MetadataExtractionFailed'))
  assert.deepEqual(
    (await deliveries.objects('keyless', 'k=')).map(({ bytes }) => bytes.toString()),
    ['{"kind":"a"}'],
  )
})

test('five hundred partitions are active and no more: the others lie under the error prefix', async () => {
  await deliveries.create('many', partitioned('n=!{partitionKeyFromQuery:n}/', metadata('{n: .n}')))
  const records = Array.from({ length: 520 }, (_, n) => `{"n":"${n}"}`)
  await deliveries.put('many', ...records.slice(0, 500))
  await deliveries.put('many', ...records.slice(500), '{"n":"7"}')
  await deliveries.advance(60)
  const objects = await deliveries.objects('many', 'n=')
  const failed = await deliveries.objects('many', 'failed/')
  assert.equal(objects.length, 500)
  const delivered = objects.map(({ bytes }) => bytes.toString()).join('')
  const raw = failed.flatMap(errorLines).map(line => Buffer.from(String(line.rawData), 'base64').toString())
  assert.equal(raw.length, 20)
  assert.match(failed[0]?.key ?? '', /^failed\/active-partitions-limit-exceeded\//)
  const all = [...(delivered.match(/\{[^}]*\}/g) ?? []), ...raw]
  assert.deepEqual(all.toSorted(), [...records, '{"n":"7"}'].toSorted())
})

test('a partition is delivered with the others when the oldest record of all has waited long enough', async () => {
  await deliveries.create('waiting', partitioned('k=!{partitionKeyFromQuery:kind}/', metadata('{kind: .kind}')))
  await deliveries.put('waiting', '{"kind":"a"}')
  await deliveries.advance(59)
  await deliveries.put('waiting', '{"kind":"b"}')
  assert.deepEqual(await deliveries.objects('waiting'), [])
  await deliveries.advance(1)
  assert.deepEqual(Object.keys(await folders('waiting')), ['k=a', 'k=b'])
})
