/** lake.query goes Athena's way: its rows are JavaScript's values, its figures Athena's, its failures in Athena's words. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Lake } from '../../src/in-process/lake.ts'
import { openLake, QueryFailed } from '../../src/index.ts'

let lake: Lake
before(async () => {
  lake = await openLake({
    directory: 'temporary',
    clock: 'simulated',
    start: '2025-10-15T03:04:05Z',
    region: 'ap-northeast-1',
  })
})
after(async () => {
  assert.deepEqual(lake.failures, [])
  await lake.close()
})

test('values are JavaScript’s where JavaScript has them, and Athena’s text otherwise', async () => {
  const { rows } =
    await lake.query(`SELECT 1 AS i, 9007199254740991 AS safe, 9223372036854775807 AS large, 1.5e0 AS d, true AS yes,
    CAST(NULL AS varchar) AS nothing, 'it''s' AS text, DECIMAL '12.50' AS money, DATE '2025-10-15' AS day,
    TIMESTAMP '2025-10-15 12:30:00' AS at, CAST(ARRAY[1, 2] AS JSON) AS list, ARRAY['a', 'b'] AS letters, nan() AS none`)
  assert.deepEqual(rows, [
    {
      ...{ i: 1, safe: 9007199254740991, large: 9223372036854775807n, d: 1.5, yes: true, nothing: null, text: "it's" },
      ...{
        money: '12.50',
        day: '2025-10-15',
        at: '2025-10-15 12:30:00.000',
        list: [1, 2],
        letters: '[a, b]',
        none: NaN,
      },
    },
  ])
})

test('parameters stand for question marks, whatever is in them', async () => {
  const parameters = ["'; DROP TABLE x --", 7, 0.5, 12n, false, null, new Date('2025-10-15T00:00:00Z')]
  const { rows } = await lake.query('SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f, ? AS g', { parameters })
  assert.deepEqual(rows, [{ a: parameters[0], b: 7, c: 0.5, d: 12, e: false, f: null, g: '2025-10-15 00:00:00.000' }])
})

test('what was scanned, what it would cost and where the result lies are told, and the history has it', async () => {
  const { queryExecutionId, scannedBytes, cost, outputLocation, columns } = await lake.query("SELECT 'x' AS letter")
  assert.equal(scannedBytes, 0)
  assert.equal(cost, (10 / 2 ** 20) * 5)
  assert.deepEqual(columns, [{ name: 'letter', type: 'varchar' }])
  assert.equal(outputLocation, `s3://aws-athena-query-results-000000000000-ap-northeast-1/${queryExecutionId}.csv`)
  const { QueryExecutionIds = [] } = await lake.aws.athena.ListQueryExecutions()
  assert.equal(QueryExecutionIds[0], queryExecutionId)
  assert.equal((await lake.query('CREATE DATABASE IF NOT EXISTS costless')).cost, 0)
})

test('a failure is thrown in Athena’s words, and a refusal under its name', async () => {
  await assert.rejects(lake.query('SELECT x'), error => {
    assert.ok(error instanceof QueryFailed)
    assert.match(error.message, /COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved/)
    assert.equal(error.state, 'FAILED')
    return true
  })
  await assert.rejects(lake.query('SELEC 1'), { name: 'InvalidRequestException' })
  await assert.rejects(lake.query('SELECT 1 AS x, 2 AS x'), /two columns 'x'/)
  await assert.rejects(lake.query('SELECT 1', { databse: 'x' } as never), /query takes no 'databse'/)
  await assert.rejects(lake.query('SELECT 1', { outputLocation: 's3://nowhere/' }), { name: 'InvalidRequestException' })
})

test('results of many pages come whole, or row by row', async () => {
  const sql = 'SELECT x FROM UNNEST(sequence(1, 2500)) AS t (x)'
  const { rows } = await lake.query<{ x: number }>(sql)
  assert.equal(rows.length, 2500)
  const streamed: number[] = []
  for await (const { x } of lake.queryRows<{ x: number }>(sql)) streamed.push(x)
  assert.deepEqual(
    streamed,
    rows.map(({ x }) => x),
  )
})

test('queries at once come each to its own end, while time stands still', async () => {
  const asked = Array.from({ length: 6 }, (_, n) => lake.query<{ n: number }>('SELECT ? AS n', { parameters: [n] }))
  assert.deepEqual(
    (await Promise.all(asked)).map(({ rows }) => rows[0]?.n),
    [0, 1, 2, 3, 4, 5],
  )
  assert.equal(String(lake.clock.now()), '2025-10-15T03:04:05Z')
})
