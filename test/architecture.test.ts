/**
 * The house's rules, each with its reason: who may import whom, who may touch the world, how large a file may be. A rule
 * that strains is changed here and in ARCHITECTURE.md in the same change, with a decision record.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { version } from '../src/version.ts'

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const root = join(import.meta.dirname, '..')
const files = globSync('src/**/*.ts', { cwd: root }).sort()
const isTest = (file: string) => file.endsWith('.test.ts') || file.includes('/testing/')
const sources = files.filter(file => !isTest(file))
const textOf = new Map(files.map(file => [file, readFileSync(join(root, file), 'utf8')]))
const codeOf = (file: string) =>
  (textOf.get(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\w])\/\/.*$/gm, '$1')

/** `import … from 'x'`, `export … from 'x'`, `import('x')`, `new URL('x', import.meta.url)`. */
function importsOf(file: string): readonly Import[] {
  const pattern =
    /(?:import|export)\s+(type\s+)?(?:[\w*{][^'";]*?\sfrom\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)|new URL\(\s*'([^']+)',\s*import\.meta\.url/g
  return [...codeOf(file).matchAll(pattern)].map(([whole, type, plain, dynamic, url]) => {
    const name = plain ?? dynamic ?? url ?? ''
    const to = name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name
    const onlyTypes = type !== undefined || /^import\s*\{(\s*type\s[^,}]+,?)+\s*\}/.test(whole)
    return { from: file, to, typeOnly: onlyTypes }
  })
}
const imports = sources.flatMap(importsOf)
/** Compiled, the examples stand beside what was `src/`: that is no import of it. */
const inside = imports.filter(one => one.to.startsWith('src/') && !one.to.startsWith('src/examples/'))

/** Longest prefix wins. Import only from a lower rank, never sideways; inside a room everything may see everything. */
const ranks: Readonly<Record<string, number>> = {
  'src/version.ts': 0,
  'src/world/': 0,
  'src/durable/': 1,
  'src/formats/': 1,
  'src/gateway/': 1,
  'src/govern/iam/': 2,
  'src/observe/metrics/': 2,
  'src/store/s3/': 2,
  'src/collect/kinesis/': 2,
  'src/catalog/glue/': 3,
  'src/transform/functions/': 3,
  'src/govern/keys/': 3,
  'src/analyze/engine/': 4,
  'src/analyze/sql/': 4,
  'src/catalog/crawlers/': 4,
  'src/collect/firehose/': 4,
  'src/analyze/athena/': 5,
  'src/transform/jobs/': 5,
  'src/orchestrate/': 6,
  'src/define/': 6,
  'src/aws.ts': 7,
  'src/in-process/': 8,
  'src/lake.ts': 9,
  'src/running/': 10,
  'src/cli/': 11,
  'src/index.ts': 11,
}
function roomOf(file: string): string {
  const room = Object.keys(ranks)
    .filter(prefix => file.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0]
  assert.ok(room, `${file} stands in no room: give its folder a rank in test/architecture.test.ts and ARCHITECTURE.md`)
  return room
}
/** Rooms of one rank that are one thing in two folders: the translation runs inside the engine's child. */
const together: readonly (readonly [string, string])[] = [['src/analyze/engine/', 'src/analyze/sql/']]
const areTogether = (here: string, there: string) => together.some(pair => pair.includes(here) && pair.includes(there))

test('a file imports only from rooms of a lower rank, never sideways', () => {
  const wrong = inside.filter(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)]
    if (here === there || areTogether(here, there)) return false
    return (ranks[there] ?? 99) >= (ranks[here] ?? 0)
  })
  assert.deepEqual(wrong.map(show), [])
})

/** Runs in the process of a function, which belongs to the function. */
const isInFunction = (file: string) => file.startsWith('src/transform/functions/process/')

interface Ban {
  readonly what: RegExp
  readonly where: (file: string) => boolean
  readonly why: string
}
const bans: readonly Ban[] = [
  {
    what: /\bDate\.now\b|\bnew Date\(\s*\)|\bTemporal\.Now\b|\bperformance\.now\b/,
    where: file => !file.startsWith('src/world/') && !isInFunction(file),
    why: 'time comes from world/clock, so that a simulated clock moves everything (a function has a clock of its own)',
  },
  {
    what: /\bset(Timeout|Interval)\(|node:timers|AbortSignal\.timeout/,
    where: file =>
      !file.startsWith('src/world/') && file !== 'src/gateway/http.ts' && !file.startsWith('src/analyze/engine/'),
    why: 'appointments are made with world/clock (sockets and engine children are bounded in real time)',
  },
  {
    what: /\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|getRandomValues/,
    where: file => !file.startsWith('src/world/'),
    why: 'randomness comes from world/random, so that one seed replays one run',
  },
  {
    what: /'node:(fs|fs\/promises)'/,
    where: file =>
      !file.startsWith('src/world/') &&
      !file.startsWith('src/analyze/engine/') &&
      !file.startsWith('src/transform/functions/runtime/') &&
      !isInFunction(file) &&
      !file.startsWith('src/cli/'),
    why: 'files are reached through world/disk, which the crash tests can break (the engine child reads blobs itself, a function its code in scratch)',
  },
  {
    what: /\bprocess\.(env|exit|stdout|stderr|argv|cwd|on|once)\b|\bconsole\./,
    where: file =>
      !file.startsWith('src/world/') &&
      !file.startsWith('src/analyze/engine/') &&
      !isInFunction(file) &&
      file !== 'src/cli/main.ts',
    why: 'the environment and the console belong to world/terminal and world/log',
  },
  {
    what: /'node:(http|http2|net|tls)'/,
    where: file =>
      !file.startsWith('src/gateway/') &&
      !file.startsWith('src/world/') &&
      !file.startsWith('src/transform/functions/'),
    why: 'only the gateway listens (a function and the lake speak over a pair of sockets)',
  },
  {
    what: /'@duckdb\//,
    where: file => !file.startsWith('src/analyze/engine/'),
    why: 'DuckDB runs in the engine’s children only',
  },
  {
    what: /'@polyglot-sql\//,
    where: file => !/^src\/analyze\/(engine|sql)\//.test(file),
    why: 'the SQL parser runs in the engine’s children only',
  },
  {
    what: /'jsts\//,
    where: file => !file.startsWith('src/analyze/sql/computed/geometry/'),
    why: 'the library of geometry is loaded by statements that name a geometry only',
  },
  {
    what: /'node:sqlite'/,
    where: file => !/^src\/(world|durable)\//.test(file),
    why: 'the ledger is the only database',
  },
  {
    what: /'node:child_process'/,
    where: file =>
      !/^src\/(world|analyze\/engine|transform\/functions\/runtime)\//.test(file) && file !== 'src/cli/type-check.ts',
    why: 'only the engine and the functions have children (biwa check asks TypeScript)',
  },
  { what: /\bany\b(?=\s*[[\]>,;)=|&])/, where: () => true, why: 'unknown at the borders, shapes make it types' },
]

for (const { what, where, why } of bans) {
  test(`${what.source.slice(0, 60)}: ${why}`, () => {
    const wrong = sources.filter(where).flatMap(file =>
      codeOf(file)
        .split('\n')
        .flatMap(line => (what.test(line) ? [`${file}: ${line.trim()}`] : [])),
    )
    assert.deepEqual(wrong, [])
  })
}

test('only durable/ takes a disk, from what opens a lake', () => {
  const wrong = inside.filter(
    ({ from, to }) =>
      to === 'src/world/disk.ts' &&
      !/^src\/(world|durable)\/|^src\/lake\.ts|^src\/in-process\/(options|faults)\.ts|^src\/cli\//.test(from),
  )
  assert.deepEqual(wrong.map(show), [])
})

test("a part never imports another part's class: lake.ts hands it in as the interface its user declares", () => {
  const wrong = inside.filter(({ from, to, typeOnly }) => {
    if (
      typeOnly ||
      roomOf(from) === roomOf(to) ||
      areTogether(roomOf(from), roomOf(to)) ||
      (ranks[roomOf(from)] ?? 0) >= 8
    )
      return false
    return (ranks[roomOf(to)] ?? 0) >= 2 && !/faults?\.ts$/.test(to) && /^export class /m.test(codeOf(to))
  })
  assert.deepEqual(wrong.map(show), [])
})

test('a part never imports its api/, and an api module knows its own part and the gateway only', () => {
  const upward = inside.filter(
    ({ from, to }) => to.includes('/api/') && !from.includes('/api/') && from !== 'src/aws.ts',
  )
  const aside = inside.filter(
    ({ from, to }) => from.includes('/api/') && roomOf(to) !== roomOf(from) && !/^src\/(gateway|formats)\//.test(to),
  )
  assert.deepEqual([...upward, ...aside].map(show), [])
})

test('imports form no cycle', () => {
  const edges = new Map<string, string[]>()
  for (const { from, to, typeOnly } of inside) if (!typeOnly) edges.set(from, [...(edges.get(from) ?? []), to])
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const walk = (file: string, path: readonly string[]) => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const next of edges.get(file) ?? []) walk(next, [...path, file])
    state.set(file, 'done')
  }
  for (const file of sources) walk(file, [])
  assert.deepEqual(cycles, [])
})

