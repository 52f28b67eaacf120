/**
 * A real server is killed with SIGKILL at random instants while INSERT INTO and CREATE TABLE AS run. Each of them has put in
 * all of its rows or none, with its partitions and without a file that belongs to nobody; one that SUCCEEDED is there.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { GetQueryExecutionCommand, type QueryExecution } from '@aws-sdk/client-athena'
import { GetPartitionsCommand, GlueClient, paginateGetTables } from '@aws-sdk/client-glue'
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { QueryRunner } from '../testing/athena.ts'
import { client } from '../testing/lake.ts'
import { type Server, startServer } from '../testing/server.ts'

const kills = 6
const rows = 400
const after = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))

/** What a statement of this number writes. */
const values = (id: number) => `SELECT ${id} AS id, n, n % 4 AS part FROM UNNEST(sequence(1, ${rows})) AS t (n)`
const insert = (id: number) => `INSERT INTO inserted ${values(id)}`
const create = (id: number) =>
  `CREATE TABLE made_${id} WITH (external_location = 's3://analytics/made/${id}/', partitioned_by = ARRAY['part']) AS ${values(id)}`

test('killed at any instant of INSERT INTO and CREATE TABLE AS: all rows of a statement are there, or none', {
  timeout: 300_000,
}, async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-kill-'))
  let server: Server = await startServer(directory)
  context.after(async () => {
    await server.kill()
    await rm(directory, { recursive: true, force: true })
  })
  let queries = await QueryRunner.open(server.url)
  await queries.succeed('CREATE DATABASE weather')
  await queries.succeed(
    "CREATE EXTERNAL TABLE inserted (id int, n bigint) PARTITIONED BY (part bigint) STORED AS PARQUET LOCATION 's3://analytics/inserted/'",
  )

  const succeeded = new Map<string, Set<number>>([
    ['insert', new Set()],
    ['create', new Set()],
  ])
  const cut: string[] = []
  let next = 0
  const written = () => [...succeeded.values()].reduce((sum, ids) => sum + ids.size, 0)
  // A slow machine needs more lives than these to mean anything.
  for (let life = 0; life < kills || written() <= kills || cut.length === 0; life++) {
    let isAlive = true
    const first = Promise.withResolvers<void>()
    const write = async (kind: 'insert' | 'create', sql: (id: number) => string) => {
      while (isAlive) {
        const id = next++
        let query: string | undefined
        try {
          query = await queries.start(sql(id))
          const { Status } = await ended(queries, query)
          assert.equal(Status?.State, 'SUCCEEDED', Status?.StateChangeReason ?? '')
          succeeded.get(kind)?.add(id)
          first.resolve()
        } catch (cause) {
          first.resolve()
          if (cause instanceof assert.AssertionError) throw cause
          // The server is gone, in the middle of it.
          if (query !== undefined) cut.push(query)
          return
        }
      }
    }
    const writing = Promise.all([write('insert', insert), write('create', create)])
    // Starting the engine takes longer than many statements.
    await first.promise
    await after(Math.random() * 700)
    await server.kill()
    isAlive = false
    await writing
    server = await startServer(directory)
    queries = QueryRunner.on(server.url)
  }

  for (const query of cut) assert.match((await ended(queries, query)).Status?.State ?? '', /^(SUCCEEDED|FAILED)$/)
  const counted = await queries.rows(
    'SELECT id, count(*), count(DISTINCT n), count(DISTINCT part) FROM inserted GROUP BY id',
  )
  const inserted = new Set(counted.map(([id]) => Number(id)))
  for (const [id, ...counts] of counted) assert.deepEqual(counts, [String(rows), String(rows), '4'], `INSERT ${id}`)
  for (const id of succeeded.get('insert') ?? []) assert.ok(inserted.has(id), `INSERT ${id} SUCCEEDED and is not there`)

  const glue = new GlueClient(client(server.url))
  const made = new Set<number>()
  for await (const { TableList = [] } of paginateGetTables({ client: glue }, { DatabaseName: 'weather' }))
    for (const { Name = '' } of TableList) if (Name.startsWith('made_')) made.add(Number(Name.slice('made_'.length)))
  for (const id of succeeded.get('create') ?? []) assert.ok(made.has(id), `made_${id} SUCCEEDED and is not there`)
  for (const id of made) {
    const TableName = `made_${id}`
    const { Partitions = [] } = await glue.send(new GetPartitionsCommand({ DatabaseName: 'weather', TableName }))
    assert.equal(Partitions.length, 4, TableName)
    assert.deepEqual(await queries.rows(`SELECT count(*), count(DISTINCT n) FROM ${TableName}`), [
      [String(rows), String(rows)],
    ])
  }
  const s3 = new S3Client({ ...client(server.url), forcePathStyle: true })
  const owned = new Set<number>()
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: 'analytics', Prefix: 'made/' }))
    for (const { Key = '' } of Contents) owned.add(Number(Key.split('/')[1]))
  assert.deepEqual([...owned].toSorted(), [...made].toSorted(), 'files without a table')
})

async function ended({ athena }: QueryRunner, QueryExecutionId: string): Promise<QueryExecution> {
  for (;;) {
    const { QueryExecution = {} } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))
    if (!/QUEUED|RUNNING/.test(QueryExecution.Status?.State ?? '')) return QueryExecution
    await after(5)
  }
}
