// The cage: no statement of sql/cases/escapes.json gets at anything but its tables. Those that ask for something else
// are refused before DuckDB sees them; texts and names that would mean something to DuckDB mean nothing; what would
// take all memory or all time is ended.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { references } from '../sql/references.ts'
import { statementOf, translate } from '../sql/translate.ts'
import { typeOfHive } from '../sql/typing/names.ts'
import { EngineFault } from './fault.ts'
import { parse } from './process/parser.ts'
import { engineOf, query } from './testing/tables.ts'

type Topics = Readonly<Record<string, readonly string[]>>
const { refused, harmless, bounded } = JSON.parse(
  await readFile(new URL('../sql/cases/escapes.json', import.meta.url), 'utf8'),
) as Readonly<Record<'refused' | 'harmless' | 'bounded', Topics>>

/** As the child does before it asks DuckDB for anything. */
async function translated(sql: string): Promise<string> {
  const node = statementOf(await parse(sql))
  const [table] = references(node.tree, 'default')
  if (table !== undefined) throw new EngineFault('semantic', `TABLE_NOT_FOUND: ${table.database}.${table.name}`)
  const tables = () => assert.fail('a table was named that no reference told of')
  return translate(node, { defaultDatabase: 'default', now: 0, text: sql, tables }).sql
}

for (const [topic, statements] of Object.entries(refused)) {
  test(`${topic}: refused before the engine sees them`, async () => {
    for (const sql of statements) {
      await assert.rejects(
        async () => assert.fail(`became ${await translated(sql)}`),
        (cause: unknown) => {
          assert.ok(cause instanceof EngineFault, `${sql.slice(0, 200)}: ${cause}`)
          assert.ok(['syntax', 'semantic', 'unsupported'].includes(cause.kind), `${cause.kind}: ${cause.message}`)
          return true
        },
      )
    }
  })
}

/** DuckDB's words for a text that it could not read, or that led it to something of its own. */
const gotThrough = /Parser Error|syntax error|Catalog Error|Permission Error|IO Error|root:|unterminated/

for (const [topic, statements] of Object.entries(harmless)) {
  test(`${topic}: mean nothing`, async () => {
    for (const sql of statements) {
      try {
        const { lines } = await query(sql)
        assert.doesNotMatch(lines.slice(1).join('\n'), /root:|v1\.\d/, sql)
      } catch (cause) {
        assert.ok(cause instanceof EngineFault, `${sql}: ${cause}`)
        assert.doesNotMatch(cause.message.replace(sql, ''), gotThrough, sql)
        assert.notEqual(cause.kind, 'crashed', sql)
      }
    }
  })
}

const small = engineOf({ memoryBytesMax: 700 * 1024 ** 2, childrenMax: 1 })

for (const [topic, statements] of Object.entries(bounded)) {
  test(`too much ${topic}: ends alone, and the next statement runs`, async () => {
    for (const sql of statements) {
      const shown = sql.slice(0, 100)
      await query(sql, [], { deadlineMilliseconds: 800 }, small).catch((cause: unknown) => {
        assert.ok(cause instanceof EngineFault, `${shown}: ${cause}`)
        assert.ok(
          ['resource', 'timeout', 'data', 'syntax', 'semantic'].includes(cause.kind),
          `${shown}: ${cause.kind} ${cause.message}`,
        )
        assert.doesNotMatch(cause.message, gotThrough, shown)
        assert.doesNotMatch(cause.message, /GENERIC_INTERNAL_ERROR/, shown)
        assert.ok(cause.message.length < 5000, `${shown}: a message of ${cause.message.length} characters`)
      })
      assert.deepEqual((await query('SELECT 1', [], {}, small)).lines, ['"_col0"', '"1"'], shown)
    }
  })
}

test('brackets inside of a text nest nothing', async () => {
  const { lines } = await query(`SELECT json_array_length('${'['.repeat(300)}${']'.repeat(300)}')`)
  assert.deepEqual(lines, ['"_col0"', '"1"'])
})

test('a row of more fields than an expression may be deep is shown', async () => {
  const fields = Array.from({ length: 1500 }, (_, index) => `f${index} integer`)
  assert.deepEqual((await query(`SELECT CAST(NULL AS row(${fields.join(', ')})) AS x, 1 AS y`)).lines, [
    '"x","y"',
    ',"1"',
  ])
})

for (const [what, nested] of [
  ['arrays', (depth: number) => `${'array<'.repeat(depth)}int${'>'.repeat(depth)}`],
  ['maps', (depth: number) => `${'map<string,'.repeat(depth)}int${'>'.repeat(depth)}`],
  ['structs', (depth: number) => `${'struct<a:'.repeat(depth)}int${'>'.repeat(depth)}`],
] as const)
  test(`a catalog's column of ${what} in one another without end is refused, at once`, () => {
    assert.ok(typeOfHive(nested(100)))
    assert.throws(() => typeOfHive(nested(9000)), /nests deeper than 100 levels/)
  })