test('every file has an importer, but the entries', () => {
  const entries = new Set([
    'src/index.ts',
    'src/cli/main.ts',
    'src/define/define.ts',
    'src/analyze/engine/process/main.ts',
    'src/collect/firehose/jq/thread.ts',
    'src/transform/functions/process/main.ts',
    'src/transform/functions/process/batch-main.ts',
  ])
  const imported = new Set(inside.map(one => one.to))
  const shippedForTests = (file: string) => file.startsWith('src/world/simulated/')
  assert.deepEqual(
    sources.filter(file => !entries.has(file) && !imported.has(file) && !shippedForTests(file)),
    [],
  )
})

/** Longer than 400 lines only with a reason. */
const longFiles: Readonly<Record<string, string>> = {}
test('files are read in one go: at most 400 lines, tests 600', () => {
  const tests = globSync('test/**/*.ts', { cwd: root })
  const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length
  const long = [...files, ...tests].filter(
    file => lines(file) > (isTest(file) || file.startsWith('test/') ? 600 : 400) && !(file in longFiles),
  )
  assert.deepEqual(long, [])
})

test('no file leaves work for later in a comment, and no test is switched off', () => {
  const marks = new RegExp(`\\b(${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')}|XXX|HACK)\\b`)
  const all = [...files, ...globSync('test/**/*.ts', { cwd: root })].filter(
    file => file !== 'test/architecture.test.ts',
  )
  const wrong = all.filter(file => {
    const text = readFileSync(join(root, file), 'utf8')
    return marks.test(text) || /\b(test|it|describe)\.(only|todo)\(/.test(text)
  })
  assert.deepEqual(wrong, [])
})

test('a file opens with what it is for', () => {
  const wrong = sources.filter(file => !/^(#!.*\n)?(\/\*\*?|\/\/) ?/.test(textOf.get(file) ?? ''))
  assert.deepEqual(wrong, [])
})

test('the version in the code is the version of the package', () => {
  assert.equal(version, (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version)
})

test('every dependency has a decision record', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >
  const records = globSync('docs/decisions/*.md', { cwd: root })
    .map(file => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const named = (name: string) => records.includes(`\`${name.startsWith('@aws-sdk/') ? '@aws-sdk/client-*' : name}\``)
  assert.deepEqual(
    Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter(name => !named(name)),
    [],
  )
})

const show = ({ from, to }: Import) => `${from} imports ${to}`
