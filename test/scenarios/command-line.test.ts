/** The command line as a careful person expects it: exit codes, messages that say what to do, a demo that ends well. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startServer } from '../testing/server.ts'

const entry = join(import.meta.dirname, '../../bin/biwa.js')
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biwa-cli-'))
})
after(() => rm(folder, { recursive: true, force: true }))

function biwa(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [entry, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  return new Promise(resolve => child.on('close', code => resolve({ code, out, err })))
}

test('help and version go to the output with code 0', async () => {
  for (const words of [[], ['help'], ['--help'], ['up', '--help'], ['help', 'demo'], ['env', '-h']]) {
    const { code, out, err } = await biwa(...words)
    assert.deepEqual([code, err], [0, ''], words.join(' '))
    assert.match(out, /usage:/)
  }
  assert.match((await biwa('--version')).out, /^\d+\.\d+\.\d+\n$/)
})

test('a wrong call is told in a line or two, with code 2 and where to look', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['fly'], /no command 'fly'/],
    [['constructor'], /no command 'constructor'/],
    [['up', '--prot', '1'], /--prot/],
    [['up', 'one.ts', 'two.ts'], /One definition file at a time/],
    [['up', '--port', 'x'], /--port takes a number/],
    [['up', '--port', '65536'], /--port takes a number/],
    [['up', '--auth', 'none'], /--auth takes open or enforced, not 'none'/],
    [['up', '--account', '12'], /12 digits/],
    [['up', '--region', 'Tokyo'], /ap-northeast-1/],
    [['up', '--start', '2025-10-15T00:00:00Z'], /--clock simulated/],
    [['up', '--clock', 'simulated', '--start', 'yesterday'], /instant with its offset/],
  ]
  for (const [words, message] of wrong) {
    const { code, out, err } = await biwa(...words)
    assert.deepEqual([code, out], [2, ''], words.join(' '))
    assert.match(err, message)
    assert.match(err, /^See: biwa /m)
    assert.ok(err.trim().split('\n').length <= 2, err)
  }
})

test('what the machine refuses is a message with code 1, not a stack', async context => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  context.after(() => taken.close())
  await new Promise(resolve => taken.once('listening', resolve))
  const { port } = taken.address() as net.AddressInfo
  await writeFile(join(folder, 'file'), '')
  const foreign = join(folder, 'foreign')
  await mkdir(foreign)
  await writeFile(join(foreign, 'letter.txt'), 'mine')
  const newer = join(folder, 'newer')
  await mkdir(newer)
  await writeFile(join(newer, 'format'), '{"format":99}')
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [['up', '--port', String(port), '--data', 'a'], /EADDRINUSE[\s\S]*--port/],
    [['up', '--host', '0.0.0.0', '--data', 'b'], /loopback[\s\S]*--auth enforced/],
    [['up', '--port', '0', '--data', 'file'], /--data/],
    [['up', '--port', '0', '--data', foreign], /not a data directory of Biwa/],
    [['up', '--port', '0', '--data', newer], /newer Biwa/],
    [['env', '--data', 'nowhere'], /biwa up --data nowhere/],
  ]
  for (const [words, message] of refused) {
    const { code, out, err } = await biwa(...words)
    assert.deepEqual([code, out], [1, ''], `${words.join(' ')}: ${err}`)
    assert.match(err, message)
    assert.doesNotMatch(err, /\n\s+at /, 'no stack')
  }
  assert.equal(await readFile(join(foreign, 'letter.txt'), 'utf8'), 'mine')
})

test('up says when it is ready, env says where it is, a second one is refused, SIGTERM ends it with 0', async () => {
  const data = join(folder, 'data')
  const server = await startServer(data)
  const { out } = await biwa('env', '--data', data)
  assert.match(out, new RegExp(`^export AWS_ENDPOINT_URL=${server.url}$`, 'm'))
  assert.match(out, /^export AWS_REGION=ap-northeast-1$/m)
  const second = await biwa('up', '--port', '0', '--data', data)
  assert.equal(second.code, 1)
  assert.match(second.err, /in use by/)
  assert.equal(await server.stop(), 0)
  assert.equal(server.errors(), '')
})

test('npm start -- --once tells the whole story and ends with 0', { timeout: 120_000 }, async () => {
  const { code, out, err } = await biwa('demo', '--once', '--port', '0')
  assert.deepEqual([code, err], [0, ''])
  const [, recordsIn, recordsOut, deadLetters] =
    /([\d,]+) records in = ([\d,]+) out \+ ([\d,]+) dead letters/.exec(out) ?? []
  const count = (text = '') => Number(text.replaceAll(',', ''))
  assert.equal(count(recordsIn), 2922)
  assert.equal(count(recordsIn), count(recordsOut) + count(deadLetters))
  assert.ok(count(deadLetters) > 0)
  assert.match(out, /run again: 0 new records, 0 rows/)
  assert.match(out, /weather-new-york +31 +25\.77 +30\.55/)
  assert.match(out, /scanned .* of the table's .* \(1 of 48 partitions\), at Athena \$0\.0000/)
})
