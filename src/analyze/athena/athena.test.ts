/**
 * Property: a query ends once, with its result and its end in one commit or with neither; what waits is QUEUED, what is
 * stopped is stopped, and what a dead process left has failed. The engine here is a stand-in that the tests open and close.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { Catalog } from '../../catalog/glue/catalog.ts'
import { Tags } from '../../catalog/glue/tags.ts'
import { Store } from '../../durable/store.ts'
import type { Principal } from '../../gateway/operation.ts'
import { S3 } from '../../store/s3/s3.ts'
import { Background } from '../../world/background.ts'
import { SystemClock } from '../../world/clock.ts'
import { RealDisk } from '../../world/disk.ts'
import { SilentLog } from '../../world/log.ts'
import { SystemRandom } from '../../world/random.ts'
import { EngineFault } from '../engine/fault.ts'
import type { QueryRequest, QueryResult } from '../engine/request.ts'
import { Athena } from './athena.ts'
import type { Stopwatch } from './needs.ts'

const scope = { account: '000000000000', region: 'ap-northeast-1' }
const someone: Principal = { kind: 'root', account: scope.account, arn: 'arn:aws:iam::000000000000:root', id: 'root' }
const output = { outputLocation: 's3://results/athena/', workGroup: 'primary' }

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Answers with one row, unless told otherwise. */
class StandIn {
  readonly started: string[] = []
  answer: (request: QueryRequest) => Promise<Partial<QueryResult>> = async () => ({})

  async explain(): Promise<never> {
    throw new Error('these tests explain nothing')
  }

  async transform(): Promise<never> {
    throw new Error('these tests write nothing')
  }

  async check(): Promise<undefined> {}

  warm(): void {}

  async query(request: QueryRequest): Promise<QueryResult> {
    this.started.push(request.sql)
    const answered = await this.answer(request)
    const file = join(request.resultDirectory, 'result.csv')
    await writeFile(file, '"n"\n"1"\n')
    const measured = { engineMilliseconds: 5, planningMilliseconds: 2, scannedBytes: 123, partitionsRead: {} }
    return {
      columns: [{ name: 'n', type: 'bigint', nullable: true }],
      rows: 1,
      file,
      bytes: 8,
      ...measured,
      ...answered,
    }
  }
}

async function* bytesOf(text: string) {
  yield Buffer.from(text)
}

/** A promise that the test keeps. */
const gate = () => Promise.withResolvers<void>()

/** What the engine does when it is told to stop. */
const untilStopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new EngineFault('cancelled', 'Query cancelled: by the caller')), {
      once: true,
    })
  })

async function open(options: { directory?: string; concurrent?: number; stopwatch?: Stopwatch } = {}) {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'biwa-athena-')))
  if (options.directory === undefined) cleanups.push(() => rm(directory, { recursive: true }))
  const log = new SilentLog()
  const clock = new SystemClock(log)
  const random = new SystemRandom()
  const background = new Background(log)
  const store = await Store.open({ disk: new RealDisk(), random, clock, directory, log })
  const { ledger, blobs } = store
  const s3 = new S3({ ledger, blobs, clock, random, background })
  const catalog = new Catalog({ ledger, clock, tags: new Tags({ ledger }) })
  const engine = new StandIn()
  const refused = new Set<string>()
  const athena = new Athena({
    ...{ ledger, blobs, clock, stopwatch: options.stopwatch ?? clock, random, log, background, s3, catalog, engine },
    permits: (_, { action }) => ({ allowed: !refused.has(action) }),
    concurrent: options.concurrent ?? 2,
  })
  await athena.start()
  const constraint = { ...scope, constraint: scope.region }
  const plain = { ownership: undefined, tags: undefined }
  if (options.directory === undefined) await s3.buckets.create('results', constraint, plain)
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await background.close()
    await store.close()
  }
  cleanups.push(close)
  const start = (text: string, more: object = {}) => athena.startQuery(scope, someone, { text, ...output, ...more })
  const ended = async (id: string) => {
    await background.settled()
    return athena.query(scope, id)
  }
  return { directory, athena, s3, catalog, engine, refused, ledger, background, close, start, ended }
}

test('the result, its metadata and the end come together', async () => {
  const { athena, s3, start, ended } = await open()
  const id = await start('SELECT 1 AS n')
  const query = await ended(id)
  assert.equal(query.state, 'SUCCEEDED')
  assert.deepEqual(query.output, { bucket: 'results', key: `athena/${id}.csv` })
  assert.equal(query.end?.statistics?.scannedBytes, 123)
  assert.equal(s3.latest('results', `athena/${id}.csv`)?.bytes, 8)
  assert.ok((s3.latest('results', `athena/${id}.csv.metadata`)?.bytes ?? 0) > 0)
  const { rows, columns, next } = await athena.results(scope, id, undefined, 1000)
  assert.deepEqual(rows, [['n'], ['1']])
  assert.deepEqual(
    columns.map(column => column.name),
    ['n'],
  )
  assert.equal(next, undefined)
})

