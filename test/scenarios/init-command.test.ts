/**
 * `biwa init` writes a package that passes: whatever is answered, its types are right, its definition loads, and its own
 * test sees the row that comes out. What cannot be is asked for again, and nothing that is there is written over.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { biwaDependency } from '../../src/cli/init/own-package.ts'
import { devDependencies } from '../../src/cli/init/package-files.ts'
import { run } from '../../src/cli/run.ts'
import { version } from '../../src/version.ts'
import { RecordingTerminal } from '../testing/terminal.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const tsc = join(root, 'node_modules/typescript/bin/tsc')
let folder: string

/** What `npm install` would lay out: this Biwa with its declarations, and Node's types. */
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biwa-init-'))
  const biwa = join(folder, 'node_modules/biwa')
  await mkdir(biwa, { recursive: true })
  const declared = ['--emitDeclarationOnly', '--outDir', join(biwa, 'types')]
  await execute(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...declared])
  await symlink(join(root, 'src'), join(biwa, 'src'))
  await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  const entry = (name: string) => ({ types: `./types/${name}.d.ts`, default: `./src/${name}.ts` })
  const exports = { '.': entry('index'), './define': entry('define/define') }
  await writeFile(join(biwa, 'package.json'), JSON.stringify({ name: 'biwa', type: 'module', exports }))
})
after(() => rm(folder, { recursive: true, force: true }))

async function init(words: readonly string[], typed: readonly string[] = []) {
  const terminal = new RecordingTerminal(folder, typed)
  const code = await run(['init', ...words], terminal)
  return { code, out: terminal.printed, err: terminal.complained }
}

const read = (name: string, file: string) => readFile(join(folder, name, file), 'utf8')

/** What a program prints, and whether it succeeds. */
const ended = (words: readonly string[], cwd: string) => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // else a test within a test does not run
  return execute(process.execPath, [...words], { cwd, env }).then(
    ({ stdout }) => ({ passes: true, printed: stdout }),
    ({ stdout, stderr }) => ({ passes: false, printed: `${stdout}\n${stderr}` }),
  )
}

const orders = 'order_id string, amount decimal(10,2), room string?, paid boolean, at timestamp, number bigint'
const sets: readonly (readonly [name: string, words: readonly string[]])[] = [
  ['all-proposed', []],
  ['direct', ['--source', 'direct', '--every', 'none', '--compression', 'none']],
  ['files-csv', ['--source', 'files']],
  ['files-json', ['--source', 'files', '--format', 'json', '--every', '1 hour', '--columns', orders]],
  ['many-types', ['--columns', orders, '--every', '1 day', '--zone', 'America/New_York', '--seconds', '900']],
  [
    'dates',
    ['--columns', 'device string, on date, order integer', '--record', 'device string, on date, order integer'],
  ],
  [
    'millis',
    [
      ...['--columns', 'device string, at timestamp, on date, n bigint, text string', '--source', 'direct'],
      ...['--record', 'device string, t epochMilliseconds, n integer, text bigint', '--zone', 'Pacific/Apia'],
    ],
  ],
  [
    'one-bucket',
    [
      ...['--raw', 's3://one-bucket/raw/', '--at', 's3://one-bucket/rows/', '--dead-letters', 's3://third/dead/'],
      ...['--day', 'none', '--required', 'none', '--table', 'class'],
    ],
  ],
  [
    'capitals',
    [
      ...['--columns', 'deviceId string, battery_level double, sentAt timestamp'],
      ...['--record', 'device_id string, batteryLevel double, Order string?, sentAt epochMilliseconds'],
    ],
  ],
  ['no-dead-letters', ['--required', 'none', '--dead-letters', 'none', '--table', 'bucket', '--lake', 'table']],
  [
    'own-sql',
    [
      '--sql',
      "SELECT upper(device_id) AS device_id, temperature, now() AS event_time FROM source WHERE device_id <> 'b`'",
    ],
  ],
  [
    'odd-words',
    ['--question', `What's \`new\` */ \${1}\u2028, really?`, '--source', 'files', '--files', "s3://odd-words/it's/"],
  ],
]

