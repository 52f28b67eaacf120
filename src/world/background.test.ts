// Background work is followed to its end, whatever its end is.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Background } from './background.ts'
import { type Log, SilentLog } from './log.ts'

test('settled waits for what is under way and for what that begins', async () => {
  const background = new Background(new SilentLog())
  const ran: string[] = []
  background.run('outer', async () => {
    await Promise.resolve()
    background.run('inner', async () => {
      await Promise.resolve()
      ran.push('inner')
    })
    ran.push('outer')
  })
  await background.settled()
  assert.deepEqual(ran, ['outer', 'inner'])
})

test('a failure goes to the log and to nobody else, also one before the first await', async () => {
  const told: string[] = []
  const log: Log = { info() {}, warn() {}, error: (text, cause) => void told.push(`${text}: ${cause}`) }
  const background = new Background(log)
  background.run('deliver', () => {
    throw new Error('no')
  })
  await background.settled()
  assert.deepEqual(told, ['"deliver" failed in the background: Error: no'])
})

test('a close tells the work, waits for it, and takes its stopping for no failure', async () => {
  const told: string[] = []
  const log: Log = { info() {}, warn() {}, error: text => void told.push(text) }
  const background = new Background(log)
  background.run('long', async () => {
    await new Promise(resolve => background.closing.addEventListener('abort', resolve))
    background.closing.throwIfAborted()
  })
  await background.close()
  assert.deepEqual(told, [])
})
