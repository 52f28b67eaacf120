/** The database `default` with the AWS SDK: nobody has to make it before a table is made in it. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { DeleteDatabaseCommand, GetDatabasesCommand, GlueClient } from '@aws-sdk/client-glue'
import { QueryRunner } from '../testing/athena.ts'
import { client, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
let glue: GlueClient

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  glue = new GlueClient(client(lake.url))
})
after(() => lake.close())
afterEach(async () => {
  for (const { Name } of await databases()) await glue.send(new DeleteDatabaseCommand({ Name }))
})

const databases = async () => (await glue.send(new GetDatabasesCommand({}))).DatabaseList ?? []
const names = async () => (await databases()).map(({ Name }) => Name)

for (const [name, sql] of [
  ['one', "CREATE EXTERNAL TABLE default.one (a int) LOCATION 's3://analytics/one/'"],
  ['two', 'CREATE VIEW default.two AS SELECT 1 AS a'],
  ['three', 'CREATE TABLE default.three AS SELECT 1 AS a'],
] as const)
  test(`${sql} makes the database`, async () => {
    assert.deepEqual(await names(), [])
    await queries.succeed(sql)
    const [made] = await databases()
    assert.deepEqual([made?.Name, made?.Description], ['default', 'Default Hive database'])
    assert.deepEqual(await queries.rows('SHOW TABLES IN default'), [[name]])
  })

test('one that was made is left as it is', async () => {
  await queries.succeed("CREATE DATABASE default COMMENT 'ours'")
  await queries.succeed("CREATE EXTERNAL TABLE default.one (a int) LOCATION 's3://analytics/one/'")
  assert.deepEqual(
    (await databases()).map(({ Description }) => Description),
    ['ours'],
  )
})

test('a statement that fails makes none, and no other database is made so', async () => {
  assert.match(await queries.fail('CREATE VIEW default.v AS SELECT * FROM default.nowhere'), /TABLE_NOT_FOUND/)
  assert.match(
    await queries.fail("CREATE EXTERNAL TABLE other.t (a int) LOCATION 's3://analytics/t/'"),
    /Database does not exist: other/,
  )
  assert.deepEqual(await names(), [])
})

test('the lake itself reported no failure', () => assert.deepEqual(lake.failures, []))
