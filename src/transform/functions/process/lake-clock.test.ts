/** A clock that stands gives one hour however often it is asked, and whoever waits for it to go on is told that it will not. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setLakeTime } from './lake-clock.ts'

const at = Date.parse('2025-10-15T00:00:00Z')
after(() => setLakeTime(undefined))

test('Date and Temporal.Now stand at the lake’s hour', () => {
  setLakeTime(at)
  assert.equal(new Date().toISOString(), '2025-10-15T00:00:00.000Z')
  assert.equal(Date.now(), at)
  assert.equal(Temporal.Now.instant().epochMilliseconds, at)
  assert.equal(new Date(5).getTime(), 5)
})

test('a loop that waits for Date to go on ends with an error that says what to do', () => {
  setLakeTime(at)
  const waiting = () => {
    while (Date.now() < at + 10);
  }
  assert.throws(waiting, /stands at 2025-10-15T00:00:00\.000Z while this runs: .* Wait with a timer/)
  setLakeTime(at)
  assert.equal(Date.now(), at)
})
