/** A crawler's cron begins crawls by itself, through the AWS SDK's client: given, changed, stopped, started again, taken away. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  CreateCrawlerCommand,
  DeleteCrawlerCommand,
  GetCrawlerCommand,
  GlueClient,
  ListCrawlsCommand,
  StartCrawlerScheduleCommand,
  StopCrawlerScheduleCommand,
  UpdateCrawlerCommand,
  UpdateCrawlerScheduleCommand,
} from '@aws-sdk/client-glue'
import { openLake } from '../../src/lake.ts'

const Name = 'finder'
const definition = {
  ...{ Name, Role: 'finder-role', DatabaseName: 'found' },
  Targets: { S3Targets: [{ Path: 's3://crawled-data/raw/' }] },
}
const night = 'cron(15 3 * * ? *)'

async function lakeWithCrawler(schedule?: string) {
  const lake = await openLake({ directory: 'temporary', clock: 'simulated', start: '2025-10-15T00:00:00Z', seed: 5 })
  await lake.aws.s3.CreateBucket({ Bucket: 'crawled-data' })
  await lake.aws.s3.PutObject({ Bucket: 'crawled-data', Key: 'raw/a.json', Body: '{"device_id":"sensor-3"}\n' })
  const glue = new GlueClient(lake.client())
  await glue.send(new CreateCrawlerCommand({ ...definition, ...(schedule !== undefined && { Schedule: schedule }) }))
  const scheduleOf = async () => (await glue.send(new GetCrawlerCommand({ Name }))).Crawler?.Schedule
  const startsOf = async () =>
    (await glue.send(new ListCrawlsCommand({ CrawlerName: Name }))).Crawls?.map(({ StartTime }) =>
      StartTime?.toISOString().slice(0, 16),
    )
  const crawlsDue = () => lake.clock.due().filter(({ name }) => name.startsWith('crawler'))
  return { lake, glue, scheduleOf, startsOf, crawlsDue, [Symbol.asyncDispose]: () => lake.close() }
}

test('a crawler with a cron crawls at its hours, UTC, and says what it is scheduled by', async () => {
  await using at = await lakeWithCrawler(night)
  assert.deepEqual(await at.scheduleOf(), { ScheduleExpression: night, State: 'SCHEDULED' })
  assert.deepEqual(at.crawlsDue(), [{ name: 'crawler finder', at: '2025-10-15T03:15:00.000Z' }])
  await at.lake.clock.advance({ days: 2 })
  assert.deepEqual(await at.startsOf(), ['2025-10-16T03:15', '2025-10-15T03:15'])
  assert.deepEqual(
    (await at.lake.aws.glue.GetTables({ DatabaseName: 'found' })).TableList?.map(({ Name }) => Name),
    ['raw'],
  )
})

test('a schedule is stopped, started again, changed and taken away', async () => {
  await using at = await lakeWithCrawler()
  const { glue, lake } = at
  assert.equal(await at.scheduleOf(), undefined)
  await assert.rejects(glue.send(new StartCrawlerScheduleCommand({ CrawlerName: Name })), {
    name: 'NoScheduleException',
  })
  await glue.send(new UpdateCrawlerScheduleCommand({ CrawlerName: Name, Schedule: night }))
  await assert.rejects(glue.send(new StartCrawlerScheduleCommand({ CrawlerName: Name })), {
    name: 'SchedulerRunningException',
  })
  await glue.send(new StopCrawlerScheduleCommand({ CrawlerName: Name }))
  assert.deepEqual(await at.scheduleOf(), { ScheduleExpression: night, State: 'NOT_SCHEDULED' })
  await assert.rejects(glue.send(new StopCrawlerScheduleCommand({ CrawlerName: Name })), {
    name: 'SchedulerNotRunningException',
  })
  await lake.clock.advance({ days: 1 })
  assert.deepEqual(await at.startsOf(), [])
  await glue.send(new StartCrawlerScheduleCommand({ CrawlerName: Name }))
  await lake.clock.advance({ days: 1 })
  assert.deepEqual(await at.startsOf(), ['2025-10-16T03:15'])
  await glue.send(new UpdateCrawlerCommand({ Name, Description: 'every noon', Schedule: 'cron(0 12 * * ? *)' }))
  await lake.clock.advance({ days: 1 })
  assert.deepEqual(await at.startsOf(), ['2025-10-17T12:00', '2025-10-16T03:15'])
  await glue.send(new UpdateCrawlerCommand({ Name, Description: 'by hand', Schedule: '' }))
  assert.equal(await at.scheduleOf(), undefined)
  assert.deepEqual(at.crawlsDue(), [])
})

test('an update that names no schedule leaves it, and a crawler that is deleted crawls no more', async () => {
  await using at = await lakeWithCrawler(night)
  await at.glue.send(new UpdateCrawlerCommand({ Name, Description: 'as before' }))
  assert.equal((await at.scheduleOf())?.State, 'SCHEDULED')
  await at.glue.send(new DeleteCrawlerCommand({ Name }))
  assert.deepEqual(at.crawlsDue(), [])
  await at.glue.send(new CreateCrawlerCommand(definition))
  assert.equal(await at.scheduleOf(), undefined)
})

for (const [schedule, reason] of [
  ['rate(5 minutes)', /A crawler takes cron\(minutes hours/],
  ['cron(0 25 * * ? *)', /Invalid schedule expression cron\(0 25 \* \* \? \*\)/],
  ['cron(0/2 * * * ? *)', /A crawler runs at most every five minutes/],
] as const)
  test(`${schedule} is refused, and no crawler is made of it`, async () => {
    await using at = await lakeWithCrawler(night)
    const other = { ...definition, Name: 'other', Schedule: schedule }
    await assert.rejects(at.glue.send(new CreateCrawlerCommand(other)), {
      ...{ name: 'InvalidInputException', message: reason },
    })
    await assert.rejects(at.glue.send(new GetCrawlerCommand({ Name: 'other' })), { name: 'EntityNotFoundException' })
    const change = new UpdateCrawlerScheduleCommand({ CrawlerName: Name, Schedule: schedule })
    await assert.rejects(at.glue.send(change), { name: 'InvalidInputException' })
    assert.deepEqual(await at.scheduleOf(), { ScheduleExpression: night, State: 'SCHEDULED' })
  })

test('a lake that is opened again goes on by the schedules of its crawlers', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'biwa-crawler-schedule-'))
  try {
    const options = { directory, clock: 'simulated', seed: 1 } as const
    const first = await openLake({ ...options, start: '2025-10-15T00:00:00Z' })
    await first.aws.s3.CreateBucket({ Bucket: 'crawled-data' })
    await first.aws.glue.CreateCrawler({ ...definition, Schedule: night })
    await first.close()
    await using second = await openLake({ ...options, start: '2025-10-15T01:00:00Z' })
    await second.clock.advance({ hours: 3 })
    assert.equal((await second.aws.glue.ListCrawls({ CrawlerName: Name })).Crawls?.length, 1)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
