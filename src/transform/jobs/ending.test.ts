// How a run ends that does not succeed is told by what ended it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineFault } from '../../analyze/engine/fault.ts'
import { ModuleFailed } from '../functions/module-fault.ts'
import { endingOf } from './ending.ts'
import { InvalidInputException } from './faults.ts'

for (const [cause, state, message, isUnexpected] of [
  [new EngineFault('timeout', 'too long'), 'TIMEOUT', 'too long', false],
  [new EngineFault('data', 'no double'), 'FAILED', 'no double', false],
  [new ModuleFailed('too long', { isTimeout: true, log: '' }), 'TIMEOUT', 'too long', false],
  [new ModuleFailed('TypeError: x', { isTimeout: false, log: '' }), 'FAILED', 'TypeError: x', false],
  [new InvalidInputException('no such thing'), 'FAILED', 'InvalidInputException: no such thing', false],
] as const)
  test(`${cause.name} (${message}) ends a run as ${state}`, () => {
    const ending = endingOf(cause)
    assert.deepEqual([ending.state, ending.message, ending.unexpected], [state, message, isUnexpected])
  })

test('what nobody foresaw is for the log, and what a module said is kept with the run', () => {
  assert.equal(endingOf(new Error('?')).unexpected, true)
  const { stateDetail } = endingOf(new ModuleFailed('x', { isTimeout: true, log: 'so far\n' }))
  assert.equal(stateDetail, "The module's log, its end:\nso far\n")
})
