/** Question marks with the AWS SDK: ExecutionParameters, prepared statements by operations and by statements, and what is refused. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  BatchGetPreparedStatementCommand,
  CreatePreparedStatementCommand,
  DeletePreparedStatementCommand,
  GetPreparedStatementCommand,
  paginateListPreparedStatements,
  UpdatePreparedStatementCommand,
} from '@aws-sdk/client-athena'
import { QueryRunner } from '../testing/athena.ts'
import { startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let queries: QueryRunner
const WorkGroup = 'primary'

before(async () => {
  lake = await startLake()
  queries = await QueryRunner.open(lake.url)
  await queries.succeed('CREATE DATABASE weather')
  await queries.succeed("CREATE TABLE t AS SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'it''s')) AS v (n, text)")
})
after(() => lake.close())

test('ExecutionParameters stand for the question marks in their order, and are told of the query', async () => {
  const sql = "SELECT text FROM t WHERE n >= ? AND text <> ? AND '?' = '?' ORDER BY n LIMIT ?"
  const ExecutionParameters = ['2', "'b'", '5']
  assert.deepEqual(await queries.rows(sql, { ExecutionParameters }), [["it's"]])
  const query = await queries.succeed(sql, { ExecutionParameters })
  assert.deepEqual([query.Query, query.ExecutionParameters], [sql, ExecutionParameters])
})

test('a value is one constant, whatever it says', async () => {
  assert.deepEqual(await queries.rows('SELECT n FROM t WHERE n = ?', { ExecutionParameters: ['1 + 1 -- more'] }), [
    ['2'],
  ])
  assert.deepEqual(await queries.rows('SELECT n FROM t WHERE text = ?', { ExecutionParameters: ["'it''s'"] }), [['3']])
  assert.match(
    await queries.fail('SELECT n FROM t WHERE n = ?', { ExecutionParameters: ['(SELECT 1)'] }),
    /^EXPRESSION_NOT_CONSTANT/,
  )
  assert.match(
    await queries.fail('SELECT ?', { ExecutionParameters: ['nofunction(1)'] }),
    /^FUNCTION_NOT_FOUND: .*nofunction/,
  )
})

test('a value that is no constant stands for its own text', async () => {
  const values = ['1) OR (1 = 1', 'text', '1 OR n = n', "'a", "it's", '1; DROP TABLE t', '?', 'Lake Biwa', '10.0.0.1']
  for (const value of values)
    assert.deepEqual(await queries.rows('SELECT ?', { ExecutionParameters: [value] }), [[value]])
  assert.deepEqual(await queries.rows('SELECT n FROM t WHERE text = ?', { ExecutionParameters: ['b'] }), [['2']])
  // Words of the language and names of columns among them.
  for (const value of [
    'day',
    'Year',
    'year = year',
    'date',
    'OR',
    'Table 5',
    'With love',
    'interval - 1',
    '*',
    '#1',
    '3rd',
  ])
    assert.deepEqual(
      await queries.rows('SELECT x FROM (VALUES (?, 1, 2, 3, 4)) AS t(x, day, year, date, interval) WHERE x = ?', {
        ExecutionParameters: [value, value],
      }),
      [[value]],
    )
  const expressions = [
    ['1 + 1', '2'],
    ["CAST('5' AS integer) BETWEEN 1 AND 9", 'true'],
    ["INTERVAL '1-2' YEAR TO MONTH", '1-2'],
    ["DATE '2025-01-31' + INTERVAL '1' DAY", '2025-02-01'],
    ["TIMESTAMP '2025-01-31 10:00:00 UTC' AT TIME ZONE 'Asia/Tokyo'", '2025-01-31 19:00:00.000 Asia/Tokyo'],
    ['CAST(ARRAY[1, NULL] AS array(double))[1] = 1', 'true'],
  ] as const
  for (const [value, shown] of expressions)
    assert.deepEqual(await queries.rows('SELECT ?', { ExecutionParameters: [value] }), [[shown]])
})

test('as many values as question marks', async () => {
  const words = /^INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected 2 but found 1/
  assert.match(await queries.fail('SELECT n FROM t WHERE n = ? OR n = ?', { ExecutionParameters: ['1'] }), words)
  assert.match(await queries.fail('SELECT n FROM t WHERE n = ?'), /expected 1 but found 0/)
  assert.deepEqual(await queries.rows("SELECT '?'", { ExecutionParameters: ['1'] }), [['?']])
  await assert.rejects(queries.start('SHOW TABLES', { ExecutionParameters: ['1'] }), {
    name: 'InvalidRequestException',
  })
})

test('PREPARE keeps a statement in the work group, EXECUTE runs it, DEALLOCATE PREPARE forgets it', async () => {
  const prepared = await queries.succeed('PREPARE ByText FROM SELECT n FROM t WHERE text = ? ORDER BY n')
  assert.deepEqual([prepared.StatementType, prepared.SubstatementType], ['DDL', 'PREPARE'])
  assert.deepEqual(await queries.rows("EXECUTE ByText USING 'b'"), [['2']])
  assert.deepEqual(await queries.rows('EXECUTE ByText', { ExecutionParameters: ["'a'"] }), [['1']])
  assert.match(await queries.fail('EXECUTE ByText USING 1, 2'), /expected 1 but found 2/)
  assert.match(await queries.fail('PREPARE ByText FROM SELECT 1'), /already exists/)
  await queries.succeed('DEALLOCATE PREPARE ByText')
  await assert.rejects(queries.start("EXECUTE ByText USING 'b'"), {
    name: 'InvalidRequestException',
    message: 'PreparedStatement ByText was not found in workGroup primary',
  })
})

test('a prepared INSERT writes', async () => {
  await queries.succeed('PREPARE add_row FROM INSERT INTO t SELECT ?, ?')
  await queries.succeed("EXECUTE add_row USING 10, 'ten'")
  assert.deepEqual(await queries.rows('SELECT text FROM t WHERE n = 10'), [['ten']])
})

test('the operations create, tell, list, change and delete prepared statements', async () => {
  const { athena } = queries
  for (const StatementName of ['one', 'two', 'three'])
    await athena.send(
      new CreatePreparedStatementCommand({ StatementName, WorkGroup, QueryStatement: 'SELECT ?', Description: 'd' }),
    )
  const again = new CreatePreparedStatementCommand({ StatementName: 'one', WorkGroup, QueryStatement: 'SELECT 1' })
  await assert.rejects(athena.send(again), { name: 'InvalidRequestException' })
  const names: (string | undefined)[] = []
  for await (const page of paginateListPreparedStatements({ client: athena, pageSize: 1 }, { WorkGroup }))
    names.push(...(page.PreparedStatements ?? []).map(({ StatementName }) => StatementName))
  assert.deepEqual(names, ['add_row', 'one', 'three', 'two'])
  await athena.send(new UpdatePreparedStatementCommand({ StatementName: 'one', WorkGroup, QueryStatement: 'SELECT 2' }))
  const get = new GetPreparedStatementCommand({ StatementName: 'one', WorkGroup })
  const { PreparedStatement } = await athena.send(get)
  assert.equal(PreparedStatement?.QueryStatement, 'SELECT 2')
  assert.equal(PreparedStatement?.WorkGroupName, 'primary')
  assert.ok(PreparedStatement?.LastModifiedTime instanceof Date)
  const { PreparedStatements, UnprocessedPreparedStatementNames } = await athena.send(
    new BatchGetPreparedStatementCommand({ PreparedStatementNames: ['two', 'nope'], WorkGroup }),
  )
  assert.deepEqual(
    PreparedStatements?.map(({ StatementName }) => StatementName),
    ['two'],
  )
  assert.deepEqual(
    UnprocessedPreparedStatementNames?.map(({ StatementName }) => StatementName),
    ['nope'],
  )
  await athena.send(new DeletePreparedStatementCommand({ StatementName: 'one', WorkGroup }))
  await assert.rejects(athena.send(get), { name: 'ResourceNotFoundException' })
})

test('only queries can be prepared', () =>
  assert.rejects(
    queries.athena.send(
      new CreatePreparedStatementCommand({ StatementName: 'drop', WorkGroup, QueryStatement: 'DROP TABLE t' }),
    ),
    { name: 'InvalidRequestException' },
  ))
