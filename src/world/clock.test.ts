// Real time brings every appointment once, and no earlier than it is due.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SystemClock } from './clock.ts'
import { type Log, SilentLog } from './log.ts'

// Appointments do not keep the process alive; a test that waits for one does.
async function awake<T>(work: Promise<T>): Promise<T> {
  const held = setInterval(() => undefined, 1000)
  return work.finally(() => clearInterval(held))
}

test('an appointment comes when it is due, never before, and a missed one at once', async () => {
  const clock = new SystemClock(new SilentLog())
  for (const delay of [0, 1, 7, -1000]) {
    const dueAt = clock.now() + delay
    const ranAt = await awake(new Promise<number>(resolve => clock.at(dueAt, 'test', () => resolve(clock.now()))))
    assert.ok(ranAt >= dueAt)
  }
})

test('a cancelled appointment does not come', async () => {
  const clock = new SystemClock(new SilentLog())
  const ran: string[] = []
  clock.at(clock.now() + 1, 'cancelled', () => void ran.push('cancelled')).cancel()
  await awake(new Promise<void>(resolve => clock.at(clock.now() + 3, 'later', resolve)))
  assert.deepEqual(ran, [])
})

test('a task that fails is told to the log by the appointment’s name', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const log: Log = { ...new SilentLog(), info() {}, warn() {}, error: (text, cause) => resolve(`${text}: ${cause}`) }
  const clock = new SystemClock(log)
  clock.at(0, 'deliver', async () => {
    throw new Error('no')
  })
  assert.equal(await awake(promise), 'the appointment "deliver" failed: Error: no')
})

test('elapsed time does not go back', () => {
  const clock = new SystemClock(new SilentLog())
  const first = clock.elapsed()
  assert.ok(clock.elapsed() >= first)
})
