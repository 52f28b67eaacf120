/** Jobs that run side by side write the same objects, under the same names, in every run of one seed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, by, column, cron, delivery, job, lake, table } from '../../src/define/define.ts'
import { running } from '../../src/running/running.ts'

const data = bucket('repeating-data')
const raw = delivery('raw', {
  record: { id: column.string(), value: column.double() },
  to: data.prefix('raw/'),
  buffer: { seconds: 60 },
})
const tables = ['one', 'two', 'three'].map(name =>
  table(name, {
    at: data.prefix(`${name}/`),
    columns: { id: column.string(), value: column.double() },
    partitionBy: by('id'),
  }),
)
const jobs = tables.map(into =>
  job(`to-${into.name}`, { from: raw, into, sql: 'SELECT id, value FROM source', every: cron('0/5 * * * ? *') }),
)
const definition = lake('repeating', { region: 'eu-west-1', parts: jobs })

test('the keys of what several jobs wrote at once are those of the run before', { timeout: 120_000 }, async () => {
  const keys = async () => {
    await using app = await running(definition, { start: '2025-10-15T00:00:00Z', seed: 11 })
    for (let round = 0; round < 2; round++) {
      await app.delivery(raw).put(['a', 'b', 'c'].map(id => ({ id, value: round })))
      await app.clock.advance({ minutes: 5 })
    }
    return (await app.bucket(data).list()).map(({ key }) => key)
  }
  const first = await keys()
  assert.equal(first.filter(key => key.endsWith('.parquet')).length, 18)
  assert.deepEqual(await keys(), first)
})
