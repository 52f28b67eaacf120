// A destination is made of what is given and of AWS's defaults; a change leaves what it does not name; what AWS refuses is
// refused in its words, before anything is delivered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delimiterOf, workOf } from './destination.ts'
import { changedDestination, type DestinationChange, newDestination } from './destination-change.ts'
import { queryKeys } from './query-keys.ts'

const roleArn = 'arn:aws:iam::000000000000:role/firehose'
const where = { roleArn, bucketArn: 'arn:aws:s3:::raw' }
const lambdaArn = 'arn:aws:lambda:ap-northeast-1:000000000000:function:clean'
const make = (given: DestinationChange = {}) => newDestination({ ...given, ...where })

type Given = readonly [type: string, parameters?: Readonly<Record<string, string>>]
const processing = (...given: readonly Given[]) => ({
  enabled: true,
  processors: given.map(([type, parameters = {}]) => ({
    type,
    parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
  })),
})
const metadata = (query: string): Given => [
  'MetadataExtraction',
  { MetadataExtractionQuery: query, JsonParsingEngine: 'JQ-1.6' },
]
const conversion = {
  schema: { roleArn, database: 'lake', table: 'readings' },
  input: { deserializer: { serde: 'openx' } },
  output: { serializer: { format: 'parquet' } },
} as const
const partitioned = {
  partitioning: { enabled: true, retrySeconds: undefined },
  prefix: 'c=!{partitionKeyFromQuery:customer}/',
  errorPrefix: 'bad/!{firehose:error-output-type}/',
  processing: processing(metadata('{customer: .customer_id}')),
}

test('what is left out has its default, and an update changes only what it names', () => {
  const made = make({ prefix: 'a/', kmsKeyArn: 'arn:aws:kms:x:000000000000:key/1' })
  assert.deepEqual([made.bufferMib, made.bufferSeconds, made.compression], [5, 300, 'UNCOMPRESSED'])
  const changed = changedDestination(made, { bufferMib: 1, bufferSeconds: 60, kmsKeyArn: undefined })
  assert.deepEqual(changed, { ...made, bufferMib: 1, bufferSeconds: 60, kmsKeyArn: undefined })
  assert.throws(() => changedDestination(made, { bufferMib: 1 }), /given together/)
})

test('what converts or partitions has a buffer of 128 MiB unless another is given', () => {
  assert.equal(make({ conversion }).bufferMib, 128)
  assert.equal(make(partitioned).bufferMib, 128)
  assert.equal(make({ ...partitioned, bufferMib: 64, bufferSeconds: 60 }).bufferMib, 64)
})

test('the delimiter is a newline unless the processor names another, and none without it', () => {
  const delimiter = (given: Given, enabled = true) =>
    delimiterOf(make({ processing: { ...processing(given), enabled } }))?.toString()
  assert.equal(delimiterOf(make()), undefined)
  assert.equal(delimiter(['AppendDelimiterToRecord']), '\n')
  assert.equal(delimiter(['AppendDelimiterToRecord', { Delimiter: '\\n' }]), '\n')
  assert.equal(delimiter(['AppendDelimiterToRecord', { Delimiter: '|' }]), '|')
  assert.equal(delimiter(['AppendDelimiterToRecord'], false), undefined)
})

test('processors are worked in the order of their stages, with what was left out', () => {
  const { processors } = workOf(
    make({
      ...partitioned,
      processing: processing(
        ['AppendDelimiterToRecord'],
        metadata('{customer: .customer_id}'),
        ['RecordDeAggregation', { SubRecordType: 'DELIMITED', Delimiter: 'IyMjIw==' }],
        ['Lambda', { LambdaArn: lambdaArn }],
      ),
    }),
  )
  assert.deepEqual(processors, [
    { kind: 'lambda', arn: lambdaArn, retries: 3, bufferMib: 1, bufferSeconds: 60, roleArn: undefined },
    { kind: 'deaggregate', type: 'DELIMITED', delimiter: Buffer.from('####') },
    { kind: 'metadata', query: '{customer: .customer_id}', engine: 'JQ-1.6' },
    { kind: 'delimiter', bytes: Buffer.from('\n') },
  ])
})

test('a conversion is told with its defaults, and not while it is off', () => {
  assert.deepEqual(workOf(make({ conversion })).conversion, {
    schema: {
      roleArn,
      database: 'lake',
      table: 'readings',
      catalogId: undefined,
      region: undefined,
      version: undefined,
    },
    input: { serde: 'openx', caseInsensitive: true, dotsToUnderscores: false, keyMappings: {} },
    output: { format: 'parquet', compression: 'SNAPPY' },
  })
  assert.equal(workOf(make({ conversion: { enabled: false } })).conversion, undefined)
})

