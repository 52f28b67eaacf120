// A job's module in its process: every row goes through it once, what it does wrong fails the run with the place, and it
// reaches nothing but its rows, its directory and the lake.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SystemClock } from '../../world/clock.ts'
import { SilentLog } from '../../world/log.ts'
import { SystemRandom } from '../../world/random.ts'
import { Batches, type BatchRequest, type BatchResult } from './batches.ts'
import type { Field } from './process/values.ts'

const root = await mkdtemp(join(tmpdir(), 'biwa-batches-'))
after(() => rm(root, { recursive: true, force: true }))
const scratch = async () => {
  const path = await mkdtemp(join(root, 'scratch-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
const log = new SilentLog()
const realClock = new SystemClock(log)
const day = Date.UTC(2031, 0, 2, 3, 4, 5)
const lakeClock = { now: () => day, elapsed: () => 0, at: () => ({ cancel() {} }) }
const columns: readonly Field[] = [
  { name: 'id', key: 'id', declared: 'int', type: { kind: 'integer', bits: 32 } },
  { name: 'name', key: 'name', declared: 'string', type: { kind: 'string' } },
]

async function run(
  text: string,
  { rows = 5, endpoint, ...given }: Partial<BatchRequest> & { rows?: number; endpoint?: string } = {},
): Promise<BatchResult & { readonly rows: readonly Record<string, unknown>[]; readonly dead: readonly unknown[] }> {
  const batches = new Batches({
    ...{ scratch, clock: lakeClock, realClock, log, random: new SystemRandom(), endpoint: () => endpoint },
    lend: async (role, session) => ({
      ...{ accessKeyId: `ASIA-${role}`, secretAccessKey: 'secret', sessionToken: session },
      expiresAt: 0,
    }),
  })
  const input = join(root, `input-${Math.random()}`)
  await writeFile(
    input,
    Array.from({ length: rows }, (_, id) => `${JSON.stringify({ id, name: `n${id}` })}\n`).join(''),
  )
  const result = await batches.run({
    ...{ module: { text, extension: '.mjs' }, input, source: columns, target: columns, batchRows: 2 },
    ...{ now: day, arguments: { COLOUR: 'red' }, role: 'r', run: 'jr_1', account: '1', region: 'eu-west-1' },
    ...{ temporary: (await scratch()).path, signal: new AbortController().signal, deadlineMilliseconds: 20_000 },
    ...given,
  })
  const lines = async (file: string) => (await readFile(file, 'utf8')).split('\n').filter(line => line !== '')
  return {
    ...result,
    rows: (await lines(result.output.file)).map(line => JSON.parse(line)),
    dead: (await lines(result.deadLettersFile)).map(line => JSON.parse(line)),
  }
}

const ids = ({ rows }: { readonly rows: readonly Record<string, unknown>[] }) => rows.map(({ id }) => id)

for (const [what, text, extension] of [
  ['an array', 'export default rows => rows', '.mjs'],
  ['a promise', 'export default async rows => rows', '.mjs'],
  ['what it yields', 'export default function* (rows) { yield* rows }', '.mjs'],
  [
    'what it yields in its time',
    'export async function* transform(rows) { for (const row of rows) yield await row }',
    '.mjs',
  ],
  ['the rows of CommonJS', 'module.exports = rows => rows', '.js'],
  [
    'the rows of TypeScript',
    'interface R { id: number }\nexport default (rows: readonly R[]): readonly R[] => rows',
    '.ts',
  ],
] as const)
  test(`a function may return ${what}, and each row goes through it once`, async () => {
    const result = await run(text, { module: { text, extension } })
    assert.deepEqual(ids(result), [0, 1, 2, 3, 4])
    assert.deepEqual([result.rowsIn, result.rowsOut, result.deadLetters], [5, 5, 0])
  })

test('it is told the batch, the arguments and the time of the lake, and what it says is kept', async () => {
  const text = `export default (rows, { now, arguments: given, signal }) => {
    console.log(rows.length, given.COLOUR, now.toISOString(), new Date().getUTCFullYear(), signal.aborted)
    return []
  }`
  const result = await run(text, { rows: 3 })
  assert.match(result.log, /jr_1\tINFO\t2 red 2031-01-02T03:04:05\.000Z 2031 false\n.*INFO\t1 red/)
  assert.deepEqual(result.rows, [])
})

test('a row that is put aside is a dead letter with its reason, after those that were there', async () => {
  const before = join(root, 'before')
  await writeFile(before, '{"reason":"malformed JSON"}\n')
  const text = `export default (rows, { deadLetter }) => rows.filter(row => row.id % 2 === 0 || deadLetter(row, 'odd'))`
  const result = await run(text, { deadLettersBefore: before })
  assert.deepEqual([ids(result), result.deadLetters], [[0, 2, 4], 2])
  assert.deepEqual(result.dead, [
    { reason: 'malformed JSON' },
    { reason: 'odd', raw: '{"id":1,"name":"n1"}' },
    { reason: 'odd', raw: '{"id":3,"name":"n3"}' },
  ])
})

for (const [text, complaint] of [
  [
    'export default rows => rows.map(row => ({ ...row, id: String(row.id) }))',
    /^WrongRow: Row 1 of the result has "0" in id, which is declared int/,
  ],
  [
    'export default rows => rows.map(({ id }) => id < 3 ? { id, name: "x" } : { id })',
    /^WrongRow: Row 4 of the result has no name, which is declared string/,
  ],
  [
    'export default rows => rows.map(row => ({ ...row, more: 1 }))',
    /has more \(1\), which is not declared\. Declared are id, name/,
  ],
  [
    'export default rows => { if (rows[0].id === 2) throw new RangeError("no"); return rows }',
    /^RangeError: no \(on rows 3 to 4 of the source, at .*job\.mjs:1/,
  ],
  ['export default rows => { throw "text" }', /The function threw "text" on rows 1 to 2/],
  ['export default () => undefined', /^TypeError: The function returned undefined\. It returns the rows to write/],
  ['export default (rows, { deadLetter }) => deadLetter({ ...rows[0] }, "x")', /deadLetter takes a row of this batch/],
  [
    'export default (rows, { deadLetter }) => { deadLetter(rows[0], "x"); deadLetter(rows[0], "x") }',
    /was given this row before/,
  ],
  [
    'export const other = 1',
    /^NoFunction: The script exports other: its default export, or an export named transform, must be a function/,
  ],
  ['export default rows => {', /^SyntaxError: The script could not be loaded/],
  ['import x from "lodash"; export default rows => rows', /could not be loaded: .*bundle what it imports/],
  [
    'setTimeout(() => { throw new Error("late") }); export default () => new Promise(r => setTimeout(r, 5000))',
    /^Error: late/,
  ],
  ['export default () => process.exit(3)', /The module's process ended by itself \(exit status 3\)/],
] as const)
  test(`${text} fails the run, which says why`, async () => {
    await assert.rejects(run(text), { name: 'ModuleFailed', message: complaint, isTimeout: false })
  })

test('an endless loop is stopped at the time-out, also while it is loaded, and what it said is kept', async () => {
  for (const text of ['console.log("so far"); export default () => { for (;;); }', 'console.log("so far"); for (;;);'])
    await assert.rejects(
      run(text, { deadlineMilliseconds: 700 }),
      (cause: Error & { log: string; isTimeout: boolean }) => {
        assert.match(
          cause.message,
          /did not end within the 1 seconds of the run's time-out and was stopped\. Nothing was written/,
        )
        assert.ok(cause.isTimeout)
        return true
      },
    )
})

test('a run that is stopped stops its module, which is told before', async () => {
  const stop = new AbortController()
  const reason = new Error('stopped')
  const { path: temporary } = await scratch()
  const text = `import fs from 'node:fs'
    export default (rows, { signal }) => new Promise(() => {
      signal.addEventListener('abort', () => fs.writeFileSync(process.env.TMPDIR + '/told', ''))
      fs.writeFileSync(process.env.TMPDIR + '/here', '')
    })`
  const ended = assert.rejects(run(text, { signal: stop.signal, temporary }), reason)
  while (!existsSync(join(temporary, 'here'))) await new Promise(resolve => setImmediate(resolve))
  stop.abort(reason)
  await ended
  assert.ok(existsSync(join(temporary, 'told')))
  await assert.rejects(run('export default () => { for (;;); }', { signal: stop.signal }), reason)
})

test('what takes too much memory is stopped, and the lake goes on', async () => {
  const text = `const kept = []
    export default () => { for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1)) }`
  await assert.rejects(run(text), {
    name: 'ModuleFailed',
    message: /took more than 1024 MiB of memory and was stopped/,
  })
})

/** What the expression's failure is called in the module. */
async function attempt(expression: string, endpoint?: string): Promise<string> {
  const text = `import fs from 'node:fs'; import net from 'node:net'; import dns from 'node:dns'; import dgram from 'node:dgram'
    import http from 'node:http'; import child from 'node:child_process'; import { Worker } from 'node:worker_threads'
    export default async rows => {
      let said
      try { said = 'did: ' + String(await (${expression})) } catch (cause) { said = String(cause.code ?? cause.cause?.code ?? cause) }
      return [{ id: 1, name: said }]
    }`
  const { rows } = await run(text, { rows: 1, ...(endpoint !== undefined && { endpoint }) })
  return String(rows[0]?.name)
}

const connecting = (to: string) =>
  `new Promise((resolve, reject) => net.connect(${to}).on('connect', () => resolve('connected')).on('error', reject))`

for (const expression of [
  'fs.readFileSync("/etc/hostname", "utf8")',
  'fs.readdirSync("/")',
  'fs.writeFileSync(process.cwd() + "/x", "x")',
  `fs.readFileSync(${JSON.stringify(join(import.meta.dirname, 'batches.ts'))}, "utf8")`,
  'child.execSync("id")',
  'new Worker("1", { eval: true })',
  'process.kill(process.ppid)',
  connecting('{ port: 22 }'),
  connecting('"/var/run/docker.sock"'),
  'fetch("http://127.0.0.1:4999/")',
  'net.createServer().listen(0)',
  'dns.promises.lookup("example.com")',
  'new dns.promises.Resolver().resolve4("example.com")',
  'new Promise((resolve, reject) => dgram.createSocket("udp4").send("x", 53, "127.0.0.1", cause => cause ? reject(cause) : resolve("sent")))',
])
  test(`a module does not reach ${expression.slice(0, 70)}`, async () => {
    assert.equal(await attempt(expression), 'ERR_ACCESS_DENIED')
  })

test('its environment holds the region and nothing of the lake', async () => {
  assert.equal(
    await attempt('Object.keys(process.env).sort().join()'),
    'did: AWS_DEFAULT_REGION,AWS_REGION,LANG,TMPDIR,TZ',
  )
})

test('where the lake listens it reaches the lake, with the credentials of the role, and nobody else', async () => {
  const [lake, other] = await Promise.all([serve(), serve()])
  try {
    assert.equal(await attempt('(await fetch(process.env.AWS_ENDPOINT_URL)).text()', lake.url), 'did: here')
    assert.equal(await attempt('process.env.AWS_ACCESS_KEY_ID', lake.url), 'did: ASIA-r')
    for (const expression of [
      `fetch(${JSON.stringify(other.url)})`,
      `new Promise((resolve, reject) => http.get(${JSON.stringify(other.url)}, resolve).on('error', reject))`,
      connecting(`{ host: 'localhost', port: ${new URL(other.url).port} }`),
      'dns.promises.lookup("example.com")',
      'new Promise((resolve, reject) => dgram.createSocket("udp4").send("x", 53, "127.0.0.1", cause => cause ? reject(cause) : resolve("sent")))',
      'fs.readFileSync("/etc/hostname", "utf8")',
    ])
      assert.equal(await attempt(expression, lake.url), 'ERR_ACCESS_DENIED', expression)
  } finally {
    for (const { server } of [lake, other]) server.close()
  }
})

async function serve(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => response.setHeader('connection', 'close').end('here'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
