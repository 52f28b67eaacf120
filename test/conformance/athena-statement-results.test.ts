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
  ['DESCRIBE looked', 'DESC_VIEW', 'column varchar, type varchar', 0],
  ['DESC looked', 'DESC_VIEW', 'column varchar, type varchar', 0],
  ['SHOW COLUMNS IN looked', 'DESC_VIEW', 'column varchar, type varchar', 0],
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

test('a view is described by its columns with the types of a query, without a blank more', async () => {
  await queries.succeed("CREATE VIEW typed AS SELECT 1 AS n, 'a' AS s")
  for (const sql of ['DESCRIBE typed', 'DESCRIBE "typed"', 'SHOW COLUMNS FROM weather.typed'])
    assert.deepEqual(await queries.rows(sql), [['n\tinteger'], ['s\tvarchar(1)']])
})

for (const [pattern, isFound] of [
  ['weather', true],
  ['WEATHER', false],
  ['wea*', false],
  ['wea.*', true],
  ['wea%', false],
  ['weathe_', false],
  ['weathe.', true],
  ['*', true],
] as const)
  test(`SHOW DATABASES LIKE '${pattern}' ${isFound ? 'finds' : 'does not find'} weather: it is a regular expression`, async () => {
    const found = (await queries.rows(`SHOW DATABASES LIKE '${pattern}'`)).flat()
    assert.equal(found.includes('weather'), isFound)
    assert.deepEqual((await queries.rows(`SHOW SCHEMAS LIKE '${pattern}'`)).flat(), found)
  })

test('what is no regular expression fails in the words of Java', async () => {
  const { Status } = await queries.run("SHOW SCHEMAS LIKE '*ther'")
  assert.match(Status?.StateChangeReason ?? '', /Dangling meta character '\*' near index 0\n\*ther\n\^\)$/)
  assert.deepEqual([Status?.AthenaError?.ErrorCategory, Status?.AthenaError?.ErrorType], [2, 1006])
})

const list = 'expecting {IDENTIFIER, BACKQUOTED_IDENTIFIER}'
for (const [sql, message] of [
  ['DESCRIBE "seen"', `line 1:10: no viable alternative at input 'DESCRIBE "seen"'`],
  ['DESC weather."seen"', `line 1:14: no viable alternative at input 'weather."seen"'`],
  ['DESCRIBE awsdatacatalog.weather."seen"', `line 1:33: mismatched input '"seen"' ${list}`],
  ['SHOW COLUMNS FROM "seen"', `line 1:19: mismatched input '"seen"' ${list}`],
  ['/* c */ DROP TABLE IF EXISTS "none"', `line 1:30: mismatched input '"none"' ${list}`],
  ['DROP TABLE\nweather."none"', `line 2:9: no viable alternative at input 'weather."none"'`],
  ['SHOW CREATE TABLE weather."seen"', 'Queries of this type are not supported'],
  ['SHOW TABLES IN "weather"', `line 1:16: mismatched input '"weather"' ${list}`],
  [
    'ALTER TABLE weather."seen" DROP PARTITION (p = 1)',
    `line 1:21: no viable alternative at input 'ALTER TABLE weather."seen"'`,
  ],
] as const)
  test(`${JSON.stringify(sql)} is refused: Hive’s statements know no names in double quotes`, () =>
    assert.rejects(queries.start(sql), { AthenaErrorCode: 'MALFORMED_QUERY', message }))

for (const sql of [
  'DESCRIBE `seen`',
  'SHOW CREATE TABLE `weather`.`seen`',
  'DESCRIBE "looked"',
  'SHOW CREATE VIEW "looked"',
])
  test(`${sql} is taken`, async () => {
    assert.ok(await queries.succeed(sql))
  })

test('in a catalog that is not there statements are answered from the account’s own, and queries of its tables fail', async () => {
  const more = { QueryExecutionContext: { Database: 'weather', Catalog: 'Nowhere' } }
  for (const sql of ['SHOW TABLES', 'DESCRIBE seen', 'SELECT 1']) {
    const { Status, QueryExecutionContext } = await queries.run(sql, more)
    assert.deepEqual([Status?.State, QueryExecutionContext?.Catalog], ['SUCCEEDED', 'nowhere'])
  }
  for (const [sql, type, reason] of [
    ['SELECT * FROM seen', 1006, "CATALOG_NOT_FOUND: line 1:15: Catalog 'nowhere' does not exist"],
    ['EXPLAIN SELECT * FROM seen', 1006, "CATALOG_NOT_FOUND: line 1:23: Catalog 'nowhere' does not exist"],
    ['INSERT INTO seen SELECT 1', 1300, 'NOT_FOUND: Session property catalog does not exist: nowhere.'],
  ] as const) {
    const { Status } = await queries.run(sql, more)
    assert.deepEqual([Status?.AthenaError?.ErrorType, Status?.StateChangeReason], [type, reason])
  }
})

test('a token has 128 bytes at most, whatever its characters', () =>
  assert.rejects(queries.start('SELECT 1', { ClientRequestToken: 'あ'.repeat(50) }), {
    message: 'clientRequestToken exceeds maximum allowed length 128',
  }))
