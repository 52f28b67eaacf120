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
