/** What statements answer with besides rows, with the AWS SDK: where it lies, how it counts, and what is left of a failure. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { GetQueryResultsCommand } from '@aws-sdk/client-athena'
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { lakeOfTables } from '../testing/athena.ts'
import { client } from '../testing/lake.ts'

const { queries, url, put, close } = await lakeOfTables()
after(close)
const { athena } = queries
const s3 = new S3Client({ ...client(url), forcePathStyle: true })

await put('seen/p=1/a.csv', '1\n')
await queries.succeed(
  "CREATE EXTERNAL TABLE seen (n int) PARTITIONED BY (p string) ROW FORMAT DELIMITED LOCATION 's3://analytics/seen/'",
)
await queries.succeed('MSCK REPAIR TABLE seen')
await queries.succeed('CREATE VIEW looked AS SELECT n FROM seen')

type Ended = Awaited<ReturnType<typeof queries.succeed>>
const keyOf = ({ ResultConfiguration }: Ended) =>
  ResultConfiguration?.OutputLocation?.replace('s3://analytics/', '') ?? ''
const textOf = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: 'analytics', Key }))).Body?.transformToString()
const isThere = (Key: string) =>
  s3.send(new HeadObjectCommand({ Bucket: 'analytics', Key })).then(
    () => true,
    () => false,
  )
const resultsOf = ({ QueryExecutionId }: Ended) => athena.send(new GetQueryResultsCommand({ QueryExecutionId }))

test('lines of text stand in their object without a line break behind the last', async () => {
  const shown = await queries.succeed('SHOW COLUMNS IN seen')
  assert.equal(await textOf(keyOf(shown)), `${'n'.padEnd(20)}\n${'p'.padEnd(20)}`)
  assert.deepEqual(await queries.rows('SHOW COLUMNS IN seen'), [['n'.padEnd(20)], ['p'.padEnd(20)]])
})

test('a plan is a query’s result: its first line is the name of its column, and no row is counted', async () => {
  const plan = await queries.succeed('EXPLAIN SELECT 1 AS one')
  assert.deepEqual([plan.StatementType, plan.SubstatementType], ['DML', 'EXPLAIN'])
  const { UpdateCount, ResultSet } = await resultsOf(plan)
  assert.equal(UpdateCount, undefined)
  const lines = (ResultSet?.Rows ?? []).map(row => row.Data?.[0]?.VarCharValue ?? '')
  assert.equal(lines[0], 'Query Plan')
  assert.equal(await textOf(keyOf(plan)), lines.join('\n'))
})

for (const [sql, kind, names, count] of [
  ['SHOW TABLES', 'SHOW_TABLES', 'tab_name string', 0],
  ['SHOW TABLES IN awsdatacatalog.weather', 'SHOW_TABLES', 'tab_name string', 0],
  ['SHOW TBLPROPERTIES seen', 'SHOW_TABLE_PROPERTIES', 'prpt_name string, prpt_value string', 0],
  ['SHOW VIEWS', 'SHOW_VIEWS', 'views varchar', 0],
  ['SHOW CREATE VIEW looked', 'SHOW_CREATE_VIEW', 'create view varchar', 0],
  ['SHOW CREATE TABLE seen', 'SHOW_CREATE_TABLE', 'createtab_stmt string', undefined],
  ['DESCRIBE seen', 'DESCRIBE_TABLE', 'col_name string, data_type string, comment string', undefined],
] as const)
  test(`${sql}: ${kind} with the columns ${names}`, async () => {
    const shown = await queries.succeed(sql)
    assert.deepEqual([shown.StatementType, shown.SubstatementType], ['UTILITY', kind])
    const { UpdateCount, ResultSet } = await resultsOf(shown)
    assert.equal(UpdateCount, count)
    const columns = ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
    assert.equal(columns.map(({ Name, Type }) => `${Name} ${Type}`).join(', '), names)
  })

test('a statement that changes the catalog leaves an empty text, and nothing beside it', async () => {
  const changed = await queries.succeed("ALTER TABLE seen SET TBLPROPERTIES ('k' = 'v')")
  assert.deepEqual([await textOf(keyOf(changed)), await isThere(`${keyOf(changed)}.metadata`)], ['', false])
})

test('a statement of Hive that fails leaves the reason where its text would be, and an empty result', async () => {
  for (const [sql, reason] of [
    ['SHOW TABLES IN nowhere', 'FAILED: SemanticException [Error 10072]: Database does not exist: nowhere'],
    ['DROP TABLE nothing', 'FAILED: SemanticException [Error 10001]: Table not found weather.nothing'],
  ] as const) {
    const failed = await queries.run(sql)
    assert.deepEqual([failed.Status?.State, failed.Status?.StateChangeReason], ['FAILED', reason])
    assert.equal(await textOf(keyOf(failed)), reason)
    assert.deepEqual((await resultsOf(failed)).ResultSet?.Rows, [])
  }
})

for (const sql of ['DESCRIBE nothing', 'SHOW COLUMNS IN nothing', 'DESC weather.nothing'])
  test(`${sql} is refused before it becomes a query, as the table is not there`, async () => {
    await assert.rejects(queries.start(sql), {
      name: 'InvalidRequestException',
      AthenaErrorCode: 'INVALID_INPUT',
      message: /^Entity Not Found \(Service: /,
    })
  })

for (const [sql, type] of [
  ['SELECT * FROM nothing', 1301],
  ['SELECT nothing FROM seen', 1006],
  ['SELECT nothing(n) FROM seen', 1303],
  ["SELECT n + 'a' FROM seen", 1002],
  ['SELECT 1 / 0', 1001],
  ["SELECT CAST('a' AS integer)", 1100],
  ['CREATE TABLE ids AS SELECT uuid() AS id', 1200],
] as const)
  test(`${sql} fails with the error of type ${type}`, async () => {
    const { AthenaError } = (await queries.run(sql)).Status ?? {}
    assert.deepEqual([AthenaError?.ErrorCategory, AthenaError?.ErrorType], [2, type])
  })

test('what breaks a constraint of Athena’s model is an invalid request, as everything is that Athena refuses', async () => {
  await assert.rejects(athena.send(new GetQueryResultsCommand({ QueryExecutionId: 'q', MaxResults: 0 })), {
    name: 'InvalidRequestException',
    AthenaErrorCode: 'INVALID_INPUT',
    message: /^1 validation error detected: .* at 'maxResults' failed to satisfy constraint/,
  })
})

test('a token that comes again with another query or database is told so', async () => {
  const ClientRequestToken = 'once-and-only-once-and-only-once'
  const id = await queries.start('SELECT 1', { ClientRequestToken })
  assert.equal(await queries.start('SELECT 1', { ClientRequestToken }), id)
  for (const [sql, more] of [
    ['SELECT 2', {}],
    ['SELECT 1', { QueryExecutionContext: { Database: 'default' } }],
  ] as const)
    await assert.rejects(queries.start(sql, { ...more, ClientRequestToken }), {
      name: 'InvalidRequestException',
      AthenaErrorCode: 'IDEMPOTENT_PARAMETER_MISMATCH',
    })
})