test('pages of a result follow each other and repeat nothing', async () => {
  const { athena, start, ended } = await open()
  const id = await start('SELECT 1 AS n')
  await ended(id)
  const first = await athena.results(scope, id, undefined, 1)
  assert.deepEqual(first.rows, [['n']])
  const second = await athena.results(scope, id, () => first.next ?? 0, 1)
  assert.deepEqual(second.rows, [['1']])
  // A full page has one behind it, as in AWS, which looks no further.
  const third = await athena.results(scope, id, () => second.next ?? 0, 1)
  assert.deepEqual([third.rows, third.next], [[], undefined])
})

test('more queries than may run at once wait as QUEUED', async () => {
  const { athena, engine, background, start } = await open({ concurrent: 2 })
  const opened = gate()
  engine.answer = async () => {
    await opened.promise
    return {}
  }
  const ids = await Promise.all(['SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 4'].map(sql => start(sql)))
  while (engine.started.length < 2) await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(
    ids.map(id => athena.query(scope, id).state),
    ['RUNNING', 'RUNNING', 'QUEUED', 'QUEUED'],
  )
  await assert.rejects(
    athena.results(scope, ids[0] ?? '', undefined, 1),
    /Query has not yet finished. Current state: RUNNING/,
  )
  opened.resolve()
  await background.settled()
  assert.deepEqual(
    ids.map(id => athena.query(scope, id).state),
    Array(4).fill('SUCCEEDED'),
  )
  assert.equal(engine.started.length, 4)
})

test('whoever asks about a query that is under way hears of its end, or after a moment that it runs', async () => {
  const moments: (() => void)[] = []
  const at = (_dueAt: number, _name: string, task: () => void) => {
    moments.push(task)
    return { cancel() {} }
  }
  const { athena, engine, start } = await open({ stopwatch: { now: () => 0, elapsed: () => 0, at } })
  const hold = gate()
  engine.answer = () => hold.promise.then(() => ({}))
  const id = await start('SELECT 1')
  const state = () => athena.query(scope, id).state
  const [first, second] = [athena.endedSoon(id).then(state), athena.endedSoon(id).then(state)]
  moments[0]?.()
  assert.equal(await first, 'RUNNING')
  hold.resolve()
  assert.equal(await second, 'SUCCEEDED')
  await athena.endedSoon(id)
  assert.equal(moments.length, 2)
})

test('a query that is stopped is cancelled, running or waiting, leaves no result, and says what it had read', async () => {
  const { athena, s3, engine, start } = await open({ concurrent: 1 })
  engine.answer = ({ signal, reading }) => {
    reading?.told(77, 100)
    return untilStopped(signal)
  }
  const running = await start('SELECT 1')
  const waiting = await start('SELECT 2')
  while (engine.started.length < 1) await new Promise(resolve => setImmediate(resolve))
  await athena.stopQuery(scope, waiting)
  await athena.stopQuery(scope, running)
  for (const id of [running, waiting]) {
    const { state, end } = athena.query(scope, id)
    assert.deepEqual([state, end?.reason], ['CANCELLED', 'Query cancelled by user'])
    assert.equal(s3.latest('results', `athena/${id}.csv`), undefined)
  }
  assert.deepEqual(engine.started, ['SELECT 1'])
  const read = [running, waiting].map(id => athena.query(scope, id).end?.statistics?.scannedBytes)
  assert.deepEqual(read, [77, 0])
  await athena.stopQuery(scope, running)
})

test('what the engine says becomes the reason, with AWS’s kind of error', async () => {
  const { engine, start, ended } = await open()
  const kinds = { syntax: 1006, semantic: 1000, data: 1001, resource: 0, timeout: 206, crashed: 200 } as const
  for (const [kind, type] of Object.entries(kinds)) {
    engine.answer = () => Promise.reject(new EngineFault(kind as keyof typeof kinds, `words of ${kind}`))
    const { state, end } = await ended(await start('SELECT 1'))
    assert.deepEqual([state, end?.reason, end?.error?.type], ['FAILED', `words of ${kind}`, type])
  }
})

test('a query that was under way when the process died has failed at the next start, and published nothing', async () => {
  const first = await open()
  first.engine.answer = ({ signal }) => untilStopped(signal)
  const id = await first.start('SELECT 1')
  while (first.engine.started.length < 1) await new Promise(resolve => setImmediate(resolve))
  await first.close()
  const next = await open({ directory: first.directory })
  const { state, end } = next.athena.query(scope, id)
  assert.equal(state, 'FAILED')
  assert.match(end?.reason ?? '', /cut off: Biwa stopped/)
  assert.deepEqual(next.s3.list('results', '', '', 10), [])
})

test('the same request twice is one query, the same token for another is refused', async () => {
  const { engine, start, ended } = await open()
  const token = 'a'.repeat(32)
  const id = await start('SELECT 1', { token })
  assert.equal(await start('SELECT 1', { token }), id)
  await ended(id)
  assert.deepEqual(engine.started, ['SELECT 1'])
  await assert.rejects(start('SELECT 2', { token }), /Idempotent parameters do not match/)
})