test('a change of a conversion names only what changes, the table of the schema for one', () => {
  const made = make({ conversion })
  const off = changedDestination(made, { conversion: { enabled: false } })
  assert.deepEqual(off.conversion, { ...conversion, enabled: false })
  const other = changedDestination(made, { conversion: { schema: { table: 'other' } } })
  assert.deepEqual(other.conversion?.schema, { ...conversion.schema, table: 'other' })
})

test('a backup is a destination of its own, can be switched on later, and not off again', () => {
  const place = { ...where, prefix: 'backup/' }
  const made = changedDestination(make({ fileExtension: '.json' }), { backup: { enabled: true, place } })
  const backup = workOf(made).backup
  assert.deepEqual([backup?.prefix, backup?.bufferMib, backup?.fileExtension], ['backup/', 5, undefined])
  const moved = changedDestination(made, { backup: { place: { prefix: 'other/' } } })
  assert.equal(workOf(moved).backup?.prefix, 'other/')
  assert.throws(() => changedDestination(moved, { backup: { enabled: false } }), /cannot be disabled/)
  assert.throws(() => make({ backup: { enabled: true } }), /^.*S3 backup destination configuration is required/)
})

const refused: readonly (readonly [what: string, given: DestinationChange, why: RegExp])[] = [
  ['a time zone that does not exist', { timeZone: 'Mars/Base' }, /not a known time zone/],
  ['a time zone in other letters', { timeZone: 'asia/tokyo' }, /not a known time zone/],
  [
    'logging without a group',
    { logging: { enabled: true, group: undefined, stream: 's' } },
    /Log Group Name is required/,
  ],
  ['logging without a stream', { logging: { enabled: true, group: 'g', stream: '' } }, /Log Stream Name is required/],
  ['no processor', { processing: processing() }, /maximum of 5 and a minimum of 1 processor/],
  [
    'a processor twice',
    { processing: processing(['AppendDelimiterToRecord'], ['AppendDelimiterToRecord']) },
    /more than 1 AppendDelimiterToRecord/,
  ],
  [
    'a parameter of another processor',
    { processing: processing(['AppendDelimiterToRecord', { RoleArn: 'x' }]) },
    /takes no parameter RoleArn/,
  ],
  ['no function', { processing: processing(['Lambda']) }, /^LambdaArn is required when Lambda processor is used\.$/],
  [
    'what is no function',
    { processing: processing(['Lambda', { LambdaArn: 'clean' }]) },
    /not the ARN of a Lambda function/,
  ],
  [
    'half a buffer',
    { processing: processing(['Lambda', { LambdaArn: lambdaArn, BufferSizeInMBs: '1' }]) },
    /^Both BufferSizeInMBs and/,
  ],
  [
    'too many attempts',
    { processing: processing(['Lambda', { LambdaArn: lambdaArn, NumberOfRetries: '301' }]) },
    /between 0 and 300/,
  ],
  [
    'a buffer that is too large',
    {
      processing: processing(['Lambda', { LambdaArn: lambdaArn, BufferSizeInMBs: '4', BufferIntervalInSeconds: '60' }]),
    },
    /^BufferSizeInMBs for lambda processor must be between 0\.2 and 3\.$/,
  ],
  [
    'messages without decompression',
    { processing: processing(['CloudWatchLogProcessing', { DataMessageExtraction: 'true' }]) },
    /can only be enabled with DecompressionProcessor/,
  ],
  [
    'metadata without partitions',
    { processing: partitioned.processing },
    /MetadataExtractionProcessor can only be present/,
  ],
  [
    'deaggregation without partitions',
    { processing: processing(['RecordDeAggregation', { SubRecordType: 'JSON' }]) },
    /RecordDeAggregationProcessor can only/,
  ],
  [
    'partitions without processors',
    { ...partitioned, processing: undefined },
    /^Processing Configuration is not enabled/,
  ],
  [
    'partitions without keys',
    { ...partitioned, prefix: 'a/' },
    /^S3 Prefix should contain Dynamic Partitioning namespaces/,
  ],
  [
    'partitions in a small buffer',
    { ...partitioned, bufferMib: 63, bufferSeconds: 60 },
    /at least 64 when Dynamic Partitioning/,
  ],
  [
    'partitions without a buffer',
    { ...partitioned, bufferMib: 64, bufferSeconds: 0 },
    /IntervalInSeconds must be greater than 0/,
  ],
  [
    'a key of a query without one',
    { ...partitioned, processing: processing(['AppendDelimiterToRecord']) },
    /^MetadataExtraction processor should be present/,
  ],
  [
    'a key of a function without one',
    { ...partitioned, prefix: 'a=!{partitionKeyFromLambda:a}/' },
    /^Lambda should be present when S3 Prefix contains/,
  ],
  [
    'a key that is extracted and not used',
    { ...partitioned, processing: processing(metadata('{customer: .c, day: .d}')) },
    /can't contain keys that are not present in the S3 Prefix/,
  ],
  [
    'a key that is used and not extracted',
    { ...partitioned, prefix: '!{partitionKeyFromQuery:customer}/!{partitionKeyFromQuery:day}/' },
    /can't contain the key day/,
  ],
  [
    'another engine',
    {
      ...partitioned,
      processing: processing([
        'MetadataExtraction',
        { MetadataExtractionQuery: '{a: .a}', JsonParsingEngine: 'JQ-1.7' },
      ]),
    },
    /has to be one of JQ-1\.6/,
  ],
  [
    'no delimiter between records',
    { ...partitioned, processing: processing(['RecordDeAggregation', { SubRecordType: 'DELIMITED' }]) },
    /^Delimiter should be present for DELIMITED$/,
  ],
  [
    'a delimiter that is not in base64',
    { ...partitioned, processing: processing(['RecordDeAggregation', { SubRecordType: 'DELIMITED', Delimiter: '#' }]) },
    /must be encoded in base64/,
  ],
  [
    'another kind of record',
    { ...partitioned, processing: processing(['RecordDeAggregation', { SubRecordType: 'XML' }]) },
    /^SubRecordType has to be one of JSON, DELIMITED$/,
  ],
  [
    'conversion and compression',
    { conversion, compression: 'GZIP', bufferMib: 5, bufferSeconds: 60 },
    /^The S3 destination's compression format must be set to UNCOMPRESSED/,
  ],
  [
    'conversion in a small buffer',
    { conversion: {}, bufferMib: 5, bufferSeconds: 60 },
    /at least 64 when data format conversion is enabled\.$/,
  ],
  ['conversion from nothing', { conversion: {} }, /^InputFormatConfiguration must not be null$/],
  [
    'conversion to nothing',
    { conversion: { ...conversion, output: undefined } },
    /^OutputFormatConfiguration must not be null$/,
  ],
  [
    'conversion without a schema',
    { conversion: { ...conversion, schema: undefined } },
    /^SchemaConfiguration must not be null$/,
  ],
  [
    'an empty deserializer',
    { conversion: { ...conversion, input: { deserializer: undefined } } },
    /^Deserializer must not be null$/,
  ],
  [
    'a schema without its table',
    { conversion: { ...conversion, schema: { roleArn, database: 'd' } } },
    /^SchemaConfiguration\.TableName must not be null or empty$/,
  ],
]
for (const [what, given, why] of refused) {
  test(`${what} is refused`, () => {
    assert.throws(() => make(given), { code: 'InvalidArgumentException', message: why })
  })
}

