/** The temperature lake, from the reading to the query's answer, in one test process and without waiting. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { running } from 'biwa'
import lake, { analytics, curate, readings, telemetry } from './lake.ts'

const start = '2025-10-15T12:00:00+09:00'

test('a reading is in the table six minutes after it was sent', async () => {
  await using app = await running(lake, { start })
  await app.stream(readings).put([
    { device_id: 'sensor-1', temperature: 21.5, timestamp: new Date('2025-10-15T03:00:00Z') },
    { device_id: 'sensor-2', temperature: 19.25, timestamp: 1760497201.5, weather: 'rain' },
  ])
  await app.clock.advance({ minutes: 6 })
  const { rows, scannedBytes } = await app
    .table(telemetry)
    .query<{ device_id: string; temperature: number; event_time: string }>(
      `SELECT device_id, temperature, event_time FROM device_telemetry
       WHERE year = 2025 AND month = 10 ORDER BY device_id`,
    )
  assert.deepEqual(rows, [
    { device_id: 'sensor-1', temperature: 21.5, event_time: '2025-10-15 03:00:00.000' },
    { device_id: 'sensor-2', temperature: 19.25, event_time: '2025-10-15 03:00:01.500' },
  ])
  assert.ok(scannedBytes > 0)
})

test('what is broken is put aside with its reason, and nothing is lost or counted twice', async () => {
  await using app = await running(lake, { start })
  await app.stream(readings).put({ device_id: 'sensor-1', temperature: 21.5, timestamp: 1760497200 })
  // The types would not let it in; a device does.
  await app.aws.kinesis.PutRecord({
    StreamName: readings.name,
    PartitionKey: 'sensor-2',
    Data: '{"device_id":"sensor-2","temperature":"warm","timestamp":1760497200}',
  })
  await app.clock.advance({ minutes: 1 })
  const { recordsIn, recordsOut, deadLetters } = await app.job(curate).run()
  assert.deepEqual({ recordsIn, recordsOut, deadLetters }, { recordsIn: 2, recordsOut: 1, deadLetters: 1 })
  const [letter] = await app.bucket(analytics).lines<{ reason: string; raw: string }>('dead_letters/')
  assert.match(letter?.raw ?? '', /"sensor-2"/)
  assert.match(letter?.reason ?? '', /temperature/)
  const again = await app.job(curate).run()
  assert.equal(again.recordsIn, 0)
  assert.equal(await app.table(telemetry).count(), 1)
})
