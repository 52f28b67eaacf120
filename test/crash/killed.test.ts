// A real process on a real disk, killed with SIGKILL at any instant: what it had acknowledged is there for the next one,
// and its hold on the directory is gone with it.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Store } from '../../src/durable/store.ts'
import { SystemClock } from '../../src/world/clock.ts'
import { DirectoryInUse, RealDisk } from '../../src/world/disk.ts'
import { SilentLog } from '../../src/world/log.ts'
import { SystemRandom } from '../../src/world/random.ts'
import { SeededRandom } from '../../src/world/simulated/random.ts'

let directory: string
let child: ChildProcess | undefined

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-killed-'))
})

afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(directory, { recursive: true })
})

function open(): Promise<Store> {
  const log = new SilentLog()
  return Store.open({ disk: new RealDisk(), random: new SystemRandom(), clock: new SystemClock(log), directory, log })
}

/** Starts the writer and kills it when it has said `lines` lines; answers all it had said until it was dead. */
async function writeAndKill(round: number, lines: number): Promise<readonly string[]> {
  const script = fileURLToPath(new URL('killed-writer.ts', import.meta.url))
  const writer = spawn(process.execPath, [script, directory, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] })
  child = writer
  const said: string[] = []
  for await (const line of createInterface({ input: writer.stdout })) {
    said.push(line)
    if (said.length === lines) writer.kill('SIGKILL')
  }
  if (writer.signalCode === null) await once(writer, 'exit')
  assert.equal(writer.signalCode, 'SIGKILL')
  return said
}

test('what was acknowledged before a kill -9 is there after it, six times over', async () => {
  const random = new SeededRandom(1)
  const said: string[] = []
  for (let round = 0; round < 6; round++) {
    said.push(...(await writeAndKill(round, 1 + Math.floor(random.fraction() ** 2 * 2500))))
  }
  const store = await open()
  const log = await store.log('stream')
  const records = await log.read(0, { maxRecords: 1e6, maxBytes: 1e9 })
  const texts = records.map(record => Buffer.from(record.payload).toString())
  const rows = new Set(store.ledger.all<{ name: string }>('SELECT name FROM done').map(row => row.name))
  const files = new Map(
    store.ledger.all<{ name: string; blob: string }>('SELECT * FROM file').map(row => [row.name, row.blob]),
  )
  const kinds = { open: 0, record: 0, row: 0, file: 0 }
  for (const line of said) {
    const [kind = '', first = '', second = ''] = line.split(' ')
    kinds[kind as keyof typeof kinds]++
    if (kind === 'record') assert.equal(texts[Number(first)], `${second} `, line)
    if (kind === 'row') assert.ok(rows.has(first), line)
    if (kind === 'file') assert.ok(files.has(first), line)
  }
  assert.ok(kinds.open === 6 && kinds.record > 100 && kinds.row > 100 && kinds.file > 20, JSON.stringify(kinds))
  const distinct = texts.filter(text => text !== 'and ')
  assert.equal(new Set(distinct).size, distinct.length, 'no record is there twice')

  for (const [name, blob] of files) {
    const content = Buffer.concat(await Array.fromAsync(store.blobs.read(blob)))
    assert.ok(content.equals(Buffer.alloc(content.byteLength, name)) && content.byteLength >= 100, name)
  }
  await store.blobs.swept
  const onDisk = (await readdir(join(directory, 'blobs'), { recursive: true })).filter(path => path.length > 2)
  const expected = store.ledger.all('SELECT id FROM blob WHERE content IS NULL')
  assert.equal(onDisk.length, expected.length, 'after the sweep there is one file for each row')
  await store.close()
})

test('a directory is refused while another process has it, by that process’s id, and free once it is killed', async () => {
  const script = fileURLToPath(new URL('killed-writer.ts', import.meta.url))
  const holder = spawn(process.execPath, [script, directory, '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  child = holder
  await once(holder.stdout, 'data')
  await assert.rejects(open(), (error: Error) => {
    assert.ok(error instanceof DirectoryInUse)
    assert.ok(error.message.includes(directory) && error.message.includes(`process ${holder.pid}:`), error.message)
    return true
  })
  holder.kill('SIGKILL')
  holder.stdout.resume()
  await once(holder, 'exit')
  await (await open()).close()
})
