// What is remembered of a statement's text is what the parser makes of it, and stands in for it in a new child only.

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { tries } from '../../../test/testing/tries.ts'
import { EngineFault } from './fault.ts'
import { parsedTexts } from './process/parsed-texts.ts'
import { parse, tokens } from './process/parser.ts'
import type { ParsedText, Task } from './protocol.ts'
import { engineOf, jsonTable, query } from './testing/tables.ts'
import { keepTexts, textsOf } from './texts-of-late.ts'

const taskOf = (sql: string): Task => ({ kind: 'query', sql, defaultDatabase: 'default', now: 0, resultDirectory: '' })
const tree = (text: string, json = '[]'): ParsedText => ({ kind: 'tree', text, json })

async function statements(): Promise<readonly string[]> {
  const folder = new URL('../sql/cases/', import.meta.url)
  const texts = await Promise.all((await readdir(folder)).map(file => readFile(new URL(file, folder), 'utf8')))
  const found: string[] = []
  const collect = (value: unknown): void => {
    if (typeof value === 'string' && /\b(select|values|with)\b/i.test(value)) found.push(value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect)
  }
  for (const text of texts) collect(JSON.parse(text))
  return found
}

/** A member without a value is no member. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]))
}

test('what is told of a text and given back is what the parser makes of it', async () => {
  let compared = 0
  const all = await statements()
  const every = Math.ceil(all.length / tries(all.length))
  const from = Math.floor(Math.random() * every)
  for (const sql of all.filter((_, index) => index % every === from)) {
    parsedTexts.begin([])
    const made = await Promise.all([parse(sql), tokens(sql)]).catch(() => undefined)
    if (made === undefined) continue
    const { parsed = [] } = parsedTexts.told()
    parsedTexts.begin(parsed)
    assert.deepEqual(await Promise.all([parse(sql), tokens(sql)]), plain(made), sql)
    assert.deepEqual(parsedTexts.told(), {}, 'nothing was parsed again')
    compared += 1
  }
  parsedTexts.begin(undefined)
  assert.ok(compared > 300, `${compared} statements`)
})

test('a new child answers a statement of late as the first one did, and names the place of what is wrong with it', async () => {
  const sql = 'SELECT upper(name) AS n FROM people WHERE age > 30'
  const people = (column: string) =>
    jsonTable(
      'people',
      [
        { name: column, type: 'string' },
        { name: 'age', type: 'int' },
      ],
      [],
      [{ values: [], rows: [{ [column]: 'Ada', age: 36 }] }],
    )
  const first = engineOf({ childrenMax: 1 })
  const { lines } = await query(sql, [await people('name')], {}, first)
  assert.deepEqual(lines, ['"n"', '"ADA"'])
  await first.close()
  assert.deepEqual(
    textsOf(taskOf(sql)).map(({ kind, text }) => ({ kind, text })),
    [{ kind: 'tree', text: sql }],
  )

  const second = engineOf({ childrenMax: 1 })
  assert.deepEqual((await query(sql, [await people('name')], {}, second)).lines, lines)
  await second.close()
  const third = engineOf({ childrenMax: 1 })
  await assert.rejects(
    async () => query(sql, [await people('surname')], {}, third),
    (cause: unknown) => cause instanceof EngineFault && /line 1:14: .*'name'/.test(cause.message),
  )
})

test('a hundred statements are remembered, the latest, and none that is large', () => {
  for (let number = 0; number <= 100; number++) keepTexts(taskOf(`SELECT ${number}`), [tree(`SELECT ${number}`)])
  assert.deepEqual(textsOf(taskOf('SELECT 0')), [])
  assert.deepEqual(textsOf(taskOf('SELECT 1')), [tree('SELECT 1')])
  keepTexts(taskOf('SELECT 1'), [tree('SELECT 1', '[1]')])
  keepTexts(taskOf('SELECT 101'), [tree('SELECT 101')])
  assert.deepEqual(textsOf(taskOf('SELECT 1')), [tree('SELECT 1', '[1]')])
  assert.deepEqual(textsOf(taskOf('SELECT 2')), [])
  keepTexts(taskOf('SELECT 3'), [tree('SELECT 3', ' '.repeat(65 * 1024))])
  assert.deepEqual(textsOf(taskOf('SELECT 3')), [tree('SELECT 3')], 'what was known before stays')
})
