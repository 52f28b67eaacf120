/** A plan says what has to be done, and nothing else: what is there and as wanted is left alone, whoever it belongs to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bucket,
  by,
  column,
  crawler,
  cron,
  DefinitionMistake,
  day,
  delivery,
  job,
  role,
  stream,
  table,
  workgroup,
} from '../../src/define/define.ts'
import { downPlanOf, planOf } from '../../src/define/plan.ts'
import { planText } from '../../src/define/plan-text.ts'
import { resourcesOf } from '../../src/define/resources.ts'
import {
  account,
  actsOf,
  applied,
  carriedOut,
  curate,
  lakeOf,
  opened,
  putReading,
  raw,
  readings,
  telemetry,
  temperature,
} from './lay-out.ts'

const everything = lakeOf(
  'everything',
  stream('on-demand', {
    record: { id: column.string() },
    partitionKey: 'id',
    shards: 'on-demand',
    retentionHours: 48,
    kmsKey: 'alias/streams',
    tags: { Owner: 'ana' },
  }),
  delivery('direct', {
    record: { id: column.string() },
    to: bucket('everything-raw', {
      access: 'eventual',
      versioning: false,
      encryption: { kmsKey: 'alias/raw' },
      archiveAccess: { archiveAfterDays: 90, deepArchiveAfterDays: 180 },
      lifecycle: [
        { move: [{ afterDays: 0, to: 'INTELLIGENT_TIERING' }] },
        { prefix: 'old/', expireAfterDays: 30, expireOldVersionsAfterDays: 3, abortUploadsAfterDays: 7 },
      ],
    }).prefix('in/'),
    folders: '!{timestamp:yyyy/MM/dd}/',
    errors: 'bad/!{firehose:error-output-type}/',
    zone: 'Asia/Tokyo',
    compression: 'snappy',
    newline: false,
    role: role('deliverer', {
      for: 'firehose',
      may: [{ actions: ['s3:*'], on: ['arn:aws:s3:::everything-raw', 'arn:aws:s3:::everything-raw/*'] }],
    }),
  }),
  crawler('uploads', {
    at: bucket('everything-uploads').prefix('sensors/'),
    tablePrefix: 'up_',
    every: cron('0 3 * * ? *', { zone: 'Asia/Tokyo' }),
  }),
  workgroup('analysts', {
    results: bucket('everything-uploads').prefix('athena/'),
    scanLimit: { gibibytes: 10 },
    description: 'Who asks',
  }),
  table('csv_table', {
    at: bucket('everything-uploads').prefix('csv/'),
    columns: { id: column.string(), kind: column.string(), at: column.date() },
    partitionBy: by('kind'),
    format: 'csv',
    database: 'elsewhere',
    description: 'Lines',
  }),
  table('json_table', {
    at: bucket('everything-uploads').prefix('json/'),
    columns: { tags: column.array(column.string()), where: column.struct({ lat: column.double() }) },
    format: 'json',
  }),
)

test('a definition that was applied is as it says, and a plan of it does nothing', async context => {
  const { invoke } = await opened(context)
  for (const definition of [temperature, everything]) {
    const plan = await planOf(definition, invoke, account)
    assert.ok(plan.steps.every(({ act }) => act === 'create'))
    assert.equal((await carriedOut(plan, invoke)).length, plan.steps.length)
    assert.deepEqual(actsOf(await planOf(definition, invoke, account)), [])
    assert.deepEqual(await applied(definition, invoke), [])
  }
})

test('resources are pure data: the same for the same definition, each behind those it needs', () => {
  for (const definition of [temperature, everything]) {
    const resources = resourcesOf(definition, account)
    assert.deepEqual(resources, resourcesOf(definition, account))
    assert.deepEqual(JSON.parse(JSON.stringify(resources)), resources)
    const before = new Set<string>()
    for (const { kind, name, needs } of resources) {
      for (const need of needs) assert.ok(before.has(need), `${kind} ${name} needs ${need} before it`)
      before.add(`${kind} ${name}`)
    }
  }
})

test('everything that a part says reaches AWS', async context => {
  const { invoke } = await opened(context)
  await applied(everything, invoke)
  const s3 = (operation: string, input: object = {}) => invoke('s3', operation, { Bucket: 'everything-raw', ...input })
  const open = await s3('GetPublicAccessBlock')
  assert.deepEqual(open.PublicAccessBlockConfiguration, {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  })
  const { IntelligentTieringConfiguration: tiering } = await s3('GetBucketIntelligentTieringConfiguration', {
    Id: 'biwa',
  })
  assert.deepEqual((tiering as { Tierings: unknown }).Tierings, [
    { AccessTier: 'ARCHIVE_ACCESS', Days: 90 },
    { AccessTier: 'DEEP_ARCHIVE_ACCESS', Days: 180 },
  ])
  const { Rules } = (await s3('GetBucketLifecycleConfiguration')) as { Rules: readonly object[] }
  assert.deepEqual(Rules, [
    {
      ID: 'biwa-1',
      Status: 'Enabled',
      Filter: { Prefix: '' },
      Transitions: [{ Days: 0, StorageClass: 'INTELLIGENT_TIERING' }],
    },
    {
      ID: 'biwa-2',
      Status: 'Enabled',
      Filter: { Prefix: 'old/' },
      Expiration: { Days: 30 },
      NoncurrentVersionExpiration: { NoncurrentDays: 3 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
  ])
  assert.match(JSON.stringify(await s3('GetBucketEncryption')), /"aws:kms","KMSMasterKeyID":"alias\/raw"/)
  const { StreamDescriptionSummary: onDemand } = await invoke('kinesis', 'DescribeStreamSummary', {
    StreamName: 'on-demand',
  })
  assert.partialDeepStrictEqual(onDemand, {
    StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    RetentionPeriodHours: 48,
    EncryptionType: 'KMS',
    KeyId: 'alias/streams',
  })
  const { Tags } = await invoke('kinesis', 'ListTagsForStream', { StreamName: 'on-demand' })
  assert.deepEqual(Tags, [
    { Key: 'CostCenter', Value: 'iot' },
    { Key: 'Owner', Value: 'ana' },
    { Key: 'biwa:lake', Value: 'everything' },
  ])
  const { DeliveryStreamDescription } = (await invoke('firehose', 'DescribeDeliveryStream', {
    DeliveryStreamName: 'direct',
  })) as { DeliveryStreamDescription: { Destinations: readonly { ExtendedS3DestinationDescription: object }[] } }
  assert.partialDeepStrictEqual(DeliveryStreamDescription.Destinations[0]?.ExtendedS3DestinationDescription, {
    RoleARN: 'arn:aws:iam::000000000000:role/biwa/everything/deliverer',
    Prefix: 'in/!{timestamp:yyyy/MM/dd}/',
    ErrorOutputPrefix: 'bad/!{firehose:error-output-type}/',
    CompressionFormat: 'Snappy',
    CustomTimeZone: 'Asia/Tokyo',
    BufferingHints: { IntervalInSeconds: 300, SizeInMBs: 5 },
  })
  const { Table } = await invoke('glue', 'GetTable', { DatabaseName: 'elsewhere', Name: 'csv_table' })
  assert.partialDeepStrictEqual(Table, {
    Description: 'Lines',
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: [{ Name: 'kind', Type: 'string' }],
    StorageDescriptor: {
      Columns: [
        { Name: 'id', Type: 'string' },
        { Name: 'at', Type: 'date' },
      ],
      Location: 's3://everything-uploads/csv/',
      SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.serde2.OpenCSVSerde' },
    },
  })
  const { WorkGroup } = await invoke('athena', 'GetWorkGroup', { WorkGroup: 'analysts' })
  assert.partialDeepStrictEqual(WorkGroup, {
    Description: 'Who asks',
    Configuration: { BytesScannedCutoffPerQuery: 10 * 1024 ** 3, EnforceWorkGroupConfiguration: true },
  })
  const schedule = await invoke('scheduler', 'GetSchedule', { GroupName: 'everything', Name: 'uploads-crawler' })
  assert.partialDeepStrictEqual(schedule, {
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'Asia/Tokyo',
    Target: { Arn: 'arn:aws:scheduler:::aws-sdk:glue:startCrawler', Input: '{"Name":"uploads"}' },
  })
})

const slower = delivery('temperature-to-s3', { ...optionsOfRaw(), buffer: { seconds: 120, mebibytes: 5 } })
function optionsOfRaw() {
  const { from = readings, to, compression } = raw
  return { from, to, compression } as const
}

test('a change is shown by its path, and is one after somebody has changed it by hand, too', async context => {
  const { invoke } = await opened(context)
  await applied(temperature, invoke)
  const changed = lakeOf('temperature', job('curate', { ...optionsOfCurate(), from: slower }))
  const plan = await planOf(changed, invoke, account)
  assert.deepEqual(
    plan.steps.filter(({ act }) => act !== 'keep').map(({ act, name, changes }) => ({ act, name, changes })),
    [{ act: 'change', name: 'temperature-to-s3', changes: [{ path: 'buffer.seconds', from: 60, to: 120 }] }],
  )
  assert.match(
    planText(plan),
    /^~ delivery {2}temperature-to-s3 {2}buffer\.seconds 60 -> 120\n\n1 to change, \d+ unchanged\.$/,
  )
  await carriedOut(plan, invoke)
  assert.deepEqual(actsOf(await planOf(changed, invoke, account)), [])

  const Bucket = 'temperature-data-bucket'
  await invoke('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Suspended' } })
  await invoke('s3', 'DeletePublicAccessBlock', { Bucket })
  await invoke('iam', 'AttachRolePolicy', {
    RoleName: 'temperature-curate-job',
    PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
  })
  await invoke('kinesis', 'UpdateShardCount', {
    StreamName: readings.name,
    TargetShardCount: 2,
    ScalingType: 'UNIFORM_SCALING',
  })
  await invoke('s3', 'PutObject', {
    Bucket: 'temperature-analytics-bucket',
    Key: '_scripts/temperature/curate.sql',
    Body: Buffer.from('SELECT 1'),
    ContentLength: 8,
  })
  const drift = (await planOf(changed, invoke, account)).steps.filter(({ act }) => act === 'change')
  assert.deepEqual(
    drift.map(({ kind, changes }) => `${kind}: ${changes.map(({ path }) => path).join(', ')}`),
    ['bucket: versioning, publicAccess', 'role: otherPolicies', 'stream: shards', 'script: text'],
  )
  await applied(changed, invoke)
  assert.deepEqual(actsOf(await planOf(changed, invoke, account)), [])
})

test('a schedule that somebody gave to a crawler itself is a change, and is taken away', async context => {
  const { invoke } = await opened(context)
  const watched = lakeOf(
    'watched',
    crawler('uploads', { at: bucket('watched-uploads').prefix('in/'), every: '1 hour' }),
  )
  await applied(watched, invoke)
  await invoke('glue', 'UpdateCrawlerSchedule', { CrawlerName: 'uploads', Schedule: 'cron(0 3 * * ? *)' })
  const plan = await planOf(watched, invoke, account)
  assert.match(planText(plan), /^~ crawler {2}uploads {2}schedule "?cron\(0 3 \* \* \? \*\)"? -> /)
  await carriedOut(plan, invoke)
  assert.deepEqual(actsOf(await planOf(watched, invoke, account)), [])
})

function optionsOfCurate() {
  const { into, required, sql, deadLetters } = curate
  assert.ok(deadLetters && sql)
  return {
    from: raw,
    into,
    required: required as readonly 'device_id'[],
    sql,
    deadLetters,
    every: '5 minutes',
  } as const
}

test('a name that somebody else has taken is refused, and what he made is left as it is', async context => {
  const { invoke } = await opened(context)
  await invoke('kinesis', 'CreateStream', { StreamName: readings.name, ShardCount: 3 })
  await invoke('glue', 'CreateDatabase', { DatabaseInput: { Name: 'temperature' } })
  await assert.rejects(planOf(temperature, invoke, account), (error: Error) => {
    assert.ok(error instanceof DefinitionMistake)
    assert.match(
      error.message,
      /^stream temperature-stream, database temperature: these are there already and not of the lake temperature\. /,
    )
    return true
  })
})

test('two lakes in one account do not touch each other', async context => {
  const { invoke } = await opened(context)
  const other = lakeOf(
    'other',
    stream('other-stream', { record: { id: column.string() }, partitionKey: 'id' }),
    table('rows', { at: bucket('other-bucket').prefix('rows/'), columns: { id: column.string() } }),
  )
  await applied(temperature, invoke)
  await applied(other, invoke)
  assert.deepEqual(actsOf(await planOf(temperature, invoke, account)), [])
  assert.deepEqual(actsOf(await planOf(other, invoke, account)), [])
  await carriedOut(await downPlanOf(temperature, invoke, { ...account, data: true }), invoke)
  assert.deepEqual((await downPlanOf(temperature, invoke, account)).steps, [])
  assert.deepEqual(actsOf(await planOf(other, invoke, account)), [])
})

test('what left the definition goes where it holds nothing, and stays with a warning where it does', async context => {
  const { lake, invoke } = await opened(context)
  await applied(temperature, invoke)
  const empty = lakeOf('temperature', bucket('temperature-data-bucket'))
  assert.ok((await planOf(empty, invoke, account)).steps.every(({ act, wanted }) => wanted || act === 'remove'))
  await putReading(invoke, { device_id: 'sensor-3', temperature: 21.37, timestamp: 1760498130.12 })
  await lake.clock.advance({ minutes: 6 })
  const plan = await planOf(empty, invoke, account)
  const staying = plan.steps.filter(({ act, wanted }) => act === 'keep' && !wanted)
  assert.deepEqual(
    staying.map(({ kind, name, warning }) => `${kind} ${name} ${warning}`),
    [
      'table temperature.device_telemetry is not in the definition any more, and stays because it holds rows, as objects under s3://temperature-analytics-bucket/curated/device_telemetry/',
      'database temperature is not in the definition any more, and stays because it holds the table temperature.device_telemetry',
      'stream temperature-stream is not in the definition any more, and stays because it holds records',
      'bucket temperature-analytics-bucket is not in the definition any more, and stays because it holds objects',
    ],
  )
  await carriedOut(plan, invoke)
  assert.deepEqual(
    actsOf(await planOf(empty, invoke, account)),
    staying.map(({ kind, name }) => `keep ${kind} ${name}`),
  )
  const again = actsOf(await planOf(temperature, invoke, account))
  assert.deepEqual(
    again.filter(act => /^\w+ (stream|table|bucket) /.test(act)),
    [],
  )
})

test('columns may come; what old files keep of others is said', async context => {
  const { invoke } = await opened(context)
  await applied(temperature, invoke)
  const changed = (columns: Parameters<typeof table>[1]['columns']) =>
    lakeOf(
      'temperature',
      raw,
      table('device_telemetry', {
        at: telemetry.at,
        columns: { ...columns, event_time: column.timestamp() },
        partitionBy: day('event_time', { zone: 'Asia/Tokyo' }),
      }),
    )
  const step = async (columns: Parameters<typeof table>[1]['columns']) =>
    (await planOf(changed(columns), invoke, account)).steps.find(({ kind }) => kind === 'table')
  const { device_id, temperature: degrees } = telemetry.columns
  const added = await step({ device_id, temperature: degrees, room: column.string() })
  assert.equal(added?.act, 'change')
  assert.equal(added?.warning, undefined)
  assert.deepEqual(added?.changes, [{ path: 'columns.room', from: undefined, to: { name: 'room', type: 'string' } }])
  const retyped = await step({ temperature: column.decimal(5, 2) })
  assert.equal(
    retyped?.warning,
    'files written so far keep the old type of temperature; files written so far keep device_id, which nobody reads any more',
  )
})

test('days that are cut in another zone are a change: rows that are there stay in folders of the old one', async context => {
  const { invoke } = await opened(context)
  await applied(temperature, invoke)
  const { at, columns } = telemetry
  const inUtc = lakeOf('temperature', raw, table('device_telemetry', { at, columns, partitionBy: day('event_time') }))
  const step = (await planOf(inUtc, invoke, account)).steps.find(({ kind }) => kind === 'table')
  assert.equal(step?.act, 'change')
  assert.equal(step?.warning, 'rows written so far stay in folders of the day of event_time in Asia/Tokyo')
})

test('a plan reads as lines with the counts behind them', async context => {
  const { invoke } = await opened(context)
  const small = lakeOf('small', readings, bucket('small-bucket'))
  assert.equal(
    planText(await planOf(small, invoke, account)),
    '+ bucket  small-bucket        versioned, SSE-S3\n+ stream  temperature-stream  1 shard\n\n2 to create.',
  )
  await applied(small, invoke)
  assert.equal(
    planText(await planOf(small, invoke, account)),
    'The lake small is as defined: nothing to do (2 unchanged).',
  )
  assert.equal(
    planText(await planOf(lakeOf('small', bucket('small-bucket')), invoke, account)),
    '- stream  temperature-stream\n\n1 to remove, 1 unchanged.',
  )
})
