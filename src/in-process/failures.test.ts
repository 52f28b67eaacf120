// What is kept of failures: what the log was told and which run it was are one entry, and runs that fail by one cause are one each.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SilentLog } from '../world/log.ts'
import { type FailedRun, Failures } from './failures.ts'

const run = (runId: string): FailedRun => ({ kind: 'job', name: 'sum', runId, state: 'FAILED', message: 'boom' })
const told = ({ list }: Failures) => list.map(({ text, run: of }) => [text, of?.runId])

test('what the log was told learns which run it was', () => {
  const failures = new Failures(new SilentLog())
  const cause = new Error('boom')
  failures.error('run jr_1 failed', cause)
  failures.ran(run('jr_1'), cause, 0)
  assert.deepEqual(told(failures), [['run jr_1 failed', 'jr_1']])
})

test('of two runs that failed by one cause neither takes the other’s place', () => {
  const failures = new Failures(new SilentLog())
  const cause = new Error('boom')
  for (const id of ['jr_1', 'jr_2']) failures.ran(run(id), cause, 0)
  assert.deepEqual(told(failures), [
    ['the job sum FAILED: boom', 'jr_1'],
    ['the job sum FAILED: boom', 'jr_2'],
  ])
})

test('a run that fails while the lake opens has its time', () => {
  const failures = new Failures(new SilentLog())
  failures.ran(run('jr_1'), new Error('boom'), Date.UTC(2025, 9, 15))
  assert.equal(failures.list[0]?.at, '2025-10-15T00:00:00.000Z')
})
