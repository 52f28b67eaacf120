// The real disk does what the interface says, privately, and holds a directory for one process.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { DirectoryInUse, RealDisk } from './disk.ts'

const disk = new RealDisk()
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'biwa-disk-'))
})

afterEach(() => rm(directory, { recursive: true }))

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

test('files, directories, databases and locks are their owner’s alone', async () => {
  const inner = join(directory, 'a', 'b')
  await disk.makeDirectory(inner)
  await (await disk.open(join(inner, 'file'), 'create')).close()
  const database = await disk.database(join(inner, 'db'))
  database.exec('CREATE TABLE t (i)')
  const lock = await disk.lock(join(inner, 'lock'))
  for (const name of ['file', 'db', 'db-wal', 'lock']) assert.equal(await modeOf(join(inner, name)), '600', name)
  for (const path of [inner, join(directory, 'a')]) assert.equal(await modeOf(path), '700')
  await database.close()
  await lock.release()
})

test('what is written in parts at a position is read back, and a read ends with the file', async () => {
  const file = await disk.open(join(directory, 'f'), 'create')
  await file.write([Buffer.from('one'), Buffer.alloc(0), Buffer.from('two')], 2)
  await file.write([], 100)
  const into = Buffer.alloc(20)
  assert.equal(await file.read(into, 1), 7)
  assert.equal(into.toString('latin1', 0, 7), '\0onetwo')
  assert.equal(await file.read(into, 8), 0)
  await file.truncate(5)
  assert.equal(await file.size(), 5)
  await file.sync()
  await file.close()
})

test('what is written durably is where it was to go, beside what was not', async () => {
  const path = join(directory, 'f')
  const file = await disk.open(path, 'create')
  await file.write(Buffer.from('plain '), 0)
  await Promise.all([
    file.writeDurably([Buffer.from('one '), Buffer.from('two ')], 6),
    file.writeDurably(Buffer.from('three'), 14),
  ])
  const bytes = Buffer.alloc(30)
  assert.equal(bytes.toString('utf8', 0, await file.read(bytes, 0)), 'plain one two three')
  await file.close()
  await assert.rejects(file.writeDurably(Buffer.from('late'), 0))
})

test('more parts than the system takes at once are all written', async () => {
  const file = await disk.open(join(directory, 'f'), 'create')
  const parts = Array.from({ length: 5000 }, (_, i) => Buffer.from(String(i % 10)))
  await file.write(parts, 0)
  const into = Buffer.alloc(5000)
  assert.equal(await file.read(into, 0), 5000)
  assert.ok(into.equals(Buffer.concat(parts)))
  await file.close()
})

test('create refuses what is there, write what is not; looking at and removing the missing is no error', async () => {
  const path = join(directory, 'f')
  await assert.rejects(disk.open(path, 'write'), { code: 'ENOENT' })
  await (await disk.open(path, 'create')).close()
  await assert.rejects(disk.open(path, 'create'), { code: 'EEXIST' })
  await disk.remove(path)
  await disk.remove(path)
  await disk.removeDirectory(join(directory, 'none'))
  assert.equal(await disk.size(path), undefined)
  assert.deepEqual(await disk.list(join(directory, 'none')), [])
})

test('a directory is held once, also within one process, and says so', async () => {
  const path = join(directory, 'lock')
  const lock = await disk.lock(path)
  await assert.rejects(disk.lock(path), (error: Error) => {
    assert.ok(error instanceof DirectoryInUse)
    assert.equal(
      error.message,
      `The data directory ${directory} is in use by this very process: one process at a time may open it. ` +
        'Stop that process, or choose another data directory (biwa up --data).',
    )
    return true
  })
  await lock.release()
  await (await disk.lock(path)).release()
})

test('what was committed and synced is in the file for the next process, with and without a close', async () => {
  const path = join(directory, 'db')
  const database = await disk.database(path)
  database.begin()
  database.exec('CREATE TABLE t (i); INSERT INTO t VALUES (1)')
  database.commit()
  await database.sync()
  await database.close()
  const again = await disk.database(path)
  again.begin()
  again.exec('INSERT INTO t VALUES (2)')
  again.rollback()
  again.rollback()
  assert.deepEqual(
    again
      .prepare('SELECT i FROM t')
      .all()
      .map(row => row.i),
    [1],
  )
  await again.close()
})

const withoutProc = existsSync('/proc/self/fd') ? false : 'there is no /proc to see open files in'
test('a file that was forgotten open is closed, and the process goes on', { skip: withoutProc }, async () => {
  const path = join(directory, 'forgotten')
  await (await disk.open(path, 'create')).close()
  await (async () => void (await disk.open(path, 'read')))()
  const isOpen = () =>
    readdirSync('/proc/self/fd').some(name => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`) === path
      } catch {
        return false
      }
    })
  assert.ok(isOpen())
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  while (isOpen()) {
    collect()
    await new Promise(resolve => setImmediate(resolve))
  }
})
