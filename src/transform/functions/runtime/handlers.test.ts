/** Property: handlers of every style that AWS's Node.js runtimes take are found, called and answered as there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOf, Bench, errorOf, type Files, startAt } from '../testing/functions.ts'

const commonJs = {
  'index.js': `
    exports.asynchronous = async event => ({ got: event })
    exports.callback = (event, context, callback) => setTimeout(() => callback(null, { got: event }), 5)
    exports.refusing = (event, context, callback) => callback(new RangeError('too far'))
    exports.succeeding = (event, context) => { setTimeout(() => context.succeed('by the context'), 5) }
    exports.silent = event => 'not answered by being returned'
    exports.promised = () => new Promise(resolve => setTimeout(() => resolve('later'), 5))
    exports.undefinedAnswer = async () => {}
    exports.throwing = async () => { throw new TypeError('no such luck') }
    exports.throwingText = async () => { throw 'just a text' }
    exports.throwingOwn = async () => { class OutOfStock extends Error { name = 'OutOfStock' }; throw new OutOfStock('gone') }
    exports.longWinded = async () => { throw new Error('x'.repeat(20_000_000)) }
    exports.circular = async () => { const a = {}; a.a = a; return a }
    exports.nested = { deep: { handler: async () => 'deep' } }
    exports.notAFunction = 42
    exports.large = async length => 'x'.repeat(length)
    exports.late = async () => { Promise.reject(new Error('forgotten')); await new Promise(() => setTimeout(() => {}, 10000)) }
    exports.context = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(), cwd: process.cwd() === process.env.LAMBDA_TASK_ROOT })
    exports.day = async () => [new Date().toISOString(), Date.now(), Date().slice(0, 15), new Date(0).getTime(), new Date() instanceof Date]
    exports.counting = async () => globalThis.count = (globalThis.count ?? 0) + 1`,
} satisfies Files

const handled = async (
  context: Parameters<Parameters<typeof test>[0] & object>[0],
  handler: string,
  event: unknown = {},
  runtime = 'nodejs22.x',
) => {
  const bench = await Bench.for(context)
  return bench.invoke(await bench.create('styles', commonJs, { handler: `index.${handler}`, runtime }), event)
}

test('asynchronous handlers, callbacks and the context all answer', async context => {
  const bench = await Bench.for(context)
  const cases: readonly (readonly [string, unknown])[] = [
    ['asynchronous', { got: { a: [1, 'ü'] } }],
    ['callback', { got: { a: [1, 'ü'] } }],
    ['succeeding', 'by the context'],
    ['silent', null],
    ['promised', 'later'],
    ['undefinedAnswer', null],
    ['nested.deep.handler', 'deep'],
  ]
  for (const [handler, answer] of cases) {
    const id = await bench.create(handler.replaceAll('.', '-'), commonJs, { handler: `index.${handler}` })
    const invocation = await bench.invoke(id, { a: [1, 'ü'] })
    assert.equal(invocation.error, undefined, `${handler}: ${invocation.message}`)
    assert.deepEqual(answerOf(invocation), answer, handler)
  }
})

test('what a handler throws comes back as its type, its message and its trace', async context => {
  const bench = await Bench.for(context)
  const cases: readonly (readonly [string, string, string])[] = [
    ['throwing', 'TypeError', 'no such luck'],
    ['throwingText', 'string', 'just a text'],
    ['throwingOwn', 'OutOfStock', 'gone'],
    ['refusing', 'RangeError', 'too far'],
    ['late', 'Runtime.UnhandledPromiseRejection', 'Error: forgotten'],
    ['none', 'Runtime.HandlerNotFound', 'index.none is undefined or not exported'],
    ['notAFunction', 'Runtime.HandlerNotFound', 'index.notAFunction is not a function'],
  ]
  for (const [handler, type, message] of cases) {
    const invocation = await bench.invoke(await bench.create(handler, commonJs, { handler: `index.${handler}` }))
    const { errorType, errorMessage } = errorOf(invocation)
    assert.deepEqual([invocation.error, errorType, errorMessage], ['Unhandled', type, message], handler)
    assert.equal(invocation.message, `${type}: ${message}`)
    assert.ok(Array.isArray((answerOf(invocation) as { trace: unknown }).trace))
  }
  const long = errorOf(await bench.invoke(await bench.create('long', commonJs, { handler: 'index.longWinded' })))
  assert.deepEqual([long.errorType, long.errorMessage.length], ['Error', 100_000])
  const circular = errorOf(await bench.invoke(await bench.create('circular', commonJs, { handler: 'index.circular' })))
  assert.equal(circular.errorType, 'Runtime.MarshalError')
})

test('an answer may have six megabytes and a hundred bytes', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('large', commonJs, { handler: 'index.large' })
  assert.equal((await bench.invoke(id, 6_291_554)).payload.length, 6_291_556)
  assert.deepEqual(errorOf(await bench.invoke(id, 6_291_555)), {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    trace: [],
  })
})

test('the context tells who was called, under which id, and how long is left', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('told', commonJs, { handler: 'index.context', timeoutSeconds: 9, memoryMebibytes: 256 })
  const invocation = await bench.invoke({ ...id, qualifier: '$LATEST' })
  const told = answerOf(invocation) as Readonly<Record<string, unknown>>
  const { awsRequestId, left, logStreamName, ...rest } = told
  assert.deepEqual(rest, {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'told',
    functionVersion: '$LATEST',
    memoryLimitInMB: '256',
    logGroupName: '/aws/lambda/told',
    invokedFunctionArn: 'arn:aws:lambda:ap-northeast-1:111111111111:function:told:$LATEST',
    cwd: true,
  })
  assert.match(String(logStreamName), /^2025\/10\/15\/\[\$LATEST\][0-9a-f]{32}$/)
  assert.ok(Number(left) > 5000 && Number(left) <= 9000, String(left))
  assert.match(invocation.logTail, new RegExp(`START RequestId: ${awsRequestId} Version: \\$LATEST\n`))
})

test('files are found as AWS finds them: by extension, by the package’s type, in directories, among the modules', async context => {
  const bench = await Bench.for(context)
  const cases: readonly (readonly [string, Files])[] = [
    ['index.handler', { 'index.mjs': 'export const handler = async () => import.meta.filename.slice(-9)' }],
    ['index.handler', { 'index.cjs': 'exports.handler = async () => __filename.slice(-9)' }],
    ['src/app.main', { 'src/app.js': 'export const main = async () => "module"', 'package.json': '{"type":"module"}' }],
    [
      'src/app.main',
      {
        'src/app.js': 'exports.main = async () => "plain"',
        'src/package.json': '{}',
        'package.json': '{"type":"module"}',
      },
    ],
    [
      'index.handler',
      {
        'index.mjs': 'import two from "two"; export const handler = async () => two',
        'node_modules/two/index.js': 'module.exports = 2',
      },
    ],
    [
      'index.handler',
      {
        'index.js': 'const { read } = require("./lib/read"); exports.handler = async () => read()',
        'lib/read.js': 'exports.read = () => require("node:fs").readFileSync("data.txt", "utf8")',
        'data.txt': 'beside',
      },
    ],
    ['bundle.handler', { 'node_modules/bundle/index.js': 'exports.handler = async () => "a package"' }],
    [
      'index.handler',
      { 'index.mjs': 'const late = await Promise.resolve("awaited"); export const handler = async () => late' },
    ],
  ]
  const answers: unknown[] = []
  for (const [index, [handler, files]] of cases.entries())
    answers.push(answerOf(await bench.invoke(await bench.create(`found-${index}`, files, { handler }))))
  assert.deepEqual(answers, ['index.mjs', 'index.cjs', 'module', 'plain', 2, 'beside', 'a package', 'awaited'])
})

test('code that cannot be loaded says so in the words of AWS’s runtime', async context => {
  const bench = await Bench.for(context)
  const cases: readonly (readonly [string, Files, string, RegExp])[] = [
    ['other.handler', commonJs, 'Runtime.ImportModuleError', /^Error: Cannot find module 'other'/],
    [
      'index.handler',
      { 'index.js': 'require("missing")' },
      'Runtime.ImportModuleError',
      /^Error: Cannot find module 'missing'/,
    ],
    ['index.handler', { 'index.js': 'const = 1' }, 'Runtime.UserCodeSyntaxError', /^SyntaxError: /],
    ['index.handler', { 'index.js': 'throw new URIError("while loading")' }, 'URIError', /^while loading$/],
    ['index', commonJs, 'Runtime.MalformedHandlerName', /^Bad handler$/],
    ['../index.handler', commonJs, 'Runtime.MalformedHandlerName', /is not a valid handler name/],
  ]
  for (const [index, [handler, files, type, message]] of cases.entries()) {
    const id = await bench.create(`unloadable-${index}`, files, { handler })
    const { errorType, errorMessage } = errorOf(await bench.invoke(id))
    assert.equal(errorType, type)
    assert.match(errorMessage, message)
  }
})

test('nodejs24.x takes no callbacks and answers what is returned', async context => {
  const { errorType } = errorOf(await handled(context, 'callback', {}, 'nodejs24.x'))
  assert.equal(errorType, 'Runtime.CallbackHandlerDeprecated')
  assert.equal(answerOf(await handled(context, 'silent', {}, 'nodejs24.x')), 'not answered by being returned')
})

test('Date follows the lake’s clock, also where it is simulated', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('dated', commonJs, { handler: 'index.day' })
  const near = (at: unknown, wanted: number) => assert.ok(Math.abs(Number(at) - wanted) < 60_000, String(at))
  const [iso, now, text, epoch, isDate] = answerOf(await bench.invoke(id)) as readonly unknown[]
  near(Date.parse(String(iso)), startAt)
  near(now, startAt)
  assert.deepEqual([text, epoch, isDate], ['Wed Oct 15 2025', 0, true])
  await bench.clock.advance(3 * 3600_000)
  near((answerOf(await bench.invoke(id)) as readonly unknown[])[1], startAt + 3 * 3600_000)
})

test('the log holds what the function said, in order, between START and REPORT with measured figures', async context => {
  const bench = await Bench.for(context)
  const files = {
    'index.js': `console.log('loading')
      exports.handler = async () => { console.log('one', { two: 2 }); console.error('bad\\nthing'); process.stdout.write('raw'); return 1 }`,
  }
  const id = await bench.create('talkative', files)
  const lines = (await bench.invoke(id)).logTail.split('\n')
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t/
  assert.deepEqual(
    lines.map(line =>
      line
        .replace(instant, '')
        .replaceAll(/[0-9a-f-]{36}/g, 'ID')
        .replaceAll(/\d+\.\d\d ms/g, 'T')
        .replaceAll(/: \d+ (ms|MB)/g, ': N $1'),
    ),
    [
      'undefined\tINFO\tloading',
      'START RequestId: ID Version: $LATEST',
      'ID\tINFO\tone { two: 2 }',
      'ID\tERROR\tbad\rthing',
      'raw',
      'END RequestId: ID',
      'REPORT RequestId: ID\tDuration: T\tBilled Duration: N ms\tMemory Size: N MB\tMax Memory Used: N MB\tInit Duration: T\t',
      '',
    ],
  )
  const warm = await bench.invoke(id)
  assert.doesNotMatch(warm.logTail, /loading|Init Duration/)
})

test('a log that is longer than 4 KB keeps its end', async context => {
  const bench = await Bench.for(context)
  const files = {
    'index.js': `exports.handler = async () => { for (let i = 0; i < 5000; i++) console.log('line ü', i) }`,
  }
  const { logTail } = await bench.invoke(await bench.create('verbose', files))
  assert.ok(Buffer.byteLength(logTail) <= 4096 && Buffer.byteLength(logTail) > 4090)
  assert.match(logTail, /line ü 4999\nEND RequestId/)
})

test('a warm environment is used again, and one of a changed function is not', async context => {
  const bench = await Bench.for(context)
  const id = await bench.create('counting', commonJs, { handler: 'index.counting' })
  const count = async () => answerOf(await bench.invoke(id))
  assert.deepEqual([await count(), await count()], [1, 2])
  await bench.functions.configure(id, { environment: { CHANGED: 'yes' } }, undefined)
  assert.deepEqual([await count(), await count()], [1, 2])
  // The credentials of the environment have ended.
  await bench.clock.advance(13 * 3600_000)
  assert.equal(await count(), 1)
})
