/** Whoever names a directory that cannot be opened hears why and what to do, and nothing of his is touched. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { SystemClock } from '../world/clock.ts'
import { RealDisk } from '../world/disk.ts'
import { SilentLog } from '../world/log.ts'
import { SystemRandom } from '../world/random.ts'
import { Store } from './store.ts'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'biwa-opening-'))
})
afterEach(() => rm(place, { recursive: true }))

const log = new SilentLog()
const open = (directory: string) =>
  Store.open({ disk: new RealDisk(), random: new SystemRandom(), clock: new SystemClock(log), directory, log })
const mistake = (message: RegExp) => ({ name: 'DataDirectoryMistake', message })

test('a file is no directory, nor is a place below one', async () => {
  const path = join(place, 'file')
  await writeFile(path, 'mine')
  await assert.rejects(open(path), mistake(/is a file\. Choose a directory/))
  await assert.rejects(open(join(path, 'below')), mistake(/is a file\. Choose a directory/))
})

test('what the system says is missing and will not make is refused at once', {
  skip: process.platform === 'linux' ? false : '/proc is Linux’s',
}, async () => {
  await assert.rejects(open('/proc/biwa/data'), mistake(/must be able to write there/))
})

for (const text of ['', '{', 'null', '[]', '{"format":0}', '{"format":"1"}'])
  test(`a format file of '${text}' is not Biwa's`, async () => {
    await writeFile(join(place, 'format'), text)
    await assert.rejects(open(place), mistake(/not Biwa's.*Choose another directory/))
  })

test('a newer Biwa’s directory asks for that Biwa', async () => {
  await writeFile(join(place, 'format'), '{"format":2}')
  await assert.rejects(open(place), mistake(/newer Biwa\. Start that one/))
})

test('a directory with somebody’s files is left as it is', async () => {
  await writeFile(join(place, 'letter.txt'), 'mine')
  await assert.rejects(open(place), mistake(/holds letter\.txt.*Choose an empty directory/))
  assert.deepEqual(await readdir(place), ['letter.txt'])
})

test('a ledger that is no database is damage, and its file is not kept open', async () => {
  const store = await open(place)
  await store.close()
  await writeFile(join(place, 'ledger.sqlite'), 'garbage '.repeat(100))
  await assert.rejects(open(place), mistake(/ledger is damaged/))
  await assert.rejects(open(place), mistake(/ledger is damaged/))
})

test('a ledger in whose place there is a directory is told of', async () => {
  const store = await open(place)
  await store.close()
  await rm(join(place, 'ledger.sqlite'))
  await mkdir(join(place, 'ledger.sqlite'))
  await assert.rejects(open(place), /cannot be opened|EISDIR/)
})
