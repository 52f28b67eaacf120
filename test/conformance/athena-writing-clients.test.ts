/** CREATE TABLE AS, INSERT INTO, UNLOAD, PREPARE and EXECUTE from boto3 and the AWS CLI, as people type them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { QueryRunner } from '../testing/athena.ts'
import { startLake } from '../testing/lake.ts'
import { awsJson, python, withoutAwsCli, withoutBoto3 } from '../testing/programs.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  await queries.succeed('CREATE DATABASE weather')
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

test('boto3 makes a table, adds to it, prepares and executes over it, and unloads it', {
  skip: withoutBoto3,
}, async () => {
  const out = await python(
    lake.url,
    `import boto3, json, time, gzip
athena, s3 = boto3.client('athena'), boto3.client('s3')
def run(sql, **more):
    started = athena.start_query_execution(QueryString=sql, QueryExecutionContext={'Database': 'weather'},
        ResultConfiguration={'OutputLocation': 's3://analytics/boto/'}, **more)['QueryExecutionId']
    while True:
        query = athena.get_query_execution(QueryExecutionId=started)['QueryExecution']
        if query['Status']['State'] not in ('QUEUED', 'RUNNING'): break
        time.sleep(0.05)
    assert query['Status']['State'] == 'SUCCEEDED', query['Status']
    return query
def rows(sql, **more):
    page = athena.get_query_results(QueryExecutionId=run(sql, **more)['QueryExecutionId'])
    return [[cell.get('VarCharValue') for cell in row['Data']] for row in page['ResultSet']['Rows']][1:]
made = run("CREATE TABLE readings WITH (format = 'PARQUET', partitioned_by = ARRAY['day']) AS SELECT 'a' AS device, 20.5 AS degrees, '2025-10-14' AS day")
added = run("INSERT INTO readings VALUES ('b', 25e0, '2025-10-15'), ('c', 30e0, '2025-10-15')")
count = athena.get_query_results(QueryExecutionId=added['QueryExecutionId'])['UpdateCount']
athena.create_prepared_statement(StatementName='above', WorkGroup='primary', QueryStatement='SELECT device FROM readings WHERE degrees > ? AND day = ? ORDER BY 1')
above = rows("EXECUTE above USING 22e0, '2025-10-15'")
again = rows('EXECUTE above', ExecutionParameters=['28', "'2025-10-15'"])
run('PREPARE below FROM SELECT device FROM readings WHERE degrees < ?')
below = rows('EXECUTE below USING 21')
text = athena.get_prepared_statement(StatementName='below', WorkGroup='primary')['PreparedStatement']['QueryStatement']
run('DEALLOCATE PREPARE below')
names = [one['StatementName'] for one in athena.list_prepared_statements(WorkGroup='primary')['PreparedStatements']]
unloaded = run("UNLOAD (SELECT device, degrees FROM readings ORDER BY 1) TO 's3://analytics/unloaded/' WITH (format = 'JSON')")
manifest = unloaded['Statistics']['DataManifestLocation'].split('/', 3)[3]
listed = s3.get_object(Bucket='analytics', Key=manifest)['Body'].read().decode().split()
lines = [json.loads(line) for path in listed for line in gzip.decompress(s3.get_object(Bucket='analytics', Key=path.split('/', 3)[3])['Body'].read()).splitlines()]
print(json.dumps([made['SubstatementType'], count, above, again, below, text, names, sorted(line['device'] for line in lines)]))`,
  )
  assert.deepEqual(JSON.parse(out), [
    'CREATE_TABLE_AS_SELECT',
    2,
    [['b'], ['c']],
    [['c']],
    [['a']],
    'SELECT device FROM readings WHERE degrees < ?',
    ['above'],
    ['a', 'b', 'c'],
  ])
})

test('the CLI prepares a statement, executes it with its values, and reads the answer', {
  skip: withoutAwsCli,
}, async () => {
  const statement = 'SELECT ? || word AS greeting FROM (VALUES (?)) AS t (word)'
  await awsJson(lake.url, [
    ...['athena', 'create-prepared-statement', '--statement-name', 'greet', '--work-group', 'primary'],
    ...['--query-statement', statement],
  ])
  const { QueryExecutionId } = await awsJson<{ QueryExecutionId: string }>(lake.url, [
    ...['athena', 'start-query-execution', '--query-string', 'EXECUTE greet'],
    ...['--execution-parameters', "'hello, '", "'lake'"],
    ...['--result-configuration', 'OutputLocation=s3://analytics/cli/'],
  ])
  await queries.end(QueryExecutionId)
  const { ResultSet } = await awsJson<{ ResultSet: { Rows: { Data: { VarCharValue?: string }[] }[] } }>(lake.url, [
    ...['athena', 'get-query-results', '--query-execution-id', QueryExecutionId],
  ])
  assert.deepEqual(
    ResultSet.Rows.map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue)),
    [['greeting'], ['hello, lake']],
  )
})

test('the CLI makes a table of a query and unloads it', { skip: withoutAwsCli }, async () => {
  for (const sql of [
    "CREATE TABLE words WITH (format = 'TEXTFILE', field_delimiter = '|') AS SELECT 1 AS n, 'one' AS word",
    "UNLOAD (SELECT * FROM words) TO 's3://analytics/words/' WITH (format = 'TEXTFILE', compression = 'NONE')",
  ]) {
    const { QueryExecutionId } = await awsJson<{ QueryExecutionId: string }>(lake.url, [
      ...['athena', 'start-query-execution', '--query-string', sql, '--query-execution-context', 'Database=weather'],
      ...['--result-configuration', 'OutputLocation=s3://analytics/cli/'],
    ])
    const { Status } = await queries.end(QueryExecutionId)
    assert.equal(Status?.State, 'SUCCEEDED', Status?.StateChangeReason ?? '')
  }
  const { Contents } = await awsJson<{ Contents: { Key: string; Size: number }[] }>(lake.url, [
    ...['s3api', 'list-objects-v2', '--bucket', 'analytics', '--prefix', 'words/'],
  ])
  assert.deepEqual(
    Contents.map(({ Size }) => Size),
    ['1\u0001one\n'.length],
  )
})
