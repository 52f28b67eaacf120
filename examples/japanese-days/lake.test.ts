/** A Japanese day is asked for in three ways: by its folders, by an instant with its zone, and by the trap. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Running, running } from 'biwa'
import lake, { raw, visits, visitsByDay } from './lake.ts'

const start = '2025-10-15T00:00:00+09:00'

/** One visitor an hour, all through the 15th of October in Japan, and one in the last hour of the day before. */
async function aDay(): Promise<Running> {
  const app = await running(lake, { start })
  const midnight = Date.parse(start)
  const hours = Array.from({ length: 25 }, (_, hour) => midnight + (hour - 0.5) * 3_600_000)
  await app.stream(visits).put(hours.map(at => ({ shop: 'Otsu', visitors: 1, at })))
  await app.clock.advance({ minutes: 6 })
  return app
}

const visitorsWhere = async (app: Running, condition: string): Promise<number> => {
  const { rows } = await app.query<{ visitors: number }>(
    `SELECT sum(visitors) AS visitors FROM visits_by_day WHERE ${condition}`,
  )
  return rows[0]?.visitors ?? 0
}

test('the folders are Japanese days', async () => {
  await using app = await aDay()
  assert.equal(await visitorsWhere(app, 'year = 2025 AND month = 10 AND day = 15'), 24)
  const [early] = await app.table(visitsByDay).rows("at = timestamp '2025-10-14 15:30:00'")
  assert.equal(early?.day, 15)
})

test('the trap: a timestamp without a zone is UTC, and its day begins at nine in the morning', async () => {
  await using app = await aDay()
  const trap = "at >= timestamp '2025-10-15 00:00:00' AND at < timestamp '2025-10-16 00:00:00'"
  assert.equal(await visitorsWhere(app, trap), 15)
})

test('an instant with its zone says what is meant', async () => {
  await using app = await aDay()
  const meant =
    "with_timezone(at, 'UTC') >= timestamp '2025-10-15 00:00:00 Asia/Tokyo' " +
    "AND with_timezone(at, 'UTC') < timestamp '2025-10-16 00:00:00 Asia/Tokyo'"
  assert.equal(await visitorsWhere(app, meant), 24)
})

test('the raw objects lie in folders of the Japanese day', async () => {
  await using app = await aDay()
  const keys = (await app.bucket(raw.to.bucket).list('visits/')).map(({ key }) => key)
  assert.ok(keys.length > 0 && keys.every(key => key.startsWith('visits/2025/10/15/')), keys.join(' '))
})
