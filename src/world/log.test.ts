// A log line is one line, whatever is in it.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ConsoleLog } from './log.ts'

function printed(context: TestContext, print: (log: ConsoleLog) => void): string {
  const write = context.mock.method(process.stderr, 'write', () => true)
  print(new ConsoleLog())
  write.mock.restore()
  return write.mock.calls.map(call => String(call.arguments[0])).join('')
}

test('a text cannot forge a second line or steer the terminal', context => {
  const line = printed(context, log => log.info('put a\nb\u001b[2J', { key: 'x\ny', size: 3n }))
  assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z info put a \| b \[2J \{"key":"x\\ny","size":"3"\}\n$/)
})

test('an error is told with everything that caused it', context => {
  const line = printed(context, log =>
    log.error('could not write', new Error('outer', { cause: new TypeError('inner') })),
  )
  assert.match(line, /error could not write: Error: outer <- TypeError: inner \| at /)
  assert.equal(line.split('\n').length, 2)
})
