// A statement that hangs, eats memory or is no longer wanted costs its own caller an error, soon, and nobody else anything.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { EngineFault } from './fault.ts'
import { engine, engineOf, jsonTable, query } from './testing/tables.ts'

/** Minutes of work for any machine, and no memory. */
const endless =
  'SELECT sum(a.x * b.x * c.x % 7) FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(x) CROSS JOIN UNNEST(sequence(1, 10000)) AS c(x) CROSS JOIN UNNEST(sequence(1, 100)) AS d(x)'
const hungry =
  "SELECT length(array_join(flatten(transform(sequence(1, 10000), x -> transform(sequence(1, 10000), y -> x * y))), ','))"

const withoutProc = existsSync('/proc/self/stat') ? false : 'there is no /proc'

/** The processes that this one has started. */
async function children(): Promise<readonly number[]> {
  const found = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  return found
    .trim()
    .split(' ')
    .filter(text => text !== '')
    .map(Number)
}

function kindOf(kind: EngineFault['kind']): (cause: unknown) => boolean {
  return cause => {
    assert.ok(cause instanceof EngineFault, String(cause))
    assert.equal(cause.kind, kind, cause.message)
    return true
  }
}

test('a statement past its deadline is ended, and the next one runs', async () => {
  await assert.rejects(query(endless, [], { deadlineMilliseconds: 300 }), kindOf('timeout'))
  assert.deepEqual((await query('SELECT 1')).lines, ['"_col0"', '"1"'])
})

test('a cancelled statement ends, also one that waits for its turn', async () => {
  const narrow = engineOf({ childrenMax: 1 })
  const first = new AbortController()
  const second = new AbortController()
  const running = assert.rejects(query(endless, [], { signal: first.signal }, narrow), kindOf('cancelled'))
  const waiting = assert.rejects(query('SELECT 1', [], { signal: second.signal }, narrow), kindOf('cancelled'))
  const third = query('SELECT 3', [], {}, narrow)
  second.abort()
  await waiting
  first.abort()
  await running
  assert.deepEqual((await third).lines, ['"_col0"', '"3"'])
})

test('a statement that needs more memory than it may have is refused, and others go on', async () => {
  const small = engineOf({ memoryBytesMax: 700 * 1024 ** 2, childrenMax: 2 })
  const [hog, other] = await Promise.allSettled([query(hungry, [], {}, small), query('SELECT 2', [], {}, small)])
  assert.equal(hog.status, 'rejected')
  assert.ok(hog.status === 'rejected' && kindOf('resource')(hog.reason))
  assert.equal(other.status, 'fulfilled')
  assert.deepEqual((await query('SELECT 3', [], {}, small)).lines, ['"_col0"', '"3"'])
})

test('a statement whose process dies is told so, and the next one runs in another', { skip: withoutProc }, async () => {
  const lonely = engineOf({ childrenMax: 1 })
  const before = new Set(await children())
  const running = assert.rejects(query(endless, [], {}, lonely), kindOf('crashed'))
  let own: number | undefined
  while (own === undefined) own = (await children()).find(pid => !before.has(pid))
  process.kill(own, 'SIGKILL')
  await running
  assert.deepEqual((await query('SELECT 1', [], {}, lonely)).lines, ['"_col0"', '"1"'])
})

test('what a callback of the caller throws comes back as it is, and the child lives on', async () => {
  const own = new Error('no such table, says the catalog')
  await assert.rejects(query('SELECT * FROM t', [], { tables: () => Promise.reject(own) }), cause => cause === own)
  const t = await jsonTable('t', [{ name: 'v', type: 'int' }], [], [{ values: [], rows: [{ v: 1 }] }])
  await assert.rejects(query('SELECT * FROM t', [{ ...t, files: () => Promise.reject(own) }]), cause => cause === own)
  assert.deepEqual((await query('SELECT v FROM t', [t])).lines, ['"v"', '"1"'])
})

test('statements run side by side', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => query(`SELECT ${index}`)))
  assert.deepEqual(
    answers.map(answer => answer.lines[1]),
    Array.from({ length: 8 }, (_, index) => `"${index}"`),
  )
})

test('after close nothing runs, and what ran is cancelled', async () => {
  const made = engineOf({})
  made.warm()
  const running = assert.rejects(query(endless, [], {}, made), kindOf('cancelled'))
  await query('SELECT 1', [], {}, engine)
  await made.close()
  await running
  await assert.rejects(query('SELECT 1', [], {}, made), kindOf('cancelled'))
})

test('a million rows come out whole, in order, without growing the caller', async () => {
  const before = process.memoryUsage.rss()
  const answer = await query(
    'SELECT a.x * 1000 + b.x AS x, (a.x * 1000 + b.x) * 1.5e0 AS y FROM UNNEST(sequence(0, 999)) AS a(x) CROSS JOIN UNNEST(sequence(1, 1000)) AS b(x) ORDER BY 1 DESC',
  )
  assert.equal(answer.rows, 1_000_000)
  assert.equal(answer.lines[1], '"1000000","1500000.0"')
  assert.equal(answer.lines[1_000_000], '"1","1.5"')
  assert.ok(process.memoryUsage.rss() - before < 400 * 1024 ** 2)
})

test('a statement that nests beyond reason is refused and harms no child', async () => {
  await assert.rejects(query(`SELECT ${'('.repeat(5000)}1${')'.repeat(5000)}`), kindOf('syntax'))
  await assert.rejects(query(`SELECT ${'- '.repeat(20_000)}1`), (cause: unknown) => cause instanceof EngineFault)
  await assert.rejects(query(`SELECT 1${' + 1'.repeat(60_000)}`), (cause: unknown) => cause instanceof EngineFault)
  assert.deepEqual((await query('SELECT 1')).lines, ['"_col0"', '"1"'])
})
