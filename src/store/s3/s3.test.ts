// What other parts of the lake do with objects: publish in their own commit, list, read, take files. And what a crash or
// a clean restart leaves of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SimulatedWorld, simulatedWorld } from '../../../test/testing/simulated-world.ts'
import type { Blobs } from '../../durable/blobs.ts'
import type { Fault } from '../../gateway/fault.ts'
import { S3 } from './s3.ts'

const account = '000000000000'
const region = 'ap-northeast-1'
const bytes = (text: string) => [Buffer.from(text)]
async function* stream(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}

function s3On(world: SimulatedWorld): S3 {
  const { clock, random, background, store } = world
  return new S3({ ledger: store.ledger, blobs: store.blobs, clock, random, background })
}
async function lake(): Promise<{ world: SimulatedWorld; s3: S3 }> {
  const world = await simulatedWorld()
  const s3 = s3On(world)
  await s3.buckets.create('raw', { account, region, constraint: region }, { ownership: undefined, tags: undefined })
  return { world, s3 }
}
async function textOf(s3: S3, key: string): Promise<string> {
  const object = s3.latest('raw', key)
  assert.ok(object)
  const chunks: Uint8Array[] = []
  for await (const chunk of s3.read(object)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
async function publish(world: SimulatedWorld, s3: S3, key: string, text: string): Promise<void> {
  const prepared = await s3.take(stream(text))
  await world.store.ledger.commit(write => s3.publish(write, 'raw', key, prepared))
}

async function blobFiles(world: SimulatedWorld): Promise<readonly string[]> {
  const directories = await world.disk.list('/lake/blobs')
  return (await Promise.all(directories.map(digits => world.disk.list(`/lake/blobs/${digits}`)))).flat()
}

test('objects published in one commit are there together, or not at all', async () => {
  const { world, s3 } = await lake()
  const [one, two] = [await s3.take(stream('1')), await s3.take(stream('2'))]
  await assert.rejects(
    world.store.ledger.commit(write => {
      s3.publish(write, 'raw', 'a', one)
      s3.publish(write, 'no-such-bucket', 'b', two)
    }),
    (error: Fault) => error.code === 'NoSuchBucket',
  )
  assert.equal(s3.latest('raw', 'a'), undefined)
  await world.store.ledger.commit(write => {
    s3.publish(write, 'raw', 'a', one)
    s3.publish(write, 'raw', 'b', two)
  })
  assert.deepEqual(
    s3.list('raw', '', '', 10).map(({ key }) => key),
    ['a', 'b'],
  )
})

test('a finished blob is hashed and described when it is prepared', async () => {
  const { world, s3 } = await lake()
  const blobs: Blobs = world.store.blobs
  for (const text of ['small', 'x'.repeat(50_000)]) {
    const blob = await blobs.write(bytes(text))
    const prepared = await s3.prepare(blob, { contentType: 'text/plain', contentEncoding: 'gzip' })
    await world.store.ledger.commit(write => s3.publish(write, 'raw', 'k', prepared))
    const object = s3.latest('raw', 'k')
    assert.equal(object?.bytes, text.length)
    assert.equal(object?.contentType, 'text/plain')
    assert.equal(object?.contentEncoding, 'gzip')
    assert.equal(object?.modifiedAt, world.clock.now())
    assert.equal(await textOf(s3, 'k'), text)
  }
})

test('what was published is there after a power cut, what was not leaves nothing', async () => {
  const { world, s3 } = await lake()
  await publish(world, s3, 'kept', 'x'.repeat(50_000))
  await s3.take(stream('y'.repeat(50_000)))
  await world.crash()
  const after = s3On(world)
  await world.store.blobs.swept
  assert.equal(await textOf(after, 'kept'), 'x'.repeat(50_000))
  assert.equal((await blobFiles(world)).length, 1)
})

test('keys are listed after a key, folders after a folder', async () => {
  const { world, s3 } = await lake()
  for (const key of ['a/1', 'a/2', 'b', 'c/1', '～', '🗻']) await publish(world, s3, key, key)
  assert.deepEqual(
    s3.list('raw', '', 'b', 2).map(({ key }) => key),
    ['c/1', '～'],
  )
  const first = s3.listFolders('raw', '', '/', '', 2)
  assert.deepEqual([first.folders, first.objects.map(({ key }) => key), first.next], [['a/'], ['b'], 'b'])
  const second = s3.listFolders('raw', '', '/', first.next ?? '', 1)
  assert.deepEqual([second.folders, second.next], [['c/'], 'c/'])
  const third = s3.listFolders('raw', '', '/', second.next ?? '', 9)
  assert.deepEqual([third.objects.map(({ key }) => key), third.next], [['～', '🗻'], undefined])
})

test('a removal hides where versions are kept, and removes where they are not', async () => {
  const { world, s3 } = await lake()
  await publish(world, s3, 'k', '1')
  await s3.buckets.setVersioning(s3.buckets.get('raw'), 'enabled')
  await publish(world, s3, 'k', '2')
  await world.store.ledger.commit(write => s3.remove(write, 'raw', 'k'))
  assert.equal(s3.latest('raw', 'k'), undefined)
  const bucket = s3.buckets.get('raw')
  const page = s3.listing.versions(bucket, { prefix: '', delimiter: '', from: { key: '' }, limit: 10 })
  assert.deepEqual(
    page.items.map(({ marker, versionId }) => [marker, versionId === 'null']),
    [
      [true, false],
      [false, false],
      [false, true],
    ],
  )
})

async function uploaded(s3: S3, key: string): Promise<void> {
  const bucket = s3.buckets.get('raw')
  const upload = await s3.uploads.create(bucket, key, {
    described: {},
    tags: {},
    principal: `arn:aws:iam::${account}:root`,
    checksum: undefined,
  })
  const parts = []
  for (const [number, text] of [
    [1, 'x'.repeat(5 * 1024 * 1024)],
    [2, 'y'.repeat(20_000)],
    [3, 'z'],
  ] as const)
    parts.push(await s3.uploads.putPart(bucket, key, { uploadId: upload.id, number }, stream(text), {}))
  // All but the last are too small for a client, so these two are what it would list.
  await s3.completing.complete(bucket, key, {
    uploadId: upload.id,
    parts: parts.filter(({ number }) => number !== 2),
    conditions: {},
  })
}
const countOf = (world: SimulatedWorld, table: string) =>
  world.store.ledger.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`)?.count

test('an object of parts becomes one file once, and its parts are let go', async () => {
  const { world, s3 } = await lake()
  await uploaded(s3, 'parts')
  assert.equal(countOf(world, 'blob'), 2)
  const object = s3.latest('raw', 'parts')
  assert.ok(object)
  const files = await Promise.all([s3.file(object), s3.file(object)])
  assert.equal(files[0].path, files[1].path)
  for (const file of files) file[Symbol.dispose]()
  await world.background.settled()
  assert.equal(countOf(world, 'blob'), 1)
  assert.equal(await textOf(s3, 'parts'), `${'x'.repeat(5 * 1024 * 1024)}z`)
  assert.equal(s3.objects.look(s3.buckets.get('raw'), 'parts', { conditions: {}, partNumber: 3 }).range?.from, 5242880)
})

test('a deleted object of parts is cleared away, also when a crash comes between', async () => {
  const { world, s3 } = await lake()
  await uploaded(s3, 'parts')
  await world.store.ledger.commit(write => s3.remove(write, 'raw', 'parts'))
  await world.crash()
  const after = s3On(world)
  await after.start()
  await world.background.settled()
  for (const table of ['blob', 's3_part', 's3_composite', 's3_version']) assert.equal(countOf(world, table), 0, table)
})

test('an object of parts that is deleted while it is read is read to its end', async () => {
  const { world, s3 } = await lake()
  await uploaded(s3, 'parts')
  const object = s3.latest('raw', 'parts')
  assert.ok(object)
  const reading = s3.read(object)
  await world.store.ledger.commit(write => s3.remove(write, 'raw', 'parts'))
  await world.background.settled()
  let read = 0
  for await (const chunk of reading) read += chunk.byteLength
  assert.equal(read, object.bytes)
})

test('a body that ends too early, is too long, or whose client goes away leaves nothing', async () => {
  const { world, s3 } = await lake()
  const bucket = s3.buckets.get('raw')
  const put = (body: AsyncIterable<Uint8Array>, announced: number) =>
    s3.objects.put(bucket, 'k', body, { described: {}, tags: {}, announced: { bytes: announced }, conditions: {} })
  await assert.rejects(put(stream('short'), 6), (error: Fault) => error.code === 'IncompleteBody')
  await assert.rejects(put(stream('long'), 3), (error: Fault) => error.code === 'IncompleteBody')
  await assert.rejects(put(stream(''), 5 * 1024 ** 3 + 1), (error: Fault) => error.code === 'EntityTooLarge')
  async function* broken() {
    yield Buffer.alloc(2_000_000)
    throw new Error('the client went away')
  }
  await assert.rejects(put(broken(), 4_000_000), /went away/)
  assert.equal(s3.latest('raw', 'k'), undefined)
  assert.deepEqual(await blobFiles(world), [])
})

test('a bucket that is deleted while a body comes in takes it no more', async () => {
  const { world, s3 } = await lake()
  const bucket = s3.buckets.get('raw')
  async function* slow() {
    yield Buffer.alloc(50_000)
    await s3.buckets.delete(bucket)
    await s3.buckets.create('raw', { account, region, constraint: region }, { ownership: undefined, tags: undefined })
  }
  await assert.rejects(
    s3.objects.put(bucket, 'k', slow(), { described: {}, tags: {}, announced: {}, conditions: {} }),
    (error: Fault) => error.code === 'NoSuchBucket',
  )
  assert.equal(s3.latest('raw', 'k'), undefined)
  assert.deepEqual(await blobFiles(world), [])
})

test('the region of an endpoint takes only buckets of its own', async () => {
  const { s3 } = await lake()
  const create = (endpoint: string, constraint: string | undefined) =>
    s3.buckets.create('other', { account, region: endpoint, constraint }, { ownership: undefined, tags: undefined })
  for (const [endpoint, constraint, code] of [
    ['ap-northeast-1', undefined, 'IllegalLocationConstraintException'],
    ['ap-northeast-1', 'eu-west-1', 'IllegalLocationConstraintException'],
    ['ap-northeast-1', 'nowhere', 'InvalidLocationConstraint'],
    ['us-east-1', 'us-east-1', 'InvalidLocationConstraint'],
  ] as const)
    await assert.rejects(create(endpoint, constraint), (error: Fault) => error.code === code)
  await create('us-east-1', undefined)
  assert.deepEqual(s3.bucketOwner('other')?.region, 'us-east-1')
})
