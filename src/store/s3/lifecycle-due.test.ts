// What is due by lifecycle rules and when, as AWS's user guide has it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Versioning } from './bucket.ts'
import type { Lifecycle, LifecycleRule, LifecycleStorageClass } from './lifecycle.ts'
import { dueAfter, expiryOf, isUploadDue, lifecycleActions } from './lifecycle-due.ts'
import { nullVersionId, type Version } from './version.ts'

const at = (text: string) => Date.parse(`${text}Z`)
const written = at('2014-01-15T10:30:00')
const version = (more: Partial<Version> = {}): Version => ({
  ...{ key: 'logs/a', turn: -1, versionId: nullVersionId, latest: true, marker: false, modifiedAt: written },
  ...{ content: 'c', bytes: 1024 ** 2, etag: 'e', properties: { encryption: { algorithm: 'AES256' } }, tags: {} },
  ...more,
})
const rules = (...all: readonly Partial<LifecycleRule>[]): Lifecycle => ({
  rules: all.map((rule, index) => ({ id: `r${index}`, enabled: true, filter: {}, ...rule })),
  minimumSize: 'all_storage_classes_128K',
})
const kinds = (lifecycle: Lifecycle, versions: readonly Version[], now: number) =>
  lifecycleActions(lifecycle, versions, now).map(action => [
    action.version.modifiedAt,
    action.kind === 'move' ? action.storageClass : action.kind,
  ])

test('days count to the midnight after them: three from half past ten on the 15th end with the 18th', () => {
  assert.equal(dueAfter(written, 3), at('2014-01-19T00:00:00'))
  const lifecycle = rules({ expiration: { days: 3 } })
  assert.deepEqual(expiryOf(lifecycle, version()), { at: at('2014-01-19T00:00:00'), rule: 'r0' })
  assert.deepEqual(kinds(lifecycle, [version()], at('2014-01-18T23:59:59')), [])
  assert.deepEqual(kinds(lifecycle, [version()], at('2014-01-19T00:00:00')), [[written, 'delete']])
})

test('the most days that AWS takes are a date that a header can tell', () => {
  assert.equal(new Date(dueAfter(written, 2_147_483_647)).toUTCString(), 'Fri, 31 Dec 9999 00:00:00 GMT')
})

test('a rule is for what its prefix, its tags and its sizes say, and while it is enabled', () => {
  const later = at('2015-01-01T00:00:00')
  const expiring = (rule: Partial<LifecycleRule>, of: Partial<Version> = {}) =>
    kinds(rules({ expiration: { days: 1 }, ...rule }), [version(of)], later).length === 1
  assert.ok(expiring({ filter: { prefix: 'logs/' } }))
  assert.ok(!expiring({ filter: { prefix: 'log/' } }))
  assert.ok(!expiring({ enabled: false }))
  const tagged = { filter: { tags: { team: 'a', old: 'yes' } } }
  assert.ok(!expiring(tagged, { tags: { team: 'a' } }))
  assert.ok(expiring(tagged, { tags: { team: 'a', old: 'yes', more: '1' } }))
  assert.ok(!expiring({ filter: { bytesAbove: 500 } }, { bytes: 500 }))
  assert.ok(expiring({ filter: { bytesAbove: 500, bytesBelow: 502 } }, { bytes: 501 }))
  assert.ok(!expiring({ filter: { bytesBelow: 500 } }, { bytes: 500 }))
})

test('of several expirations the first counts, on a date or after days', () => {
  const lifecycle = rules({ expiration: { days: 400 } }, { expiration: { onDate: at('2014-06-01T00:00:00') } })
  assert.deepEqual(expiryOf(lifecycle, version()), { at: at('2014-06-01T00:00:00'), rule: 'r1' })
})

test('a noncurrent version goes by the age of what took its place, and the newest of them are kept', () => {
  const versions = [3, 2, 1, 0].map(days => version({ modifiedAt: written + days * 86_400_000, latest: days === 3 }))
  const lifecycle = rules({ noncurrentExpiration: { days: 10, newerKept: 1 } })
  const now = at('2014-01-28T00:00:00')
  // The one of the 17th was succeeded on the 18th, and is the newest of the noncurrent ones.
  assert.deepEqual(kinds(lifecycle, versions, at('2014-01-26T23:00:00')), [])
  assert.deepEqual(kinds(lifecycle, versions, now), [
    [written + 86_400_000, 'remove'],
    [written, 'remove'],
  ])
})