test('partitions are chosen when a delivery stream is made, not later', () => {
  assert.throws(() => changedDestination(make(), partitioned), /can be enabled only when a delivery stream is created/)
  const changed = changedDestination(make(partitioned), { partitioning: { enabled: true, retrySeconds: 60 } })
  assert.equal(workOf(changed).partitioning?.retrySeconds, 60)
})

const queries: readonly (readonly [query: string, keys: readonly string[] | undefined])[] = [
  ['{customer: .customer_id}', ['customer']],
  [' { year: .at | strftime("%Y, {%m}"), "device": .type.device,\n} ', ['year', 'device']],
  ['{a: {b: .b, c: [1, 2]}, d: (.e // "x")}', ['a', 'd']],
  ['{a: .a, # not b: .b,\n c: "# d: 1"}', ['a', 'c']],
  ['{a: "\\(.x["y, z"])", b: .b}', undefined],
  ['{customer_id, $region}', ['customer_id', 'region']],
  ['{"a\\"b": 1}', undefined],
  ['{(.name): .value}', undefined],
  ['.metadata', undefined],
  ['{a: 1} | {b: 2}', undefined],
]
for (const [query, keys] of queries) {
  test(`the query ${JSON.stringify(query)} makes ${keys ? `the keys ${keys.join(' and ')}` : 'keys that its text does not tell'}`, () => {
    assert.deepEqual(queryKeys(query), keys)
  })
}
