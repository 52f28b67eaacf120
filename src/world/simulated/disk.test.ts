// The simulated disk keeps what was synced, and of the rest loses, tears and keeps: each of them for some seed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DirectoryInUse, type DiskFile } from '../disk.ts'
import { PowerLost, SimulatedDisk } from './disk.ts'

const seeds = Array.from({ length: 200 }, (_, seed) => seed)

async function content(disk: SimulatedDisk, path: string): Promise<string | undefined> {
  const bytes = await disk.size(path)
  if (bytes === undefined) return undefined
  const into = Buffer.alloc(bytes)
  const file = await disk.open(path, 'read')
  await file.read(into, 0)
  return into.toString()
}

/** What became of something, over all seeds. */
async function outcomes(run: (disk: SimulatedDisk) => Promise<string | undefined>): Promise<Set<string | undefined>> {
  const found = new Set<string | undefined>()
  for (const seed of seeds) found.add(await run(new SimulatedDisk({ seed })))
  return found
}

async function synced(disk: SimulatedDisk, path: string, text: string): Promise<DiskFile> {
  await disk.makeDirectory('/d')
  const file = await disk.open(path, 'create')
  await file.write(Buffer.from(text), 0)
  await file.sync()
  await disk.syncDirectory('/d')
  return file
}

test('what was synced with its name is there after every crash', async () => {
  const found = await outcomes(async disk => {
    await synced(disk, '/d/f', 'kept')
    disk.crash()
    return content(disk, '/d/f')
  })
  assert.deepEqual(found, new Set(['kept']))
})

test('an unsynced write vanishes, survives or tears', async () => {
  const found = await outcomes(async disk => {
    const file = await synced(disk, '/d/f', 'old')
    await file.write(Buffer.from('longer'), 3)
    disk.crash()
    return content(disk, '/d/f')
  })
  for (const text of ['old', 'oldlonger', 'oldlong']) assert.ok(found.has(text), text)
  for (const text of found) assert.ok('oldlonger'.startsWith(text ?? '?'), `${text}`)
})

test('sectors of one write survive without one another', async () => {
  const found = await outcomes(async disk => {
    const file = await synced(disk, '/d/f', '')
    await file.write(Buffer.alloc(1024, 'x'), 0)
    disk.crash()
    return content(disk, '/d/f')
  })
  assert.ok(found.has('\0'.repeat(512) + 'x'.repeat(512)))
})

test('a name counts only after its directory’s sync, and may survive without', async () => {
  const found = await outcomes(async disk => {
    await synced(disk, '/d/f', 'kept')
    await disk.rename('/d/f', '/d/g')
    disk.crash()
    return (await disk.list('/d')).join()
  })
  assert.deepEqual(found, new Set(['f', 'g']))
})

test('a removal that was not synced may be undone', async () => {
  const found = await outcomes(async disk => {
    await synced(disk, '/d/f', 'kept')
    await disk.remove('/d/f')
    disk.crash()
    return content(disk, '/d/f')
  })
  assert.deepEqual(found, new Set(['kept', undefined]))
})

test('commits survive as a prefix that begins with what was synced', async () => {
  const found = await outcomes(async disk => {
    await disk.makeDirectory('/d')
    const database = await disk.database('/d/db')
    for (const text of [
      'CREATE TABLE t (i)',
      'INSERT INTO t VALUES (1)',
      'INSERT INTO t VALUES (2)',
      'INSERT INTO t VALUES (3)',
    ]) {
      database.begin()
      database.exec(text)
      database.commit()
      if (text.endsWith('(1)')) await database.sync()
    }
    disk.crash()
    const rows = (await disk.database('/d/db')).prepare('SELECT i FROM t').all()
    return rows.map(row => row.i).join()
  })
  assert.deepEqual(found, new Set(['1', '1,2', '1,2,3']))
})

test('what a failed sync was to keep is not kept by a later one', async () => {
  const found = await outcomes(async disk => {
    const file = await synced(disk, '/d/f', 'old')
    await file.write(Buffer.from('new'), 0)
    disk.failNth(1, 'EIO')
    await assert.rejects(file.sync(), { code: 'EIO' })
    await file.sync()
    disk.crash()
    return content(disk, '/d/f')
  })
  assert.ok(found.has('old') && found.has('new'))
})

test('the chosen I/O fails, those before and after do not', async () => {
  const disk = new SimulatedDisk()
  const file = await synced(disk, '/d/f', 'old')
  disk.failNth(2, 'ENOSPC')
  await file.write(Buffer.from('a'), 0)
  await assert.rejects(file.write(Buffer.from('b'), 0), { code: 'ENOSPC' })
  await file.write(Buffer.from('c'), 0)
})

test('when the power is out nothing works, and after it nothing that was open', async () => {
  const disk = new SimulatedDisk()
  const file = await synced(disk, '/d/f', 'kept')
  await disk.lock('/d/lock')
  await assert.rejects(disk.lock('/d/lock'), DirectoryInUse)
  disk.failNth(1, 'crash')
  await assert.rejects(file.sync(), PowerLost)
  await assert.rejects(disk.size('/d/f'), PowerLost)
  disk.crash()
  await assert.rejects(file.sync(), PowerLost)
  assert.equal(await content(disk, '/d/f'), 'kept')
  await disk.lock('/d/lock')
})

test('a process that dies leaves the machine with all it wrote', async () => {
  const found = await outcomes(async disk => {
    const file = await synced(disk, '/d/f', 'old')
    await file.write(Buffer.from('new'), 0)
    disk.kill()
    await assert.rejects(file.sync(), PowerLost)
    return content(disk, '/d/f')
  })
  assert.deepEqual(found, new Set(['new']))
})