test('a delete marker goes when nothing is left behind it', () => {
  const marker = version({ marker: true, bytes: 0 })
  const older = version({ latest: false, modifiedAt: written - 1 })
  const now = at('2014-01-20T00:00:00')
  assert.deepEqual(kinds(rules({ expiration: { loneMarker: true } }), [marker], now), [[written, 'remove']])
  assert.deepEqual(kinds(rules({ expiration: { loneMarker: false } }), [marker], now), [])
  assert.deepEqual(kinds(rules({ expiration: { days: 1 } }), [marker], now), [[written, 'remove']])
  assert.deepEqual(kinds(rules({ expiration: { days: 1 } }), [marker, older], now), [])
})

test('of the moves that are due the lowest class counts, and none leads up', () => {
  const lifecycle = rules({
    transitions: [
      { days: 30, storageClass: 'STANDARD_IA' },
      { days: 90, storageClass: 'GLACIER' },
    ],
  })
  assert.deepEqual(kinds(lifecycle, [version()], written + 40 * 86_400_000), [[written, 'STANDARD_IA']])
  assert.deepEqual(kinds(lifecycle, [version()], written + 100 * 86_400_000), [[written, 'GLACIER']])
  const inArchive = version({ properties: { encryption: { algorithm: 'AES256' }, storageClass: 'DEEP_ARCHIVE' } })
  assert.deepEqual(kinds(lifecycle, [inArchive], written + 100 * 86_400_000), [])
})

test('of moves that are due together Intelligent-Tiering is preferred to all but the archives', () => {
  const both = (storageClass: LifecycleStorageClass) =>
    rules({
      transitions: [
        { days: 30, storageClass: 'INTELLIGENT_TIERING' },
        { days: 40, storageClass },
      ],
    })
  const now = written + 50 * 86_400_000
  const tiered = version({ properties: { encryption: { algorithm: 'AES256' }, storageClass: 'INTELLIGENT_TIERING' } })
  assert.deepEqual(kinds(both('GLACIER_IR'), [version()], now), [[written, 'INTELLIGENT_TIERING']])
  assert.deepEqual(kinds(both('GLACIER'), [version()], now), [[written, 'GLACIER']])
  assert.deepEqual(kinds(both('GLACIER_IR'), [tiered], now), [[written, 'GLACIER_IR']])
})

test('a move comes before a delete marker, and a deletion for good before a move', () => {
  const lifecycle = rules({ expiration: { days: 1 } }, { transitions: [{ days: 0, storageClass: 'GLACIER' }] })
  const now = written + 5 * 86_400_000
  assert.deepEqual(kinds(lifecycle, [version()], now), [[written, 'delete']])
  const kept = (versioning: Versioning, of: Partial<Version> = {}) =>
    lifecycleActions(lifecycle, [version(of)], now, versioning).map(({ kind }) => kind)
  assert.deepEqual(kept('enabled'), ['move'])
  assert.deepEqual(kept('suspended', { versionId: 'v1' }), ['move'])
  assert.deepEqual(kept('suspended'), ['delete'])
  const archived = { properties: { encryption: { algorithm: 'AES256' as const }, storageClass: 'GLACIER' } }
  assert.deepEqual(kept('enabled', archived), ['delete'])
})

test('small objects are not moved unless the rule speaks of sizes, or the bucket lets archives have them', () => {
  const small = version({ bytes: 1000 })
  const toArchive = { transitions: [{ days: 0, storageClass: 'GLACIER' as const }] }
  const now = written + 5 * 86_400_000
  assert.deepEqual(kinds(rules(toArchive), [small], now), [])
  assert.equal(kinds(rules({ ...toArchive, filter: { bytesAbove: 10 } }), [small], now).length, 1)
  const varying = { ...rules(toArchive), minimumSize: 'varies_by_storage_class' as const }
  assert.equal(kinds(varying, [small], now).length, 1)
})

test('an upload that nobody completed is due by its own rule alone', () => {
  const upload = { key: 'logs/big', startedAt: written }
  const lifecycle = rules({ filter: { prefix: 'logs/' }, abortUploadAfterDays: 7 }, { expiration: { days: 1 } })
  assert.ok(!isUploadDue(lifecycle, upload, at('2014-01-22T23:59:59')))
  assert.ok(isUploadDue(lifecycle, upload, at('2014-01-23T00:00:00')))
  assert.ok(!isUploadDue(lifecycle, { ...upload, key: 'other' }, at('2015-01-23T00:00:00')))
})
