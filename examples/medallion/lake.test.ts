/** Readings go through bronze and silver to gold, each at the place where its device was at that moment. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { running } from 'biwa'
import lake, { bronze, devicePlaces, gold, raw, readings, silver } from './lake.ts'

const start = '2025-10-15T00:30:00Z'

test('a device that was moved counts for each place while it was there', async () => {
  await using app = await running(lake, { start })
  const reading = (device_id: string, temperature: number, at: string) => ({
    device_id,
    temperature,
    sent_at: new Date(at),
  })
  await app
    .bucket(raw)
    .put('moves/1.csv', 'device_id,place,since\na,north,2025-10-01T00:00:00Z\nb,south,2025-10-01T00:00:00Z\n')
  await app
    .stream(readings)
    .put([
      reading('a', 20, '2025-10-15T00:10:00Z'),
      reading('b', 30, '2025-10-15T00:10:00Z'),
      reading('b', 30, '2025-10-15T00:10:00Z'),
      reading('b', 999, '2025-10-15T00:11:00Z'),
    ])
  await app.clock.advance({ hours: 1 })
  assert.equal(await app.table(bronze).count(), 4)
  assert.equal(await app.table(silver).count(), 2)
  assert.deepEqual(await places(app.table(gold).rows()), [
    { place: 'north', on_day: '2025-10-15', readings: 1, average: 20 },
    { place: 'south', on_day: '2025-10-15', readings: 1, average: 30 },
  ])

  await app.bucket(raw).put('moves/2.csv', 'device_id,place,since\nb,north,2025-10-15T01:00:00Z\n')
  await app.stream(readings).put(reading('b', 24, '2025-10-15T01:35:00Z'))
  await app.clock.advance({ hours: 1 })
  assert.deepEqual(await places(app.table(gold).rows()), [
    { place: 'north', on_day: '2025-10-15', readings: 2, average: 22 },
    { place: 'south', on_day: '2025-10-15', readings: 1, average: 30 },
  ])
  const history = await app.table(devicePlaces).rows("device_id = 'b'")
  assert.deepEqual(history.map(({ place, valid_to }) => [place, valid_to]).sort(), [
    ['north', null],
    ['south', '2025-10-15 01:00:00.000'],
  ])
  assert.deepEqual(app.lake.failures, [])
})

const places = async <Row extends { readonly place: string }>(rows: Promise<readonly Row[]>) =>
  (await rows).toSorted((one, other) => one.place.localeCompare(other.place))
