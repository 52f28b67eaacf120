// The cage under statements that nobody thought of: the corpus of attempts and the cases, mixed and mutated. What is
// translated must be a statement of DuckDB, name nothing but its tables and touch no file. BIWA_FUZZ_SEED and
// BIWA_FUZZ_RUNS choose others; a failure says its seed and its statement.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { references } from '../sql/references.ts'
import type { Column } from '../sql/scope.ts'
import { identifier } from '../sql/text.ts'
import { statementOf, translate } from '../sql/translate.ts'
import { duckName, typeOfHive } from '../sql/typing/names.ts'
import { EngineFault } from './fault.ts'
import { Instance } from './process/instance.ts'
import { parse } from './process/parser.ts'

const seed = Number(process.env.BIWA_FUZZ_SEED ?? 4)
const runs = Number(process.env.BIWA_FUZZ_RUNS ?? 3000)
const folder = new URL('../sql/cases/', import.meta.url)
const directory = await mkdtemp(join(tmpdir(), 'biwa-fuzz-'))
after(() => rm(directory, { recursive: true, force: true }))

/** mulberry32: the same statements for the same seed. */
function random(from: number): (below: number) => number {
  let state = from >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

async function corpus(): Promise<readonly string[]> {
  const found: string[] = []
  for (const file of (await readdir(folder)).sort()) {
    const content: unknown = JSON.parse(await readFile(new URL(file, folder), 'utf8'))
    collect(content)
  }
  return found.filter(sql => sql.length < 600)

  function collect(value: unknown): void {
    if (typeof value === 'string' && /\b(select|values|with)\b/i.test(value)) found.push(value)
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) if (key !== 'bounded') collect(inner)
  }
}

/** What may stand where a token stood. */
const pieces = [
  ...["'$1'", "'$2 || $1'", "'{'", "'}'", "''''", "'\\'", "'--'", "'/*'", "'$*'", "'%''%'", "'a\u0000b'", "'\u2028'"],
  ...['"a""b"', '"$1"', '"{}"', '"--"', '"/etc/passwd"', '"select"', '"athena_scan_0"', '"c0"', '"a;b"', '"$path"'],
  ...[
    "'/etc/passwd'",
    't',
    'u',
    't.a',
    't.s',
    't.r.x',
    't.l',
    't.m',
    'NULL',
    '1e0',
    '-1',
    '9223372036854775808',
    '.5',
    '*',
  ],
  ...['(', ')', ',', ';', '--', '/*', '*/', '||', '::', '->', '[1]', '.x', 'AS', 'OVER ()', 'ORDER BY 1', "ESCAPE '!'"],
  ...[
    'getenv',
    'read_text',
    "TIMESTAMP '2025-01-01 00:00:00 $1'",
    "INTERVAL '1' DAY",
    "X'24'",
    'ARRAY[]',
    "ROW('$1', 2)",
  ],
]

const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\w$.]+|\s+|./gs

function mutated(sql: string, other: string, pick: (below: number) => number): string {
  const parts = sql.match(tokens) ?? []
  const others = other.match(tokens) ?? []
  const piece = () => pieces[pick(pieces.length)] ?? ''
  for (let change = 0; change <= pick(2); change++) {
    const at = pick(parts.length + 1)
    switch (pick(9)) {
      case 0:
        parts.splice(at, 0, ' ', piece(), ' ')
        break
      case 1:
        parts.splice(at, 1, piece())
        break
      case 2:
        parts.splice(at, 1)
        break
      case 3:
        parts.splice(at, 1, ...others.slice(pick(others.length), pick(others.length) + 4))
        break
      case 4:
      case 7:
        replace(parts, pick, part => part.startsWith("'"), piece())
        break
      case 5:
      case 8:
        replace(parts, pick, part => /^[A-Za-z_"]/.test(part), piece())
        break
      case 6:
        return `WITH "x${piece()}" AS (${parts.join('')}) SELECT * FROM (${other}) AS q, t`
    }
  }
  return parts.join('')
}

function replace(parts: string[], pick: (below: number) => number, of: (part: string) => boolean, by: string): void {
  const places = parts.flatMap((part, index) => (of(part) ? [index] : []))
  const place = places[pick(places.length || 1)]
  if (place !== undefined) parts[place] = by
}

const declared: readonly Column[] = [
  ['a', 'int'],
  ['s', 'string'],
  ['d', 'double'],
  ['at', 'timestamp'],
  ['l', 'array<string>'],
  ['m', 'map<string,int>'],
  ['r', 'struct<x:int,y:string>'],
].map(([name = '', type = '']) => ({ name, type: typeOfHive(type) }))

/** Undefined for what is refused. */
async function translated(sql: string): Promise<string | undefined> {
  try {
    const node = statementOf(await parse(sql))
    const known = new Set(['t', 'u'])
    const all = references(node.tree, 'default')
    if (all.some(({ database, name }) => database !== 'default' || !known.has(name)) || all.length > 4) return undefined
    return translate(node, { defaultDatabase: 'default', now: 0, text: sql, tables: () => declared }).sql
  } catch (cause) {
    assert.ok(cause instanceof EngineFault, `seed ${seed}: ${JSON.stringify(sql)}: ${(cause as Error).stack}`)
    return undefined
  }
}

test('what comes through the translation is DuckDB’s language, and opens no file', { timeout: 300_000 }, async () => {
  using instance = await Instance.open({ memoryBytesMax: 256 * 1024 ** 2, residentBytesMax: 2 * 1024 ** 3, threads: 1 })
  using session = await instance.session()
  // Else constants are computed while a statement is only looked at, and a mutation's `repeat` may be of gigabytes.
  await session.run('PRAGMA disable_optimizer')
  await instance.confine([], directory)
  const columns = declared.map(({ name, type }) => `CAST(NULL AS ${duckName(type)}) AS ${identifier(name ?? '')}`)
  for (let scan = 0; scan < 8; scan++)
    await session.run(`CREATE TEMP VIEW athena_scan_${scan} AS SELECT ${columns.join(', ')}, 's3://b/k' AS "$path"`)
  const pick = random(seed)
  const all = await corpus()
  const texts = await Promise.all(all.map(translated))
  const understandable = all.filter((_, index) => texts[index] !== undefined)
  let understood = 0
  for (let run = 0; run < runs; run++) {
    const from = pick(4) === 0 ? all : understandable
    const sql = mutated(from[pick(from.length)] ?? '', understandable[pick(understandable.length)] ?? '', pick)
    const text = await translated(sql)
    if (text === undefined) continue
    understood += 1
    const said = await session.describe(text).then(
      () => '',
      (cause: Error) => cause.message,
    )
    const shown = `seed ${seed}, run ${run}: ${JSON.stringify(sql)} became ${text}: ${said}`
    assert.doesNotMatch(said, /Parser Error|Catalog Error|Permission Error|IO Error|syntax error|INTERNAL/, shown)
  }
  assert.ok(understood > runs / 10, `only ${understood} of ${runs} statements were understood: the test tests nothing`)
  const touched = await session.rows(
    "SELECT DISTINCT json_extract_string(message, '$.path') FROM duckdb_logs() WHERE type = 'FileSystem'",
  )
  assert.deepEqual(touched, [])
})
