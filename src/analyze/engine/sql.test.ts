// Athena's language on the engine: every case of sql/cases/ gives what Athena gives. (escapes.json is escapes.test.ts's.)

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { EngineFault } from './fault.ts'
import type { QueryResult } from './request.ts'
import { directory, engine } from './testing/tables.ts'

interface Case {
  readonly sql: string
  readonly columns?: readonly string[]
  readonly types?: readonly string[]
  readonly rows?: readonly string[]
  readonly separator?: string
  /** What the message holds; empty: anything. */
  readonly error?: string
}

async function query(sql: string): Promise<QueryResult> {
  return engine.query({
    sql,
    defaultDatabase: 'default',
    now: Date.parse('2025-10-15T03:15:30.120Z'),
    tables: async references => {
      throw new EngineFault('semantic', `TABLE_NOT_FOUND: Table '${references[0]?.name}' does not exist`)
    },
    resultDirectory: await directory(),
    result: 'athena-csv',
    signal: new AbortController().signal,
    deadlineMilliseconds: 60_000,
  })
}

/** Athena's CSV with NULL (an empty field without quotes) spelled out. Values of the cases hold no line breaks. */
function rowsOf(csv: string, separator: string): readonly string[] {
  const lines = csv.split('\n').slice(1, -1)
  return lines.map(line =>
    [...`${line},`.matchAll(/("(?:[^"]|"")*"|),/g)]
      .map(([, field]) => (field === '' || field === undefined ? 'NULL' : field.slice(1, -1).replaceAll('""', '"')))
      .join(separator),
  )
}

const folder = new URL('../sql/cases/', import.meta.url)
const files = (await readdir(folder)).filter(name => name.endsWith('.json') && name !== 'escapes.json').sort()
const read = await Promise.all(files.map(name => readFile(new URL(name, folder), 'utf8')))
const cases = read.flatMap(text => JSON.parse(text) as readonly Case[])
for (const one of cases) {
  test(`${one.sql === '' ? 'an empty statement' : one.sql} ${one.error === undefined ? 'answers as Athena does' : 'is refused as Athena does'}`, async () => {
    if (one.error !== undefined) {
      await assert.rejects(query(one.sql), (cause: unknown) => {
        assert.ok(cause instanceof EngineFault, String(cause))
        assert.notEqual(cause.kind, 'crashed')
        assert.ok(cause.message.includes(one.error ?? ''), cause.message)
        return true
      })
      return
    }
    const result = await query(one.sql)
    const csv = await readFile(result.file, 'utf8')
    assert.deepEqual(rowsOf(csv, one.separator ?? ','), one.rows)
    assert.equal(result.rows, one.rows?.length)
    if (one.types !== undefined)
      assert.deepEqual(
        result.columns.map(column => column.type),
        one.types,
      )
    if (one.columns !== undefined)
      assert.deepEqual(
        result.columns.map(column => column.name),
        one.columns,
      )
  })
}
