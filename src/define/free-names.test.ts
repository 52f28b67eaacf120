/** The names that a function's text would miss are found, and no others: what would run is never taken for what would not. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freeNamesOf } from './free-names.ts'

const namesIn = (text: string) => freeNamesOf(text).map(({ name }) => name)

for (const [text, wanted] of [
  ['rows => rows.map(row => ({ ...row, kelvin: row.celsius + offset }))', ['offset']],
  ['rows => rows.map(convert)', ['convert']],
  ['transform(rows) { return rows.map(convert) }', ['convert']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a program's text
  ['rows => `${rows.length} of ${total} in ${`${rows[0]}`}`', ['total']],
  ['({ rows: [first, { second = first }], ...rest }) => [first, second, rest, third]', ['third']],
  ['rows => rows.map(({ a }) => ({ a, rate, [key]: 1, plain: 2 }))', ['rate', 'key']],
  ['rows => { switch (rows.length) { case limit: return [] } return rows }', ['limit']],
  ['async function* named(rows) { for await (const row of rows) { named(row); yield helper(row) } }', ['helper']],
  ['rows => rows.flatMap(row => row.hot ? hot : row)', ['hot']],
  ["rows => rows.filter(({ text }) => /it's [/'] a/.test(text) && text.length / 2 / limit > 1)", ['limit']],
] as const)
  test(`${text} misses ${wanted.join(', ')}`, () => {
    assert.deepEqual(namesIn(text), wanted)
  })

for (const text of [
  '(rows, { deadLetter }) => rows.flatMap(row => (row.t < 60 ? [row] : (deadLetter(row, "hot") ?? [])))',
  'rows => { const by = new Map(), seen = new Set(); for (const { a: b, ...c } of rows) by.set(b, c); return [...by, seen] }',
  'rows => { let i, j = 2; for (i = 0; i < j; i++); function inner(p) { return p + q } var q = 1; return inner(i) }',
  'rows => { outer: for (const a of rows) for (const b of a) if (b) continue outer; else break outer; return rows }',
  'rows => { try { return rows } catch ({ message: said }) { throw new Error(said) } }',
  'rows => (typeof bonus === "undefined" ? rows : bonus)',
  'rows => rows.map(row => ({ at: Temporal.Instant.from(row.at), id: Math.round(row.id), seen: new Date(1_000.5e3) }))',
  'rows => { class Sum { total = 0; add(n) { this.total += n } } return [new Sum()] }',
  'rows => "const offset" + rows /* offset */ // offset',
])
  test(`${text} misses nothing`, () => {
    assert.deepEqual(namesIn(text), [])
  })

test('a name is told by its line and column', () => {
  assert.deepEqual(freeNamesOf('rows =>\n  rows.map(row => row.x * factor)'), [{ name: 'factor', line: 2, column: 27 }])
})

test('what others have written is read rightly: whole programs miss only what they are given', () => {
  // What Node hands to a module, test runners to a test, and browsers to a page.
  const given = new Set(
    'require module exports __dirname __filename define window self document global describe it Worker postMessage onmessage'.split(
      ' ',
    ),
  )
  const packages = ['async', 'fflate', 'lodash', 'koa', 'winston', 'side-channel', 'deep-equal', 'debug', 'bytes', 'ms']
  const root = join(import.meta.dirname, '../../node_modules')
  const files = packages.flatMap(name => globSync(join(root, name, '**/*.{js,cjs}')))
  const programs = files.map(file => readFileSync(file, 'utf8')).filter(text => !/^\s*(import|export)\b/m.test(text))
  assert.ok(programs.length > 100)
  const missed = programs.flatMap(text => namesIn(text).filter(name => !given.has(name)))
  assert.deepEqual([...new Set(missed)], [])
})
