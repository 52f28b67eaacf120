/**
 * The roles that a definition derives: with enforcement on the whole lake works in them, and each statement is needed, since
 * without it the part stops, and says so.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, by, column, crawler, delivery, files, job, role, stream, table } from '../../src/define/define.ts'
import type { Invoke } from '../../src/define/invoke.ts'
import { type DerivedRole, rightsOf } from '../../src/define/rights.ts'
import { account, applied, type LaidOut, lakeOf, opened, raw, readings, region, telemetry } from './lay-out.ts'

const analytics = telemetry.at.bucket
const curate = job('curate', {
  from: raw,
  into: telemetry,
  deadLetters: bucket('temperature-analytics-bucket').prefix('dead_letters/'),
  required: ['device_id'],
  sql: 'SELECT device_id, temperature, from_unixtime(timestamp) AS event_time FROM source',
})
const daily = table('daily', {
  at: bucket(analytics.name).prefix('curated/daily/'),
  columns: { device_id: column.string(), readings: column.bigint() },
  partitionBy: by('device_id'),
})
const summarize = job('summarize', {
  from: telemetry,
  into: daily,
  takes: 'all',
  write: 'replace',
  sql: 'SELECT device_id, count(*) AS readings FROM source GROUP BY device_id',
})
const uploads = crawler('uploads', { at: bucket('uploads-bucket').prefix('sensors/'), every: '1 hour' })
const idle = job('idle', {
  from: files(bucket('uploads-bucket').prefix('nothing/'), { record: { device_id: column.string() } }),
  into: table('idle_rows', { at: bucket(analytics.name).prefix('idle/'), columns: { device_id: column.string() } }),
  sql: 'SELECT device_id FROM source',
  every: '5 minutes',
})
const definition = lakeOf('temperature', curate, summarize, uploads, idle)

/** Whether a part does its work; each gives it some first. */
type Deed = (laidOut: LaidOut) => Promise<boolean>

const put = (invoke: Invoke, text: string) =>
  invoke('kinesis', 'PutRecord', {
    StreamName: readings.name,
    PartitionKey: 'sensor-3',
    Data: Buffer.from(text).toString('base64'),
  })

const delivers: Deed = async ({ lake, invoke }) => {
  const objects = async () => {
    const page = await invoke('s3', 'ListObjectsV2', { Bucket: raw.to.bucket.name, Prefix: 'raw_data/' })
    return page.KeyCount as number
  }
  const before = await objects()
  await put(invoke, '{"device_id":"sensor-3","temperature":21.37,"timestamp":1760498130.12}')
  await put(invoke, '{"temperature":20,"timestamp":1760498130.12}')
  // What was held back is tried again with pauses that grow.
  await lake.clock.advance({ minutes: 4 })
  return (await objects()) > before
}

const runs =
  (JobName: string): Deed =>
  async ({ lake, invoke }) => {
    const { JobRunId: RunId } = await invoke('glue', 'StartJobRun', { JobName })
    await lake.clock.advance({ seconds: 1 })
    const { JobRun } = await invoke('glue', 'GetJobRun', { JobName, RunId })
    const { JobRunState, ErrorMessage = '' } = JobRun as { JobRunState: string; ErrorMessage?: string }
    assert.match(ErrorMessage, /^$|is not authorized to perform/)
    return JobRunState === 'SUCCEEDED'
  }

const crawls: Deed = async ({ lake, invoke }) => {
  await invoke('glue', 'StartCrawler', { Name: 'uploads' })
  await lake.clock.advance({ seconds: 1 })
  const { Crawler } = (await invoke('glue', 'GetCrawler', { Name: 'uploads' })) as {
    Crawler: { LastCrawl?: { Status: string } }
  }
  return Crawler.LastCrawl?.Status === 'SUCCEEDED'
}

/** Within an hour. */
const isStarted =
  (last: (invoke: Invoke) => Promise<unknown>): Deed =>
  async ({ lake, invoke }) => {
    const before = await last(invoke)
    await lake.clock.advance({ minutes: 61 })
    return JSON.stringify(await last(invoke)) !== JSON.stringify(before)
  }

/** By the role in which it is done. */
const deeds: Readonly<Record<string, Deed>> = {
  'temperature-temperature-to-s3-delivery': delivers,
  'temperature-curate-job': async laidOut => {
    const [delivered, ran] = [await delivers(laidOut), await runs('curate')(laidOut)]
    assert.ok(delivered)
    return ran
  },
  'temperature-summarize-job': runs('summarize'),
  'temperature-uploads-crawler': crawls,
  'temperature-idle-job': async () => true,
  'temperature-idle-job-schedule': isStarted(async invoke => {
    const { JobRuns } = (await invoke('glue', 'GetJobRuns', { JobName: 'idle', MaxResults: 1 })) as {
      JobRuns: readonly { Id: string }[]
    }
    return JobRuns[0]?.Id
  }),
  'temperature-uploads-crawler-schedule': isStarted(async invoke => {
    const { Crawler } = (await invoke('glue', 'GetCrawler', { Name: 'uploads' })) as {
      Crawler: { LastCrawl?: { StartTime: number } }
    }
    return Crawler.LastCrawl?.StartTime
  }),
}

const roles = definition.parts.flatMap(part => rightsOf(part, definition, account))

