// What does a job cost that finds nothing to do? A simulated day of a job that a trigger starts every five minutes, over a
// source whose objects it has all taken: 288 runs, each a run as any other, with its record and its events. Prints the time of
// the whole and of one run, and how much of that the processor worked (on a busy machine the rest is waiting for it); the promise is under 1 s for the day.
//
//     node bench/job-idle.ts [--objects 1000] [--days 1] [--durable]
//
// The lake is a test's, which keeps nothing; with --durable every change is synced to the disk.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openLake } from '../src/lake.ts'

const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '1000' },
    days: { type: 'string', default: '1' },
    durable: { type: 'boolean', default: false },
  },
})
const objects = Number(values.objects)
const days = Number(values.days)
const script = `UNLOAD (SELECT id FROM source) TO 's3://lake/curated/' WITH (format = 'PARQUET')`

const durable = values.durable ? await mkdtemp(join(tmpdir(), 'biwa-bench-idle-')) : undefined
const lake = await openLake({ directory: durable ?? 'temporary', clock: 'simulated', start: '2025-10-15T00:00:00Z' })
try {
  await layOut()
  // The first day takes the objects, and warms what a lake has warm that has been up for a day.
  await lake.clock.advance({ hours: 24 })
  const [from, busy] = [performance.now(), process.cpuUsage()]
  await lake.clock.advance({ hours: 24 * days })
  const milliseconds = performance.now() - from
  const { user, system } = process.cpuUsage(busy)
  const { JobRuns = [] } = await lake.aws.glue.GetJobRuns({ JobName: 'idle', MaxResults: 200 })
  const wrong = JobRuns.find(run => run.JobRunState !== 'SUCCEEDED' || !run.StateDetail?.startsWith('Nothing new'))
  if (JobRuns.length < 200 || wrong) throw new Error(`a run was not idle: ${JSON.stringify(wrong)}`)
  const runs = days * 288
  console.log(
    `${runs} runs over ${objects} objects, ${durable ? 'synced' : 'temporary'}: ${milliseconds.toFixed(0)} ms, ` +
      `${(milliseconds / runs).toFixed(2)} ms a run, of which the processor worked ${((user + system) / 1000 / runs).toFixed(2)} ms`,
  )
} finally {
  await lake.close()
  if (durable) await rm(durable, { recursive: true, force: true })
}

async function layOut(): Promise<void> {
  const { s3, glue } = lake.aws
  await s3.CreateBucket({ Bucket: 'lake' })
  const put = (Key: string, text: string) =>
    s3.PutObject({ Bucket: 'lake', Key, Body: text, ContentLength: Buffer.byteLength(text) })
  await put('scripts/idle.sql', script)
  for (let id = 0; id < objects; id += 1) await put(`raw/${id}.json`, `{"id":${id}}\n`)
  await glue.CreateJob({
    Name: 'idle',
    Role: 'job-role',
    Command: { Name: 'glueetl', ScriptLocation: 's3://lake/scripts/idle.sql' },
    DefaultArguments: {
      '--SOURCE_S3': 's3://lake/raw/',
      '--SOURCE_SCHEMA': 'id bigint',
      '--job-bookmark-option': 'job-bookmark-enable',
    },
  })
  await glue.CreateTrigger({
    Name: 'every-five-minutes',
    Type: 'SCHEDULED',
    Schedule: 'cron(0/5 * * * ? *)',
    Actions: [{ JobName: 'idle' }],
    StartOnCreation: true,
  })
}
