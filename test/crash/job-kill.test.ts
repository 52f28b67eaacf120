/**
 * A real server is killed with SIGKILL at random instants while one job puts records through a module into a table, and
 * another replaces a table by INSERT OVERWRITE. No record is missing or twice, and the replaced table is always one whole result.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CreateJobCommand, GetJobRunCommand, GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { QueryRunner } from '../testing/athena.ts'
import { client } from '../testing/lake.ts'
import { type Server, startServer } from '../testing/server.ts'

const kills = 6
const rows = 200
const after = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))
const generation = '$' + '{GENERATION}'
/** Each result lies in partitions of its own. */
const overwrite = `INSERT OVERWRITE state SELECT ${generation} AS generation, n, ${generation} * 10 + n % 3 AS part
  FROM UNNEST(sequence(1, ${rows})) AS t (n)`
const module = 'export default (rows: { id: number }[]) => rows.map(({ id }) => ({ id, part: id % 3 }))'

const clients = (url: string) => ({
  glue: new GlueClient({ ...client(url), maxAttempts: 1 }),
  s3: new S3Client({ ...client(url), maxAttempts: 1, forcePathStyle: true }),
  queries: QueryRunner.on(url),
})
type Clients = ReturnType<typeof clients>

const put = ({ s3 }: Clients, Key: string, Body: string) =>
  s3.send(new PutObjectCommand({ Bucket: 'analytics', Key, Body }))

async function layOut(on: Clients): Promise<void> {
  await on.queries.succeed('CREATE DATABASE weather')
  for (const columns of ['items (id bigint)', 'state (generation int, n bigint)'])
    await on.queries.succeed(`CREATE EXTERNAL TABLE ${columns} PARTITIONED BY (part bigint)
      STORED AS PARQUET LOCATION 's3://analytics/${columns.split(' ')[0]}/'`)
  const source = { '--SOURCE_S3': 's3://analytics/raw/', '--SOURCE_SCHEMA': 'id bigint' }
  for (const [Name, script, text, given] of [
    [
      'items',
      'items.ts',
      module,
      { ...source, '--TARGET_TABLE': 'weather.items', '--job-bookmark-option': 'job-bookmark-enable' },
    ],
    ['state', 'state.sql', overwrite, { '--DATABASE': 'weather' }],
  ] as const) {
    await put(on, `scripts/${script}`, text)
    const Command = { Name: 'glueetl', ScriptLocation: `s3://analytics/scripts/${script}` }
    await on.glue.send(new CreateJobCommand({ Name, Role: 'any', Command, DefaultArguments: given }))
  }
}

async function run({ glue }: Clients, JobName: string, Arguments: Record<string, string> = {}): Promise<void> {
  const { JobRunId = '' } = await glue.send(new StartJobRunCommand({ JobName, Arguments }))
  for (;;) {
    const { JobRun } = await glue.send(new GetJobRunCommand({ JobName, RunId: JobRunId }))
    if (!/STARTING|RUNNING/.test(JobRun?.JobRunState ?? '')) {
      assert.equal(JobRun?.JobRunState, 'SUCCEEDED', JobRun?.ErrorMessage ?? '')
      return
    }
    await after(5)
  }
}

test('killed at any instant of a module and of INSERT OVERWRITE: each record once, and one whole table', {
  timeout: 300_000,
}, async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-kill-'))
  let server: Server = await startServer(directory)
  context.after(async () => {
    await server.kill()
    await rm(directory, { recursive: true, force: true })
  })
  await QueryRunner.open(server.url)
  await layOut(clients(server.url))
  const done = { items: 0, state: 0 }
  const started = { records: 0, generation: 0 }
  let generationDone = 0
  // A slow machine needs more lives than these to mean anything.
  for (let life = 0; life < kills || Math.min(done.items, done.state) < kills; life++) {
    const on = clients(server.url)
    let isAlive = true
    const first = Promise.withResolvers<void>()
    /** Until the server is gone, in the middle of it. */
    const repeat = async (step: () => Promise<void>) => {
      while (isAlive) {
        try {
          await step()
        } catch (cause) {
          first.resolve()
          if (cause instanceof assert.AssertionError) throw cause
          return
        }
      }
    }
    const working = Promise.all([
      repeat(async () => {
        const ids = Array.from({ length: 20 }, (_, i) => started.records + i)
        await put(on, `raw/${started.records}.json`, ids.map(id => `{"id":${id}}\n`).join(''))
        started.records += 20
        await run(on, 'items')
        done.items++
        first.resolve()
      }),
      repeat(async () => {
        const next = ++started.generation
        await run(on, 'state', { '--GENERATION': String(next) })
        generationDone = next
        done.state++
      }),
    ])
    await first.promise
    await after(Math.random() * 900)
    await server.kill()
    isAlive = false
    await working
    server = await startServer(directory)
    await checkState(clients(server.url), generationDone, started.generation)
  }

  const on = clients(server.url)
  await run(on, 'items')
  // An object of which nobody knows whether it was taken may be there, too; whatever is there is in the table once.
  const [[count, distinct, last] = []] = await on.queries.rows(
    'SELECT count(*), count(DISTINCT id), max(id) FROM items',
  )
  assert.equal(count, distinct, 'a record is twice in the table')
  assert.equal(Number(count), Number(last) + 1, 'a record is missing')
  assert.ok(Number(count) >= started.records, `${count} of ${started.records} acknowledged records`)
})

async function checkState({ queries }: Clients, atLeast: number, atMost: number): Promise<void> {
  const found = await queries.rows('SELECT generation, count(*), count(DISTINCT n) FROM state GROUP BY generation')
  const partitions = (await queries.rows('SHOW PARTITIONS state')).map(([text]) => text)
  if (atLeast === 0 && found.length === 0) return assert.deepEqual(partitions, [])
  const [[is, ...counts] = [], ...others] = found
  assert.deepEqual([counts, others], [[String(rows), String(rows)], []], 'a mixture of two tables')
  assert.ok(Number(is) >= atLeast && Number(is) <= atMost, `generation ${is}, and ${atLeast} had SUCCEEDED`)
  assert.deepEqual(
    partitions.toSorted(),
    [0, 1, 2].map(part => `part=${Number(is) * 10 + part}`),
  )
}
