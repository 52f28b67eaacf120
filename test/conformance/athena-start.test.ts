/**
 * What is refused before it becomes a query, in which order, and what is asked of a result's pages, with the AWS SDK. Measured on
 * AWS: docs/dev/measurements/{statements,errors,query-results,client-request-token}.md of aoyagikouhei/athena-local.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { GetQueryExecutionCommand, GetQueryResultsCommand, ListWorkGroupsCommand } from '@aws-sdk/client-athena'
import { lakeOfTables } from '../testing/athena.ts'

const { queries, close } = await lakeOfTables()
after(close)
const { athena } = queries
const refused = (AthenaErrorCode: string, message: string | RegExp) => ({
  name: 'InvalidRequestException',
  AthenaErrorCode,
  message,
})

for (const [sql, message] of [
  ['SELEC 1', /^line 1:1: mismatched input 'SELEC'\. Expecting: 'ALTER', 'ANALYZE', .*'USE', <query>$/],
  ['SELECT', /^line 1:7: mismatched input '<EOF>'\. Expecting: /],
  ['SELECT 1 +', /^line 1:11: mismatched input '<EOF>'\. Expecting: <expression>$/],
  ['SELECT 1 +;', /^line 1:11: mismatched input '<EOF>'\. Expecting: <expression>$/],
  ['\n\n  SELECT (1', /^line 1:10: mismatched input '<EOF>'/],
  ['INSERT INTO ids SELECT 1 +', /^line 1:27: mismatched input '<EOF>'/],
  ['CREATE TABLE ids AS SELECT 1 +', /^line 1:31: mismatched input '<EOF>'/],
  ['CREATE VIEW ids AS SELECT 1 +', /^line 1:30: mismatched input '<EOF>'/],
  ['EXPLAIN SELECT 1 +', /^line 1:19: mismatched input '<EOF>'/],
  ['-- only', /^line 1:8: mismatched input '<EOF>'/],
  [';', 'Empty sql statement: ;'],
  ['SELECT 1; SELECT 2 ', 'Only one sql statement is allowed. Got: SELECT 1; SELECT 2'],
  ['  SELEC 1; -- c', 'Only one sql statement is allowed. Got:   SELEC 1; -- c'],
] as const)
  test(`${JSON.stringify(sql)} is refused and becomes no query`, () =>
    assert.rejects(queries.start(sql), refused('MALFORMED_QUERY', message)))

test('a query that ends where its tables would begin is refused without a place', () =>
  assert.rejects(queries.start('SELECT * FROM'), refused('INVALID_INPUT', 'Queries of this type are not supported')))

test('of a query that values make unreadable the same is said', () =>
  assert.rejects(
    queries.start('SELECT ? +', { ExecutionParameters: ['7'] }),
    refused('MALFORMED_QUERY', /^line 1:11: mismatched input '<EOF>'/),
  ))

for (const [sql, kept] of [
  ['  SELECT 1  ;  ', 'SELECT 1'],
  ['; SELECT 1', 'SELECT 1'],
  ['-- c\nSELECT\n  1 ;;\n', '-- c\nSELECT\n  1'],
  ["SELECT 'a;b' -- ;", "SELECT 'a;b' -- ;"],
] as const)
  test(`${JSON.stringify(sql)} is kept as ${JSON.stringify(kept)}`, async () => {
    assert.equal((await queries.succeed(sql)).Query, kept)
  })

test('the location is looked at before the statement, and the statement before the token', async () => {
  const ResultConfiguration = { OutputLocation: 'no-path' }
  const noPath = refused('INVALID_INPUT', 'outputLocation is not a valid S3 path.')
  await assert.rejects(queries.start('SELEC 1', { ResultConfiguration }), noPath)
  const ClientRequestToken = 'the-order-of-what-is-looked-at-first'
  await queries.start('SELECT 1', { ClientRequestToken })
  await assert.rejects(queries.start('SELEC 1', { ClientRequestToken }), refused('MALFORMED_QUERY', /SELEC/))
  await assert.rejects(queries.start('SELECT 1', { ClientRequestToken, ResultConfiguration }), noPath)
})

test('with its token a request is the same whatever its values and its work group, and another with a blank more', async () => {
  const ClientRequestToken = 'what-belongs-to-a-token-and-what-not'
  const id = await queries.start('SELECT ?', { ClientRequestToken, ExecutionParameters: ['1'] })
  assert.equal(await queries.start('SELECT ?', { ClientRequestToken, ExecutionParameters: ['2'] }), id)
  const mismatch = refused('IDEMPOTENT_PARAMETER_MISMATCH', 'Idempotent parameters do not match')
  for (const [sql, more] of [
    ['SELECT ? ', {}],
    ['SELECT ?;', {}],
    ['SELECT ?', { QueryExecutionContext: { Database: 'WEATHER' } }],
    ['SELECT ?', { QueryExecutionContext: { Database: 'weather', Catalog: 'AwsDataCatalog' } }],
    ['SELECT ?', { ResultConfiguration: { OutputLocation: 's3://analytics/elsewhere/' } }],
  ] as const)
    await assert.rejects(queries.start(sql, { ClientRequestToken, ExecutionParameters: ['1'], ...more }), mismatch)
})

test('what was refused has not used its token', async () => {
  const ClientRequestToken = 'a-token-of-a-statement-that-was-none'
  await assert.rejects(queries.start('SELEC 1', { ClientRequestToken }), refused('MALFORMED_QUERY', /SELEC/))
  assert.ok(await queries.start('SELECT 1', { ClientRequestToken }))
})

test('a database stands in the context as it was sent, and is found in any case', async () => {
  const QueryExecutionContext = { Database: 'WEATHER', Catalog: 'AWSDataCatalog' }
  const id = await queries.start('SHOW TABLES', { QueryExecutionContext })
  const { QueryExecutionContext: kept, Status } = await queries.end(id)
  assert.deepEqual([kept, Status?.State], [{ Database: 'WEATHER', Catalog: 'awsdatacatalog' }, 'SUCCEEDED'])
})

const resultsOf = (QueryExecutionId: string | undefined, more: object = {}) =>
  athena.send(new GetQueryResultsCommand({ QueryExecutionId, ...more }))

test('a full page names a next one, and be that empty', async () => {
  const { QueryExecutionId: id } = await queries.succeed('SELECT * FROM (VALUES 1, 2) AS t(n)')
  const first = await resultsOf(id, { MaxResults: 3 })
  assert.deepEqual([first.ResultSet?.Rows?.length, first.NextToken !== undefined], [3, true])
  const { ResultSet, NextToken } = await resultsOf(id, { MaxResults: 3, NextToken: first.NextToken })
  assert.deepEqual([ResultSet?.Rows, NextToken], [[], undefined])
  assert.equal((await resultsOf(id, { MaxResults: 4 })).NextToken, undefined)
})

test('results are asked for by id, number of rows, state and token, in this order', async () => {
  const NextToken = 'nonsense'
  const { QueryExecutionId: good } = await queries.succeed('SELECT 1')
  const { QueryExecutionId: bad } = await queries.run('SELECT 1 / 0')
  const missing = refused('QUERY_EXECUTION_NOT_FOUND', 'QueryExecution none was not found')
  await assert.rejects(resultsOf('none', { MaxResults: 1001, NextToken }), missing)
  const tooMany = refused('INVALID_INPUT', 'MaxResults is more than maximum allowed length 1000')
  await assert.rejects(resultsOf(bad, { MaxResults: 1001, NextToken }), tooMany)
  const failed = 'Query did not finish successfully. Final query state: FAILED'
  await assert.rejects(resultsOf(bad, { NextToken }), refused('INVALID_QUERY_EXECUTION_STATE', failed))
  await assert.rejects(resultsOf(good, { NextToken }), refused('INVALID_INPUT', 'Malformed nextPageToken nonsense'))
})

test('where nothing was found a token is not looked at', async () => {
  const { QueryExecutionId } = await queries.succeed("SHOW TABLES 'nothing_of_this_name'")
  assert.deepEqual((await resultsOf(QueryExecutionId, { NextToken: 'nonsense' })).ResultSet?.Rows, [])
})

test('lists say of a token that is none of theirs what it was', () =>
  assert.rejects(
    athena.send(new ListWorkGroupsCommand({ NextToken: 'nonsense' })),
    refused('INVALID_INPUT', 'The nextPageToken is malformed: nonsense'),
  ))

test('a work group that is not there is not named', () =>
  assert.rejects(queries.start('SELECT 1', { WorkGroup: 'none' }), refused('INVALID_INPUT', 'WorkGroup is not found.')))

test('a query that was not found is named', () =>
  assert.rejects(
    athena.send(new GetQueryExecutionCommand({ QueryExecutionId: 'none' })),
    refused('QUERY_EXECUTION_NOT_FOUND', 'QueryExecution none was not found'),
  ))