const setRights = (invoke: Invoke, { name: RoleName, may }: Pick<DerivedRole, 'name' | 'may'>) => {
  const policy = { RoleName, PolicyName: 'biwa' }
  if (may.length === 0) return invoke('iam', 'DeleteRolePolicy', policy)
  return invoke('iam', 'PutRolePolicy', {
    ...policy,
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: may.map(({ actions, on }) => ({ Effect: 'Allow', Action: actions, Resource: on })),
    }),
  })
}

test('with enforcement on the whole lake works in its derived roles, and needs every statement of them', async context => {
  const laidOut = await opened(context, 'enforced')
  const { invoke } = laidOut
  await applied(definition, invoke)
  const Body = Buffer.from('{"device_id":"sensor-9"}\n')
  await invoke('s3', 'PutObject', {
    Bucket: 'uploads-bucket',
    Key: 'sensors/a.json',
    Body,
    ContentLength: Body.length,
  })
  assert.deepEqual(roles.map(({ name }) => name).sort(), Object.keys(deeds).sort())
  for (const [name, deed] of Object.entries(deeds)) assert.ok(await deed(laidOut), name)
  for (const derived of roles) {
    const deed = deeds[derived.name]
    assert.ok(deed)
    if (derived.name === 'temperature-idle-job') continue
    for (const right of derived.may.filter(({ onAws }) => !onAws)) {
      await setRights(invoke, { name: derived.name, may: derived.may.filter(other => other !== right) })
      assert.equal(await deed(laidOut), false, `${derived.name} does not need ${right.why}`)
      await setRights(invoke, derived)
      assert.ok(await deed(laidOut), `${derived.name} with all its rights again, after ${right.why}`)
    }
  }
})

test('rights are those of the folders and tables that a part names, and of nothing else', () => {
  const [derived] = rightsOf(curate, definition, account)
  assert.deepEqual(
    derived?.may
      .filter(({ onAws }) => !onAws)
      .flatMap(({ actions, on }) => on.map(one => `${actions.join(' ')} ${one}`)),
    [
      's3:GetObject arn:aws:s3:::temperature-analytics-bucket/_scripts/temperature/curate.sql',
      's3:GetBucketLocation s3:ListBucket arn:aws:s3:::temperature-data-bucket',
      's3:GetObject arn:aws:s3:::temperature-data-bucket/raw_data/*',
      's3:DeleteObject s3:PutObject arn:aws:s3:::temperature-analytics-bucket/curated/device_telemetry/*',
      's3:PutObject arn:aws:s3:::temperature-analytics-bucket/dead_letters/*',
      ...['catalog', 'database/temperature', 'table/temperature/device_telemetry'].map(
        resource =>
          `glue:GetDatabase glue:GetTable glue:GetPartition glue:GetPartitions glue:BatchCreatePartition arn:aws:glue:${region}:000000000000:${resource}`,
      ),
    ],
  )
})

test("keys are a right of their own: a key by its ARN, an alias as a condition on the account's keys", () => {
  const key = `arn:aws:kms:${region}:000000000000:key/1234`
  const secret = bucket('secret-bucket', { encryption: { kmsKey: key } })
  const encrypted = stream('encrypted', {
    record: { id: column.string() },
    partitionKey: 'id',
    kmsKey: 'alias/streams',
  })
  const out = delivery('out', { from: encrypted, to: secret.prefix('in/') })
  const [derived] = rightsOf(out, lakeOf('keyed', out), account)
  assert.deepEqual(
    derived?.may.filter(({ onAws }) => onAws).map(({ actions, on, when }) => ({ actions, on, when })),
    [
      {
        actions: ['kms:Decrypt'],
        on: [`arn:aws:kms:${region}:000000000000:key/*`],
        when: {
          StringEquals: { 'kms:ViaService': `kinesis.${region}.amazonaws.com` },
          'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/streams' },
        },
      },
      {
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        on: [key],
        when: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
      },
    ],
  )
})

test("a part's own role takes the place of the derived one", async context => {
  const { invoke } = await opened(context, 'enforced')
  const own = role('own', {
    for: 'firehose',
    may: [{ actions: ['s3:PutObject'], on: ['arn:aws:s3:::own-bucket/*'] }],
  })
  const direct = delivery('direct', {
    record: { id: column.string() },
    to: bucket('own-bucket').prefix('in/'),
    role: own,
  })
  const owning = lakeOf('owning', direct)
  assert.deepEqual(rightsOf(direct, owning, account), [])
  await applied(owning, invoke)
  const { Roles } = (await invoke('iam', 'ListRoles', { PathPrefix: '/biwa/owning/' })) as {
    Roles: readonly { RoleName: string }[]
  }
  assert.deepEqual(
    Roles.map(({ RoleName }) => RoleName),
    ['own'],
  )
})

test('names that AWS would not take as roles are cut, and stay apart', () => {
  const named = (name: string) => {
    const into = table('rows', { at: bucket('named-bucket').prefix('rows/'), columns: { id: column.string() } })
    const from = files(bucket('named-bucket').prefix('in/'), { record: { id: column.string() } })
    const part = job(name, { from, into, sql: 'SELECT id FROM source' })
    return rightsOf(part, lakeOf('named', part), account)[0]?.name ?? ''
  }
  const names = ['a job', 'a-job', 'x'.repeat(100), `${'x'.repeat(100)}y`].map(named)
  assert.equal(new Set(names).size, names.length)
  for (const name of names) assert.match(name, /^[\w+=,.@-]{1,64}$/)
})