test('a work group decides where results go when it is told to, and closes when it is disabled', async () => {
  const { athena, start, ended } = await open()
  const configuration = { outputLocation: 's3://results/ours/', enforced: true }
  await athena.workGroups.create(scope, { name: 'team', configuration }, () => undefined)
  const query = await ended(await start('SELECT 1', { workGroup: 'team' }))
  assert.match(query.output.key, /^ours\//)
  await athena.workGroups.update(scope, 'team', group => ({ ...group, enabled: false }))
  await assert.rejects(start('SELECT 1', { workGroup: 'team' }), /WorkGroup team is disabled/)
  await assert.rejects(start('SELECT 1', { workGroup: 'nobody' }), /WorkGroup is not found/)
})

test('a query that scanned more than its work group allows is cancelled and leaves no result', async () => {
  const { athena, s3, engine, start, ended } = await open()
  const configuration = { outputLocation: 's3://results/', scannedBytesMax: 10_000_000 }
  await athena.workGroups.create(scope, { name: 'thrifty', configuration }, () => undefined)
  engine.answer = async () => ({ scannedBytes: 10_000_001 })
  const { state, end, output } = await ended(await start('SELECT 1', { workGroup: 'thrifty' }))
  assert.deepEqual([state, end?.reason], ['CANCELLED', 'Query cancelled! : Bytes scanned limit was exceeded'])
  assert.equal(end?.statistics?.scannedBytes, 10_000_001)
  assert.equal(s3.latest(output.bucket, output.key), undefined)
})

test('without a place for the result, or with one that is not there, no query starts', async () => {
  const { athena } = await open()
  const start = (outputLocation?: string) =>
    athena.startQuery(scope, someone, {
      text: 'SELECT 1',
      workGroup: 'primary',
      ...(outputLocation !== undefined && { outputLocation }),
    })
  await assert.rejects(start(), /No output location provided/)
  await assert.rejects(start('/tmp/results'), /outputLocation is not a valid S3 path/)
  await assert.rejects(start('s3://nowhere/'), /Unable to verify\/create output bucket nowhere/)
})

test('a table is read with the rights of who asked', async () => {
  const { engine, s3, ledger, refused, start, ended } = await open()
  const object = await s3.take(bytesOf('1'))
  await ledger.commit(write => s3.publish(write, 'results', 'data/a', object))
  await ended(await start('CREATE DATABASE weather'))
  await ended(await start("CREATE EXTERNAL TABLE weather.obs (a int) LOCATION 's3://results/data/'"))
  engine.answer = async request => {
    const [table] = await request.tables([{ database: 'weather', name: 'obs' }])
    await table?.files([])
    return {}
  }
  assert.equal((await ended(await start('SELECT * FROM weather.obs'))).state, 'SUCCEEDED')
  for (const action of ['glue:GetTable', 's3:GetObject', 's3:PutObject']) {
    refused.add(action)
    const { state, end } = await ended(await start('SELECT * FROM weather.obs'))
    assert.equal(state, 'FAILED')
    assert.match(end?.reason ?? '', new RegExp(`is not authorized to perform: ${action} on resource`))
    refused.clear()
  }
})

test('a repair adds the folders that are there, once, all in one commit with the query’s end', async () => {
  const { athena, s3, catalog, ledger, start, ended } = await open()
  await ended(await start('CREATE DATABASE w'))
  await ended(
    await start("CREATE EXTERNAL TABLE w.t (a int) PARTITIONED BY (year int, day string) LOCATION 's3://results/t'"),
  )
  const put = async (key: string) => {
    const object = await s3.take(bytesOf('1'))
    await ledger.commit(write => s3.publish(write, 'results', key, object))
  }
  for (const key of [
    't/year=2025/day=1/a',
    't/year=2025/day=a%3Ab/a',
    't/Year=2026/day=1/a',
    't/year=2026/x',
    't/other/a',
  ])
    await put(key)
  const first = await ended(await start('MSCK REPAIR TABLE w.t'))
  const lines = await athena.results(scope, first.id, undefined, 100)
  assert.deepEqual(lines.rows, [
    ['Partitions not in metastore:\tt:year=2025/day=1\tt:year=2025/day=a%3Ab'],
    ['Repair: Added partition to metastore t:year=2025/day=1'],
    ['Repair: Added partition to metastore t:year=2025/day=a%3Ab'],
  ])
  assert.deepEqual(
    [...catalog.partitions(scope, 'w', 't')].map(({ values, location }) => [values, location]),
    [
      [['2025', '1'], 's3://results/t/year=2025/day=1/'],
      [['2025', 'a:b'], 's3://results/t/year=2025/day=a%3Ab/'],
    ],
  )
  const again = await ended(await start('MSCK REPAIR TABLE w.t'))
  assert.deepEqual((await athena.results(scope, again.id, undefined, 100)).rows, [])
})
