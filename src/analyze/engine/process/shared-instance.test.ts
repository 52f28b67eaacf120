// One instance serves many queries, and each is as alone as in an instance of its own: it reads its files and no others,
// changes nothing that the next one meets, and leaves nothing behind.

import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { SystemRandom } from '../../../world/random.ts'
import { Instance } from './instance.ts'
import { Instances } from './instances.ts'
import { OwnPlace, type Place } from './place.ts'
import type { Session } from './session.ts'
import { SharedInstance } from './shared-instance.ts'

const limits = { memoryBytesMax: 256 * 1024 ** 2, residentBytesMax: 2 * 1024 ** 3, threads: 1 }
const root = await mkdtemp(join(tmpdir(), 'biwa-shared-'))
const opened: SharedInstance[] = []
after(async () => {
  for (const shared of opened) await shared.close()
  await rm(root, { recursive: true, force: true })
})

let directory = root
beforeEach(async () => {
  directory = await mkdtemp(join(root, 'test-'))
})

async function share(): Promise<SharedInstance> {
  const shared = await SharedInstance.open(await Instance.open(limits), directory, new SystemRandom())
  opened.push(shared)
  return shared
}

async function blob(name: string, text: string) {
  const file = join(directory, name)
  await writeFile(file, text)
  return { partition: -1, path: `s3://b/${name}`, file, bytes: text.length }
}

const nowhere = () => Promise.reject(new Error('the files can be linked'))

/** A name that is not there is refused or is nothing. */
async function unread(session: Session, path: unknown): Promise<void> {
  const found = await session.rows(`SELECT content FROM read_text('${path}')`).catch((cause: Error) => {
    assert.match(cause.message, /Permission Error|No files found/)
    return []
  })
  assert.deepEqual(found, [], String(path))
}

async function refused(session: Session, sql: string): Promise<void> {
  await assert.rejects(session.rows(sql), /Permission Error|No files found|locked|does not exist/, sql)
}

test('a query reads its own file, and neither the file of the query before nor any other', async () => {
  const shared = await share()
  const [one, other] = [await blob('one', 'first secret'), await blob('other', 'second')]
  const read = async (place: Place) => {
    const { session, names } = await place.confine([one])
    const name = names.get(one.file)
    assert.deepEqual(await session.rows(`SELECT content FROM read_text('${name}')`), [['first secret']])
    return name
  }
  const before = await shared.run(read, nowhere)
  const attempts = async (place: Place) => {
    const { session, names, directory: own } = await place.confine([other])
    assert.deepEqual(await session.rows(`SELECT content FROM read_text('${names.get(other.file)}')`), [['second']])
    const ways = [before, one.file, other.file, `${own}/../../one`, '/etc/hostname', `${directory}/**`]
    for (const way of ways) await unread(session, way)
    // All that can be found in what the instance may read is what this query may read.
    const found = await session.rows(`SELECT file FROM glob('${join(own, '..')}/**')`)
    assert.deepEqual(found, [[`${own}/0`]])
  }
  await shared.run(attempts, nowhere)
})

test('a query meets none of the tables, views and settings of the one before, and can change no setting', async () => {
  const shared = await share()
  const leave = ({ session }: Place) =>
    session.run("CREATE TEMP TABLE kept AS SELECT 1; CREATE TEMP VIEW seen AS SELECT 2; SET VARIABLE said = 'x'")
  await shared.run(leave, nowhere)
  const look = async ({ session }: Place) => {
    await refused(session, 'SELECT * FROM kept')
    await refused(session, 'SELECT * FROM seen')
    assert.deepEqual(await session.rows("SELECT getvariable('said'), current_setting('TimeZone')"), [[null, 'UTC']])
    for (const setting of [
      "TimeZone = 'Asia/Tokyo'",
      'enable_external_access = true',
      "allowed_paths = ['/etc/hosts']",
    ])
      await refused(session, `SET ${setting}`)
  }
  await shared.run(look, nowhere)
})

test('a query writes into its own directory only, which is gone before the next begins', async () => {
  const shared = await share()
  const file = await blob('one', 'as it was')
  const write = async (place: Place) => {
    const confined = await place.confine([file])
    await refused(confined.session, `COPY (SELECT 1) TO '${file.file}'`)
    await refused(confined.session, `COPY (SELECT 1) TO '${directory}/new.csv'`)
    await confined.session.run(`COPY (SELECT 1) TO '${confined.directory}/result.csv'`)
    return confined.directory
  }
  const own = await shared.run(write, nowhere)
  const look = async (place: Place) => ({ ...(await place.confine([])), seen: await readdir(join(own, '..')) })
  const next = await shared.run(look, nowhere)
  assert.deepEqual(next.seen, [basename(next.directory)])
  shared.tidy()
  assert.deepEqual(await readdir(join(own, '..')), [])
  assert.equal(await readFile(file.file, 'utf8'), 'as it was')
})

test('files that cannot be linked, or are too many, are read in an instance of the query’s own', async () => {
  const shared = await share()
  const file = await blob('one', 'text')
  const many = Array.from({ length: 501 }, (_, index) => ({ ...file, file: `${file.file}-${index}` }))
  for (const files of [many, [{ ...file, file: `${directory}/missing` }]]) {
    using own = await OwnPlace.open(await Instance.open(limits), directory)
    const confined = await shared.run(
      place => place.confine(files),
      async () => own,
    )
    assert.equal(confined.session, own.session)
    assert.equal(confined.names.size, 0)
  }
})

test('an instance in which a query failed, or that has served its number, serves no other', async () => {
  const instances = new Instances(limits, new SystemRandom())
  const own = async () => (await readdir(directory)).toString()
  const run = (sql: string) => instances.query(directory, directory, ({ session }) => session.rows(sql))
  await run('SELECT 1')
  const first = await own()
  await run('SELECT 1')
  assert.equal(await own(), first)
  await assert.rejects(run('SELECT nothing'))
  assert.equal(await own(), '')
  for (let query = 0; query < 199; query += 1) await run('SELECT 1')
  assert.notEqual(await own(), '')
  await run('SELECT 1')
  assert.equal(await own(), '')
})
