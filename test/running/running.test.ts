/** A defined lake in a test: laid out, fed, moved in time and asked, with the types of its parts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, column, day, delivery, job, lake, stream, table } from '../../src/define/define.ts'
import { running } from '../../src/running/running.ts'

const data = bucket('temperature-data-bucket')
const analytics = bucket('temperature-analytics-bucket')
const readings = stream('temperature-stream', {
  record: { device_id: column.string(), temperature: column.double(), timestamp: column.epochSeconds() },
  partitionKey: 'device_id',
})
const raw = delivery('temperature-to-s3', {
  from: readings,
  to: data.prefix('raw_data/'),
  buffer: { seconds: 60, mebibytes: 5 },
  compression: 'gzip',
})
const telemetry = table('device_telemetry', {
  at: analytics.prefix('curated/device_telemetry/'),
  columns: { device_id: column.string(), temperature: column.double(), event_time: column.timestamp() },
  partitionBy: day('event_time', { zone: 'Asia/Tokyo' }),
})
const curate = job('curate', {
  from: raw,
  into: telemetry,
  deadLetters: analytics.prefix('dead_letters/'),
  required: ['device_id', 'temperature', 'timestamp'],
  sql: 'SELECT device_id, temperature, from_unixtime("timestamp") AS event_time FROM source',
  every: '5 minutes',
})
const temperature = lake('temperature', { region: 'ap-northeast-1', parts: [curate] })

const start = '2025-10-15T00:00:00+09:00'

for (const auth of ['open', 'enforced'] as const)
  test(`records go their whole way while the clock is moved (${auth})`, async () => {
    await using app = await running(temperature, { start, auth })
    await app.stream(readings).put([
      { device_id: 'a', temperature: 21.5, timestamp: new Date('2025-10-15T00:00:10+09:00') },
      { device_id: 'b', temperature: 19, timestamp: 1760454011.25 },
    ])
    assert.equal((await app.stream(readings).records()).length, 2)
    assert.deepEqual(await app.table(telemetry).rows(), [])
    const ran = await app.clock.advance({ minutes: 6 })
    assert.deepEqual(app.lake.failures, [])
    assert.ok(ran.length > 0)
    const rows = await app.table(telemetry).rows()
    assert.deepEqual(
      rows.toSorted((one, other) => one.device_id.localeCompare(other.device_id)),
      [
        { device_id: 'a', temperature: 21.5, event_time: '2025-10-14 15:00:10.000', year: 2025, month: 10, day: 15 },
        { device_id: 'b', temperature: 19, event_time: '2025-10-14 15:00:11.250', year: 2025, month: 10, day: 15 },
      ],
    )
    assert.deepEqual((await app.bucket(data).lines('raw_data/')).length, 2)
    const { recordsIn } = await app
      .job(curate)
      .run()
      .then(figures => figures)
    assert.equal(recordsIn, 0)
  })

test('what is no record of a stream, and no part of the kind, is refused with what is wanted', async () => {
  await using app = await running(temperature, { start })
  const put = (record: unknown) => app.stream(readings).put(record as never)
  const good = { device_id: 'a', temperature: 21.5, timestamp: 0 }
  for (const [record, wanted] of [
    [undefined, /takes records with device_id, temperature, timestamp, not undefined/],
    ['text', /takes records with .*, not "text"/],
    [{ ...good, temperature: undefined }, /a record lacks temperature\. Its column needs \{ optional: true \}/],
    [{ ...good, temperature: 'warm' }, /temperature is declared double, and a record has "warm"/],
    [{ ...good, temperature: Number.NaN }, /temperature is declared double, and a record has NaN/],
    [{ ...good, timestamp: new Date('never') }, /timestamp is declared double/],
    [{ ...good, colour: 'red' }, /has no column colour; its records have device_id/],
  ] as const)
    await assert.rejects(put(record), { name: 'LakeMistake', message: wanted })
  await assert.rejects(app.stream(readings).put(), /put takes records, or lists of them, and was given none/)
  assert.deepEqual(await app.stream(readings).records(), [])
  await app.stream(readings).put(good, [{ ...good, device_id: 'b' }], { ...good, device_id: 'c' })
  assert.deepEqual(
    (await app.stream(readings).records()).map(({ device_id }) => device_id),
    ['a', 'b', 'c'],
  )
  assert.throws(() => app.table(readings as never), /app\.table\(…\) takes a table of the definition, not the stream/)
  await assert.rejects(
    running(temperature, { region: 'eu-west-1' } as object),
    /it is the definition's, ap-northeast-1/,
  )
})
