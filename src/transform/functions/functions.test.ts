/**
 * Properties: a function that was acknowledged is there after a restart, with its code; versions do not change; events
 * that were accepted run, until they succeed or are given up; executions at once are bounded as at AWS.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnOf } from './name.ts'
import { answerOf, Bench, scope, startAt, zipOf } from './testing/functions.ts'
import { latest } from './version.ts'

const saying = (what: string) => ({ 'index.js': `exports.handler = async () => ${JSON.stringify(what)}` })
const unpublished = { published: false, isDryRun: false }

test('a function is there after a restart, with its code, versions, aliases, tags and permissions', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('kept', { ...saying('one'), 'large.txt': 'x'.repeat(100_000) })
  await bench.functions.publish(id, {})
  await bench.functions.updateCode(id, { zip: zipOf(saying('two')) }, unpublished)
  await bench.functions.aliases.create(id, 'live', '1', '')
  await bench.functions.tags.add(id, { team: 'lake' })
  await bench.functions.permissions.add(id, { statementId: 's', action: 'lambda:*', principal: '*' }, undefined)
  await bench.close()
  await bench.open(startAt)
  const run = async (qualifier?: string) => answerOf(await bench.invoke({ ...id, ...(qualifier && { qualifier }) }))
  assert.deepEqual([await run(), await run('1'), await run('live'), await run(latest)], ['two', 'one', 'one', 'two'])
  assert.deepEqual(bench.functions.tags.of(id), { team: 'lake' })
  assert.match(bench.functions.policyOf(arnOf(id))?.document ?? '', /"Sid":"s"/)
})

test('a version keeps its code and settings, and its number is not given again', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('numbered', saying('one'))
  const first = await bench.functions.publish(id, { description: 'the first' })
  assert.equal((await bench.functions.publish(id, { description: 'the first' })).revision, first.revision)
  await bench.functions.configure(id, { timeoutSeconds: 7 }, undefined)
  assert.equal((await bench.functions.publish(id, {})).version, '2')
  assert.deepEqual(
    bench.functions.registry.versions(id, -1, 10).map(one => [one.version, one.settings.timeoutSeconds]),
    [
      [latest, 7],
      ['1', 20],
      ['2', 7],
    ],
  )
  await bench.functions.delete({ ...id, qualifier: '2' })
  await bench.functions.configure(id, { timeoutSeconds: 8 }, undefined)
  assert.equal((await bench.functions.publish(id, {})).version, '3')
  await bench.functions.aliases.create(id, 'live', '1', '')
  await assert.rejects(bench.functions.delete({ ...id, qualifier: '1' }), { name: 'ResourceConflictException' })
  await bench.functions.delete(id)
  await assert.rejects(bench.invoke(id), {
    name: 'ResourceNotFoundException',
    message: `Function not found: ${arnOf(id)}`,
  })
  await bench.create('numbered', saying('anew'))
  assert.deepEqual(bench.functions.aliases.list(id, undefined, '', 10), [])
  assert.equal((await bench.functions.publish(id, {})).version, '1')
})

test('a change with a stale revision, and a code that is not the one, is refused and changes nothing', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('guarded', saying('one'))
  const { revision, code } = bench.functions.version(id)
  await bench.functions.configure(id, { description: 'newer' }, revision)
  const stale = { name: 'PreconditionFailedException' }
  await assert.rejects(bench.functions.configure(id, { description: 'older' }, revision), stale)
  const zip = zipOf(saying('two'))
  await assert.rejects(bench.functions.updateCode(id, { zip }, { ...unpublished, revision }), stale)
  await assert.rejects(bench.functions.publish(id, { sha256: 'other' }), { name: 'InvalidParameterValueException' })
  const trial = await bench.functions.updateCode(id, { zip }, { ...unpublished, isDryRun: true })
  assert.notEqual(trial.code.sha256, code.sha256)
  assert.deepEqual(bench.functions.version(id).code, code)
  assert.equal(bench.functions.version(id).settings.description, 'newer')
})

test('what a function may not be set to is refused by name', async context => {
  const bench = await Bench.for(context)
  const refused = async (settings: Parameters<Bench['create']>[2], message: RegExp) =>
    assert.rejects(bench.create('refused', saying('no'), settings), { name: 'InvalidParameterValueException', message })
  await refused(
    { runtime: 'python3.13' },
    /^The runtime parameter of python3.13 is not supported: Biwa runs functions in Node.js alone/,
  )
  await refused(
    { environment: { AWS_REGION: 'x', _HANDLER: 'y' } },
    /Reserved keys used in this request: AWS_REGION, _HANDLER$/,
  )
  await refused({ environment: { LONG: 'x'.repeat(5000) } }, /exceeded the 4KB limit/)
  await refused({ environment: { LD_PRELOAD: '/x.so' } }, /does not support the environment variables LD_PRELOAD/)
  await refused({ environment: { NODE_OPTIONS: '--allow-child-process' } }, /leave out '--allow-child-process'/)
  assert.deepEqual(bench.functions.registry.all(scope, { name: '', number: -1 }, 10, true), [])
})

test('source maps are the one option that is passed on to Node.js', async context => {
  const bench = await Bench.for(context)
  const files = { 'index.js': 'exports.handler = async () => process.execArgv.includes("--enable-source-maps")' }
  const id = await bench.create('mapped', files, { environment: { NODE_OPTIONS: '--enable-source-maps' } })
  assert.equal(answerOf(await bench.invoke(id)), true)
})

test('an accepted event is run, also after a restart, and tried twice more when the function fails', async context => {
  const bench = await Bench.for(context)
  const files = {
    'index.js': `exports.handler = async (event, context) => { if (event.fails) throw new Error('again'); return 1 }`,
  }
  const id = await bench.create('later', files)
  const accept = (event: object, requestId: string) =>
    bench.functions.enqueue(id, Buffer.from(JSON.stringify(event)), { requestId })
  await accept({}, 'well')
  await accept({ fails: true }, 'badly')
  await bench.settled()
  assert.deepEqual(await bench.clock.advance(59_000), [])
  await bench.close()
  await bench.open(startAt + 59_000)
  const attempt = 'the event badly of a function'
  assert.deepEqual(await bench.clock.advance(1_000), [attempt])
  assert.deepEqual(await bench.clock.advance(119_000), [])
  assert.deepEqual(await bench.clock.advance(1_000), [attempt])
  assert.deepEqual(await bench.clock.advance(24 * 3600_000), [])
  const { AsyncEventsReceived, AsyncEventsDropped, AsyncEventAge, Invocations, Errors } = bench.counted.sums
  assert.deepEqual([AsyncEventsReceived, AsyncEventsDropped, Invocations, Errors], [2, 1, 4, 3])
  assert.equal(AsyncEventAge, 60_000 + 180_000)
})

test('an event waits for room, and is given up when it is too old', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('throttled', saying('ran'))
  await bench.functions.reserve(id, 0)
  await bench.functions.enqueue(id, Buffer.from('{}'), { requestId: 'waiting' })
  await bench.settled()
  assert.equal((await bench.clock.advance(60_000)).length, 3, 'after 1, 5 and 30 seconds, and then every 5 minutes')
  const ran = await bench.clock.advance(24 * 3600_000)
  assert.ok(ran.length > 70 && ran.length < 75, `${ran.length} attempts in six hours`)
})

test('executions at once are bounded by the function’s reservation and turned away beyond it', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('reserved', {
    'index.js': 'exports.handler = async () => new Promise(resolve => setTimeout(resolve, 300))',
  })
  await bench.functions.reserve(id, 2)
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => bench.invoke(id)))
  const refused = outcomes.filter(one => one.status === 'rejected').map(one => one.reason)
  assert.deepEqual(
    refused.map(cause => [cause.name, cause.message, cause.detail.Reason]),
    [
      ['TooManyRequestsException', 'Rate Exceeded.', 'ReservedFunctionConcurrentInvocationLimitExceeded'],
      ['TooManyRequestsException', 'Rate Exceeded.', 'ReservedFunctionConcurrentInvocationLimitExceeded'],
    ],
  )
  assert.equal((await bench.invoke(id)).error, undefined)
  const { Duration: _, ...counted } = bench.counted.sums
  assert.deepEqual(counted, { ConcurrentExecutions: 1 + 2 + 1, Invocations: 3, Errors: 0, Throttles: 2 })
  await assert.rejects(bench.functions.reserve(id, 901), { name: 'InvalidParameterValueException' })
})

test('executions beyond the processes wait for one', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('many', { 'index.js': 'exports.handler = async event => event * 2' })
  const answers = await Promise.all(Array.from({ length: 40 }, (_, number) => bench.invoke(id, number)))
  assert.deepEqual(
    answers.map(answerOf),
    Array.from({ length: 40 }, (_, number) => number * 2),
  )
})

test('a caller who gives up ends the execution', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('abandoned', { 'index.js': 'exports.handler = async () => { for (;;); }' })
  const caller = new AbortController()
  const running = bench.invoke(id, {}, caller.signal)
  const refused = assert.rejects(running, { message: 'enough' })
  caller.abort(new Error('enough'))
  await refused
})

test('events that are no JSON or too large are refused', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('picky', saying('ok'))
  const request = { requestId: 'r' }
  const code = async (event: Uint8Array) =>
    bench.functions.call(id, event, request).then(
      () => 'ran',
      cause => cause.name,
    )
  assert.equal(await code(Buffer.from('{not json')), 'InvalidRequestContentException')
  assert.equal(await code(Buffer.from([0x22, 0xff, 0x22])), 'InvalidRequestContentException')
  assert.equal(await code(Buffer.alloc(6 * 1024 * 1024 + 1, 0x20)), 'RequestTooLargeException')
  assert.equal(await code(new Uint8Array()), 'ran')
  await assert.rejects(bench.functions.enqueue(id, Buffer.alloc(1024 * 1024 + 1, 0x20), request), {
    name: 'RequestTooLargeException',
  })
})
