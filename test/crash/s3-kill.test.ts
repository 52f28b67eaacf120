/**
 * A real server on a simulated clock is killed with SIGKILL at random instants while eight clients put, overwrite, copy,
 * delete and upload in parts, and while midnights pass under lifecycle rules. Every acknowledged version, upload and
 * deletion is there after it, nothing is half there, what was due at a midnight that had passed is gone, and every blob
 * that is left belongs to an object or to an upload under way.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Store } from '../../src/durable/store.ts'
import { SystemClock } from '../../src/world/clock.ts'
import { RealDisk } from '../../src/world/disk.ts'
import { SilentLog } from '../../src/world/log.ts'
import { SystemRandom } from '../../src/world/random.ts'
import { client } from '../testing/lake.ts'
import { startServer } from '../testing/server.ts'

const kills = 5
const acknowledgedMin = 400
const after = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds))

/** Told by the name alone, small enough for the ledger or large enough for a file. */
const bodyOf = (name: string) => Buffer.alloc(name.length % 2 === 0 ? 300 : 70_000, `${name} `)

test('killed at any instant of S3 at work: what was acknowledged is there, whole, and no blob is left over', {
  timeout: 300_000,
}, async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-s3-kill-'))
  /** Of the lake: midnights that it has passed for certain. */
  let day = 0
  const begin = Date.UTC(2025, 9, 15)
  const start = () =>
    startServer(directory, ['--clock', 'simulated', '--start', new Date(begin + day * 86_400_000).toISOString()])
  let server = await start()
  context.after(async () => {
    await server.kill()
    await rm(directory, { recursive: true, force: true })
  })
  const connect = () => new S3Client({ ...client(server.url), forcePathStyle: true, maxAttempts: 1 })
  let s3 = connect()
  for (const Bucket of ['plain', 'kept']) {
    const CreateBucketConfiguration = { LocationConstraint: 'ap-northeast-1' as const }
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
    const rule = { Status: 'Enabled' as const, Filter: { Prefix: 'due/' } }
    const Rules = [
      { ...rule, Expiration: { Days: 1 }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      { ...rule, Filter: { Prefix: '' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1000 } },
    ]
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
  }
  const Status = 'Enabled' as const
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'kept', VersioningConfiguration: { Status } }))

  /** Key to name of its latest content; undefined where a delete of it was acknowledged. Of keys that are written once. */
  const objects = new Map<string, string | undefined>()
  const versions = new Map<string, string>()
  const parts = new Map<string, { readonly key: string; readonly name: string }>()
  /** To the day on which it was put. */
  const due = new Map<string, number>()
  let acknowledged = 0
  let turn = 0

  const put = async (name: string) => {
    await s3.send(new PutObjectCommand({ Bucket: 'plain', Key: name, Body: bodyOf(name) }))
    objects.set(name, name)
  }
  const steps: readonly ((name: string) => Promise<void>)[] = [
    put,
    async name => {
      await put(name)
      await s3.send(new DeleteObjectCommand({ Bucket: 'plain', Key: name })).finally(() => objects.delete(name))
      objects.set(name, undefined)
    },
    async name => {
      await put(name)
      const Key = `${name}-copy`
      await s3.send(new CopyObjectCommand({ Bucket: 'plain', Key, CopySource: `plain/${name}` }))
      objects.set(Key, name)
    },
    async name => {
      const Key = `shared-${name.length % 3}`
      const { VersionId = '' } = await s3.send(new PutObjectCommand({ Bucket: 'kept', Key, Body: bodyOf(name) }))
      versions.set(`${Key} ${VersionId}`, name)
    },
    async name => {
      const { VersionId = '' } = await s3.send(new DeleteObjectCommand({ Bucket: 'kept', Key: `shared-${turn % 3}` }))
      assert.ok(VersionId !== '', name)
    },
    async name => {
      const upload = { Bucket: 'plain', Key: name }
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload))
      const { ETag } = await s3.send(
        new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: bodyOf(`first of ${name}`) }),
      )
      await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 2, Body: bodyOf('unwanted') }))
      parts.set(UploadId ?? '', { key: name, name: `first of ${name}` })
      // Some are left as they are.
      if (turn % 3 === 0) return
      parts.delete(UploadId ?? '')
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
      await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }))
      objects.set(name, `first of ${name}`)
    },
    async name => {
      const [Bucket, Key] = [turn % 2 === 0 ? 'plain' : 'kept', `due/${name}`]
      const putOn = day
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: bodyOf(Key) }))
      due.set(`${Bucket}/${Key}`, putOn)
    },
    async () => {
      await after(20)
      const answer = await fetch(`${server.url}/_biwa/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advance: 'P1D' }),
      })
      assert.equal(answer.status, 200, await answer.text())
      day += 1
    },
  ]

  for (let life = 0; life < kills || acknowledged < acknowledgedMin; life++) {
    let isAlive = true
    const working = Promise.all(
      steps.map(async (step, kind) => {
        while (isAlive) {
          try {
            await step(`${kind}-${turn++}-${'x'.repeat(turn % 4)}`)
            acknowledged += 1
          } catch (cause) {
            if (cause instanceof assert.AssertionError) throw cause
            return
          }
        }
      }),
    )
    await after(200 + Math.random() * 700)
    await server.kill()
    isAlive = false
    await working
    s3.destroy()
    server = await start()
    s3 = connect()
  }

  const read = async (Bucket: string, Key: string, VersionId?: string) =>
    Buffer.from(
      (await (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToByteArray()) ?? [],
    )
  const seen = new Set<string>()
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: 'plain' }))
    for (const { Key = '' } of Contents) {
      seen.add(Key)
      const bytes = await read('plain', Key)
      // Nothing is there in part, acknowledged or not.
      const original = Key.startsWith('5-') ? `first of ${Key}` : Key.replace(/-copy$/, '')
      assert.ok(bytes.equals(bodyOf(original)), Key)
    }
  for (const [key, name] of objects) assert.equal(seen.has(key), name !== undefined, key)

  const listed = new Map<string, number>()
  for (let KeyMarker: string | undefined, VersionIdMarker: string | undefined, isLast = false; !isLast; ) {
    const at = {
      ...(KeyMarker !== undefined && { KeyMarker }),
      ...(VersionIdMarker !== undefined && { VersionIdMarker }),
    }
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: 'kept', ...at }))
    for (const { Key, VersionId, Size = 0 } of page.Versions ?? []) listed.set(`${Key} ${VersionId}`, Size)
    KeyMarker = page.NextKeyMarker
    VersionIdMarker = page.NextVersionIdMarker
    isLast = page.IsTruncated !== true
  }
  for (const [version, name] of versions) {
    const [key = '', id] = version.split(' ')
    assert.equal(listed.get(version), bodyOf(name).length, version)
    assert.ok((await read('kept', key, id)).equals(bodyOf(name)), version)
  }
  for (const [UploadId, { key, name }] of parts) {
    const { Parts = [] } = await s3.send(new ListPartsCommand({ Bucket: 'plain', Key: key, UploadId }))
    assert.deepEqual([Parts[0]?.Size, Parts.length], [bodyOf(name).length, 2], key)
  }
  for (const [place, putOn] of due) {
    // Its own day, which a kill may have had begin again, one more, and one for the marker.
    if (putOn + 4 > day) continue
    const [bucket = '', ...key] = place.split('/')
    if (bucket === 'plain') assert.ok(!seen.has(key.join('/')), place)
    for (const version of listed.keys()) assert.ok(!version.startsWith(`${key.join('/')} `), place)
  }
  assert.ok(versions.size > 20 && parts.size > 0 && due.size > 20 && day > 3, `${versions.size} ${parts.size} ${day}`)

  await server.stop()
  const log = new SilentLog()
  const world = { disk: new RealDisk(), random: new SystemRandom(), clock: new SystemClock(log), log }
  const store = await Store.open({ ...world, directory })
  await store.blobs.swept
  const strays = store.ledger.all(
    `SELECT id FROM blob WHERE id NOT IN (SELECT content FROM s3_version UNION SELECT blob FROM s3_part
       UNION SELECT joined FROM s3_composite WHERE joined IS NOT NULL)`,
  )
  assert.deepEqual(strays, [], 'blobs that nobody refers to')
  const files = (await readdir(join(directory, 'blobs'), { recursive: true })).filter(path => path.length > 2)
  assert.equal(files.length, store.ledger.all('SELECT id FROM blob WHERE content IS NULL').length)
  await store.close()
})
