/** What `npm pack` makes is the product: installed into an empty folder it starts, takes a record, and has its types. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

test('the packed package, installed into an empty folder, runs a lake', { timeout: 300_000 }, async context => {
  const folder = await mkdtemp(join(tmpdir(), 'biwa-package-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  const run = (command: string, words: readonly string[], cwd: string) =>
    execFileSync(command, [...words], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  // Packing builds first: npm runs `prepack`, and in a clone `dependencies` when it has installed. A `prepare` would do both, and
  // npm would ask every user of the package whether it may run it.
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], root)) as readonly {
    filename: string
    files: readonly { path: string }[]
  }[]
  assert.ok(packed)
  const paths = packed.files.map(file => file.path)
  assert.deepEqual(
    paths.filter(
      path => !/^(dist\/|bin\/biwa\.js$|package\.json$|README(\.ja)?\.md$|LICENSE$|CHANGELOG\.md$)/.test(path),
    ),
    [],
  )
  assert.deepEqual(
    paths.filter(path => /\.test\.|\/testing\//.test(path)),
    [],
  )

  await writeFile(join(folder, 'package.json'), '{"name": "user", "private": true, "type": "module"}')
  const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)]
  const { status, stderr } = spawnSync('npm', words, { cwd: folder, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stderr, /biwa@\S+ \(|install scripts/)
  const biwa = join(folder, 'node_modules/biwa/bin/biwa.js')
  assert.equal(
    run(process.execPath, [biwa, '--version'], folder),
    run(process.execPath, [join(root, 'bin/biwa.js'), '--version'], folder),
  )

  await writeFile(
    join(folder, 'use.ts'),
    `import { type Lake, openLake } from 'biwa'
await using lake: Lake = await openLake({ directory: 'data' })
const caller = { account: '000000000000', region: 'us-east-1' }
await lake.invoke(caller, 'kinesis', 'CreateStream', { StreamName: 's', ShardCount: 1 })
const { ShardId } = await lake.invoke(caller, 'kinesis', 'PutRecord', { StreamName: 's', PartitionKey: 'k', Data: 'eA==' })
const started = await lake.invoke(caller, 'athena', 'StartQueryExecution', { QueryString: 'SELECT 1', ResultConfiguration: { OutputLocation: 's3://none/' } }).catch(error => error.code)
console.log(ShardId, typeof started)
`,
  )
  assert.match(run(process.execPath, ['use.ts'], folder), /^shardId-000000000000 /)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  run(
    process.execPath,
    [
      tsc,
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'esnext',
      '--types',
      'node',
      '--typeRoots',
      join(root, 'node_modules/@types'),
      'use.ts',
    ],
    folder,
  )

  run(process.execPath, [biwa, 'init', 'new', '--yes'], folder)
  for (const name of ['typescript', '@types'])
    await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  assert.match(run(process.execPath, [biwa, 'check', 'new/lake.ts'], folder), /parts, no mistakes\n$/)
})