test('what is written for any answers loads, compiles and passes its own test', { timeout: 300_000 }, async () => {
  for (const [name, words] of sets) {
    assert.equal((await init([name, '--yes', ...words])).err, '')
    assert.deepEqual((await readdir(join(folder, name))).sort(), [
      ...['.gitignore', 'README.md', 'lake.test.ts', 'lake.ts', 'package.json', 'tsconfig.json'],
    ])
    assert.equal(await run(['graph', 'lake.ts'], new RecordingTerminal(join(folder, name))), 0)
    const long = (await read(name, 'lake.ts')).split('\n').filter(line => line.length > 120)
    assert.deepEqual(name === 'own-sql' ? [] : long, [])
  }
  const extended = { extends: './all-proposed/tsconfig.json', include: ['*/*.ts'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(extended))
  const compiled = await ended([tsc, '--noUnusedLocals'], folder)
  assert.ok(compiled.passes, compiled.printed)
  // One process for all, since starting one is what takes its time.
  const tests = sets.map(([name]) => join(name, 'lake.test.ts'))
  const tested = await ended(['--test', '--test-isolation=none', '--test-reporter=tap', ...tests], folder)
  assert.ok(tested.passes, tested.printed)
  assert.match(tested.printed, new RegExp(`^# pass ${sets.length}$`, 'm'))
})

test('answers come line by line, an empty one takes what is proposed, a wrong one is asked for again with the reason', async () => {
  const { code, out, err } = await init(
    ['asked'],
    [
      ...[
        'Pond!',
        'pond',
        'Tokyo',
        '',
        '',
        'humidity',
        'sensor string, share percent',
        'sensor string, share double, at timestamp',
      ],
      ...['river', 'stream', 'sensor string', '', '', 'at', '', '0', '2', '', 'here', '', '901', '30', '', ''],
      ...[
        '',
        'wind',
        '',
        'none',
        's3://Dead',
        '',
        'DELETE FROM source',
        '',
        'share',
        '',
        'Tokyo',
        '',
        '5',
        '10 minutes',
      ],
    ],
  )
  assert.equal(code, 0)
  const reasons = err.trim().split('\n')
  const expected = [
    /A lake's name is .*"Pond!"/,
    /A region is written like ap-northeast-1, not 'Tokyo'/,
    /There is no type 'percent' for share\. Types are string, /,
    /It is one of stream, direct, files, not 'river'/,
    /Nothing in the record becomes the column share\. Add it/,
    /It is a column that every record has: sensor, share, timestamp/,
    /a whole number from 1 to 10000, not '0'/,
    /A place is written like .* not 'here'/,
    /a whole number from 0 to 900, not '901'/,
    /There is no column 'wind'; there are sensor, share, timestamp/,
    /Records without sensor or share or timestamp must go somewhere/,
    /A bucket's name is .*"Dead"/,
    /one SELECT that reads source/,
    /It is one of at, none, not 'share'/,
    /There is no time zone "Tokyo"/,
    /this is no such time: "5"/,
  ]
  assert.equal(reasons.length, expected.length, err)
  for (const [at, reason] of reasons.entries()) assert.match(reason, expected[at] ?? /nothing/)
  assert.match(out, /What is to come out[\s\S]*What comes in[\s\S]*How it is collected[\s\S]*How one becomes the other/)
  const lake = await read('asked', 'lake.ts')
  assert.match(lake, /stream\('pond-stream', \{\n.*\n {2}partitionKey: 'sensor',\n {2}shards: 2,/)
  assert.match(lake, /every: '10 minutes'/)
})

test('answers that end too early write nothing and name the option', async () => {
  const { code, err } = await init(['early'], ['pond', ''])
  assert.equal(code, 2)
  assert.match(err, /The answers end before this one\. Answer it with --question, or .* --yes/)
  await assert.rejects(readdir(join(folder, 'early')), { code: 'ENOENT' })
})

test('nothing that is there is written over', async () => {
  await mkdir(join(folder, 'full'))
  await writeFile(join(folder, 'full/lake.ts'), 'mine')
  const { code, err } = await init(['full', '--yes'])
  assert.equal(code, 1)
  assert.match(err, /full has lake\.ts already, and nothing is written over/)
  assert.deepEqual(await readdir(join(folder, 'full')), ['lake.ts'])
  assert.equal(await read('full', 'lake.ts'), 'mine')
})

const refused: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [['--columns', 'a'], /--columns: A column is a name and a type/],
  [['--columns', 'a string, a double'], /--columns: There are two columns a/],
  [['--columns', 'a-b string'], /--columns: The table: a column's name is .*Such a name is "a_b"/],
  [['--columns', 'a decimal(50,2)'], /--columns: A decimal has 1 to 38 digits/],
  [
    ['--columns', 'a double', '--record', 'a string'],
    /--record: The record's a is string, which does not always make a double/,
  ],
  [
    ['--columns', 'a string?', '--source', 'stream'],
    /--partition-key: It is a column that every record has: there is none/,
  ],
  [['--shards', '2', '--source', 'direct'], /--shards answers no question here: with --source direct/],
  [['--required', 'none', '--dead-letters', 'x'], /--dead-letters: A place is written like/],
  [['--at', 's3://one-bucket/'], /--at: It needs a folder of its own/],
  [['--raw', 's3://one-bucket/a/', '--at', 's3://one-bucket/a/b/'], /--at: s3.* would lie in each other/],
  [['--dead-letters', 's3://wrong-data/raw/dead/'], /--dead-letters: s3.* would lie in each other/],
  [['--zone', 'JST'], /--zone: There is no time zone "JST"/],
  [['--sql', 'SELECT nothing FROM source'], /--sql: COLUMN_NOT_FOUND: line 1:8: .*source has device_id, temperature/],
  [
    ['--columns', 'deviceId string, DeviceID string'],
    /--columns: There are two columns DeviceID, as SQL tells no case apart/,
  ],
  [['--sql', 'SELECT device_id FROM source'], /--sql: The SELECT does not give temperature/],
  [['a', 'b'], /One directory at a time: 'a' or 'b'/],
]
for (const [words, message] of refused)
  test(`a wrong option is refused by its name: ${words.join(' ')}`, async () => {
    const { code, err } = await init([
      ...(words.filter(word => word === 'a' || word === 'b').length > 1 ? words : ['wrong', ...words]),
      '--yes',
    ])
    assert.equal(code, 2, err)
    assert.match(err, message)
  })

test('the versions that it writes are those that Biwa itself is checked with', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  for (const [name, version] of Object.entries(devDependencies)) assert.equal(version, manifest.devDependencies[name])
})

test('the package that it writes takes Biwa from where it came itself: the registry, an archive or a clone', async () => {
  const place = join(folder, 'lakes/new')
  assert.equal(biwaDependency(place), `file:${relative(place, root)}`)
  const project = join(folder, 'project')
  const own = join(project, 'node_modules/biwa')
  await mkdir(own, { recursive: true })
  assert.equal(biwaDependency(place, own), version)
  const resolvedAs = async (resolved: string) => {
    const lock = { packages: { 'node_modules/biwa': { version, resolved } } }
    await writeFile(join(project, 'node_modules/.package-lock.json'), JSON.stringify(lock))
    return biwaDependency(place, own)
  }
  assert.equal(await resolvedAs('https://registry.npmjs.org/biwa/-/biwa-0.1.0.tgz'), version)
  await writeFile(join(folder, 'biwa-0.1.0.tgz'), '')
  assert.equal(await resolvedAs('file:../biwa-0.1.0.tgz'), 'file:../../biwa-0.1.0.tgz')
  assert.equal(await resolvedAs('file:../gone.tgz'), 'file:../../project/node_modules/biwa')
})
