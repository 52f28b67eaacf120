/** What `checkDefinition` finds in SQL is said with what there is instead. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, column, delivery, job, lake, stream, table } from '../../src/define/define.ts'
import { checkDefinition } from '../../src/running/check.ts'

const place = bucket('shop-warehouse')
const orders = stream('orders', {
  record: { order_id: column.string(), amount: column.double() },
  partitionKey: 'order_id',
})
const landed = delivery('orders-to-s3', { from: orders, to: bucket('shop-raw') })
const prices = table('prices', { at: place.prefix('prices/'), columns: { amount: column.double() } })
const sales = table('sales', { at: place.prefix('sales/'), columns: { order_id: column.string() } })

async function textsOf(sql: string, reads: readonly (typeof prices)[] = []): Promise<readonly string[]> {
  const book = job('book', { from: landed, into: sales, reads, sql })
  const { findings } = await checkDefinition(lake('shop', { region: 'ap-northeast-1', parts: [book] }))
  return findings.filter(({ level }) => level === 'mistake').map(({ text }) => text)
}

test('a column that is not there is told with the columns that are', async () => {
  assert.deepEqual(await textsOf('SELECT ordr_id AS order_id FROM source, prices', [prices]), [
    "COLUMN_NOT_FOUND: line 1:8: Column 'ordr_id' cannot be resolved or requester is not authorized to access requested resources: source has order_id, amount; prices has amount.",
  ])
})

test('a table that a job does not read is told with how it would', async () => {
  assert.deepEqual(await textsOf('SELECT order_id FROM source, prices'), [
    'TABLE_NOT_FOUND: There is no prices here; the statement may read source. A job reads another table of the definition when its reads name it: reads: [tariff].',
  ])
})

test('jobs whose rows come back to where they began are a mistake, unless one of them replaces its table', async () => {
  const columns = { x: column.string() }
  const named = (name: string) => table(name, { at: place.prefix(`${name}/`), columns })
  const [a, b, c] = [named('a'), named('b'), named('c')]
  const circle = (write: 'append' | 'replace') => [
    job('one', { from: a, into: b, sql: 'SELECT x FROM source' }),
    job('two', { from: b, into: c, sql: 'SELECT x FROM source' }),
    job('three', { from: c, into: a, sql: 'SELECT x FROM source', write, takes: write === 'append' ? 'new' : 'all' }),
  ]
  const found = async (write: 'append' | 'replace') => {
    const { findings } = await checkDefinition(lake('round', { region: 'ap-northeast-1', parts: circle(write) }))
    return findings.filter(({ level }) => level === 'mistake').map(({ part, text }) => `${part}: ${text}`)
  }
  assert.deepEqual(await found('replace'), [])
  assert.deepEqual(await found('append'), [
    "job one: It reads what it has written itself: one adds to b, two adds to c, three adds to a, which one reads, so rows come again with every round. Let one of these jobs read something else, or write: 'replace'.",
  ])
})

test('a table of JSON may lie where a delivery puts its records, and none that a job writes', async () => {
  const columns = { order_id: column.string(), amount: column.double() }
  const at = bucket('shop-raw')
  const mistakes = async (...parts: Parameters<typeof lake>[1]['parts']) => {
    const { findings } = await checkDefinition(lake('shop', { region: 'ap-northeast-1', parts: [landed, ...parts] }))
    return findings.filter(({ level }) => level === 'mistake').map(({ text }) => text)
  }
  assert.deepEqual(await mistakes(table('raw_orders', { at, columns, format: 'json' })), [])
  assert.match((await mistakes(table('raw_orders', { at, columns }))).join(), /they would be read as rows of parquet/)
  const written = table('raw_orders', { at, columns, format: 'json' })
  const again = job('again', { from: prices, into: written, sql: "SELECT '' AS order_id, amount FROM source" })
  assert.match((await mistakes(again)).join(), /they would be read as rows of json/)
})

test('a name that cannot be is told with one that can', () => {
  assert.throws(
    () => table('deviceReadings', { at: place, columns: { a: column.string() } }),
    /Such a name is "device_readings"\.$/,
  )
  assert.throws(
    () => table('t', { at: place, columns: { 'device-id': column.string() } }),
    /Such a name is "device_id"\.$/,
  )
  assert.throws(() => bucket('Shop_Raw'), /Such a name is "shop-raw"\.$/)
})

test('keys of maps, which the reader of JSON makes lower case, are warned of', async () => {
  const columns = { attributes: column.map(column.string()) }
  const sent = stream('sent', { record: { id: column.string(), ...columns }, partitionKey: 'id' })
  const straight = delivery('straight', { from: sent, into: table('kept', { at: place.prefix('kept/'), columns }) })
  const lines = table('lines', { at: place.prefix('lines/'), columns, format: 'json' })
  const { findings } = await checkDefinition(lake('maps', { region: 'ap-northeast-1', parts: [straight, lines] }))
  const warned = findings.filter(({ level }) => level === 'warning').map(({ part, text }) => `${part}: ${text}`)
  assert.match(warned.join('\n'), /^table lines: Athena reads JSON by .* those of attributes\. Make the table parquet/m)
  assert.match(
    warned.join('\n'),
    /^delivery straight: Firehose reads JSON by .* those of attributes\. Let a job write/m,
  )
})

test('a number or a text for a moment is told how it becomes one, as no cast would make it', async () => {
  const sent = stream('sent', {
    record: { id: column.string(), seconds: column.epochSeconds(), millis: column.epochMilliseconds() },
    partitionKey: 'id',
  })
  const kept = delivery('kept', { from: sent, to: place.prefix('kept/') })
  const into = table('moments', { at: place.prefix('moments/'), columns: { at: column.timestamp() } })
  for (const [given, advice] of [
    ['seconds', /write from_unixtime\(…\) AS at for seconds/],
    ['millis', /from_unixtime\(… \/ 1000\.0\) AS at for milliseconds/],
    ['id', /write from_iso8601_timestamp\(…\) AS at .*CAST\(… AS timestamp\) AS at/],
  ] as const) {
    const read = job('j', { from: kept, into, sql: `SELECT ${given} AS at FROM source` })
    const { findings } = await checkDefinition(lake('moments', { region: 'ap-northeast-1', parts: [read] }))
    assert.match(findings.find(({ level }) => level === 'mistake')?.text ?? '', advice)
  }
})
