// Does what the buckets' lifecycle rules ask for, at every midnight in UTC while some bucket has rules, and when the lake opens, for
// the midnights that it slept through. AWS begins at midnight too, and takes hours. Some keys at a time, each lot decided and done
// in one commit: what a caller changes meanwhile is seen by the one or by the other.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { Fault } from '../../gateway/fault.ts'
import type { Background } from '../../world/background.ts'
import type { Appointment, Clock } from '../../world/clock.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import type { Lifecycle } from './lifecycle.ts'
import { dueAfter, expiryOf, isUploadDue, type LifecycleAction, lifecycleActions } from './lifecycle-due.ts'
import type { Listing } from './listing.ts'
import type { Uploads } from './multipart.ts'
import { after, type Position } from './paging.ts'
import type { Settings } from './settings.ts'
import type { Version } from './version.ts'
import type { Versions } from './versions.ts'

const versionsAtOnce = 500

interface Surroundings {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly background: Background
  readonly buckets: Buckets
  readonly settings: Settings
  readonly versions: Versions
  readonly listing: Listing
  readonly uploads: Uploads
}

export class LifecycleRuns {
  readonly #of: Surroundings
  /** Also while it runs. */
  #next: Appointment | undefined
  #isClosed = false

  constructor(of: Surroundings) {
    this.#of = of
  }

  start(): void {
    if (this.#ruled().length > 0) this.#runAt(this.#of.clock.now())
  }

  close(): void {
    this.#isClosed = true
    this.#next?.cancel()
  }

  async set(bucket: Bucket, lifecycle: Lifecycle): Promise<void> {
    await this.#of.settings.set(bucket, 'lifecycle', lifecycle)
    if (this.#next === undefined) this.#runAt(this.#midnight())
  }

  /** x-amz-expiration: when the object will be deleted, and by which rule. */
  expiration(bucket: Bucket, version: Version): string | undefined {
    const lifecycle = this.#of.settings.get(bucket, 'lifecycle')
    const expiry = lifecycle && expiryOf(lifecycle, version)
    return expiry && `expiry-date="${new Date(expiry.at).toUTCString()}", rule-id="${encodeURIComponent(expiry.rule)}"`
  }

  #runAt(at: number): void {
    if (this.#isClosed) return
    const { clock, background } = this.#of
    // In the background, so that the close of the lake waits for it.
    this.#next = clock.at(at, 's3 lifecycle', () => background.keep('s3 lifecycle', () => this.#runAll()))
  }

  async #runAll(): Promise<void> {
    try {
      for (const bucket of this.#ruled()) await this.#run(bucket)
    } finally {
      // Also after one that failed, on a full disk for instance: the next does what it left.
      this.#next = undefined
      if (this.#ruled().length > 0) this.#runAt(this.#midnight())
    }
  }

  /** The next one, also at midnight. */
  #midnight(): number {
    return dueAfter(this.#of.clock.now() + 1, 0)
  }

  #ruled(): readonly Bucket[] {
    return this.#of.settings.having('lifecycle').flatMap(name => this.#of.buckets.find(name) ?? [])
  }

  async #run(bucket: Bucket): Promise<void> {
    const now = this.#of.clock.now()
    let from: Position = { key: '' }
    for (let truncated = true; truncated && !this.#of.background.closing.aborted; ) {
      const page = this.#of.listing.versions(bucket, { prefix: '', delimiter: '', from, limit: versionsAtOnce })
      const last = page.items.at(-1)
      truncated = page.truncated && last !== undefined
      const keys = new Set(page.items.map(({ key }) => key))
      // The page may end amid its last key.
      if (truncated && last !== undefined) keys.delete(last.key)
      if (keys.size > 0) await this.#act(bucket, (found, lifecycle) => this.#dueOf(found, lifecycle, keys, now))
      if (!truncated || last === undefined) break
      await this.#actOnKey(bucket, last.key, now)
      from = after(last.key, '', '')
    }
    await this.#abortUploads(bucket, now)
  }

  #dueOf(bucket: Bucket, lifecycle: Lifecycle, keys: Iterable<string>, now: number): readonly LifecycleAction[] {
    const { versions } = this.#of
    return [...keys].flatMap(key => lifecycleActions(lifecycle, versions.of(bucket, key), now, bucket.versioning))
  }

  /** However many versions it has. From the oldest on: what has gone then changes nothing about those that are newer. */
  async #actOnKey(bucket: Bucket, key: string, now: number): Promise<void> {
    const { versions, background } = this.#of
    let done: Version | undefined
    for (let isLast = false; !isLast && !background.closing.aborted; ) {
      // Stays undefined where the rules, or the bucket, have gone meanwhile.
      let next: Version | undefined
      await this.#act(bucket, (found, lifecycle) => {
        const newestFirst = versions.oldest(found, key, versionsAtOnce + 1, done).toReversed()
        isLast = newestFirst.length <= versionsAtOnce
        const before = isLast ? undefined : newestFirst.shift()
        next = newestFirst[0]
        const most = 1 + newerKeptMax(lifecycle)
        const newer = before && { version: before, count: 1 + versions.newerThan(found, before, most) }
        const hasOlder = newestFirst.length === 1 && versions.oldest(found, key, 1)[0]?.turn !== next?.turn
        return lifecycleActions(lifecycle, newestFirst, now, found.versioning, { newer, hasOlder })
      })
      if (next === undefined) return
      done = next
    }
  }

  /** Does in one commit what `due` finds. It is asked again inside the commit: what a caller changed meanwhile counts. */
  async #act(bucket: Bucket, due: (bucket: Bucket, lifecycle: Lifecycle) => readonly LifecycleAction[]): Promise<void> {
    const actions = (found: Bucket) => {
      const lifecycle = this.#of.settings.get(found, 'lifecycle')
      return lifecycle === undefined ? [] : due(found, lifecycle)
    }
    // Nobody waits for this: others have their turn.
    if (actions(bucket).length === 0) return await new Promise(resolve => setImmediate(resolve))
    await this.#of.ledger.commitRoom(write => {
      // A bucket that was deleted has no versions and no rules.
      const found = this.#of.buckets.find(bucket.name)
      if (found?.id !== bucket.id) return
      // The oldest first: a marker that takes the place of the null version is not taken for it.
      for (const action of actions(found).toReversed()) this.#apply(write, found, action)
    })
  }

  #apply(write: Transaction, bucket: Bucket, action: LifecycleAction): void {
    const { versions } = this.#of
    const { key, versionId, properties } = action.version
    const { restore: _, ...kept } = properties
    if (action.kind === 'move')
      versions.setProperties(write, bucket, action.version, { ...kept, storageClass: action.storageClass })
    else if (action.kind === 'delete') versions.delete(write, bucket, key)
    else versions.deleteVersion(write, bucket, key, versionId)
  }

  async #abortUploads(bucket: Bucket, now: number): Promise<void> {
    const { uploads, settings, background } = this.#of
    let from: Position = { key: '' }
    for (let truncated = true; truncated && !background.closing.aborted; ) {
      const page = uploads.list(bucket, { prefix: '', delimiter: '', from, limit: versionsAtOnce })
      for (const upload of page.items) {
        const lifecycle = settings.get(bucket, 'lifecycle')
        if (lifecycle === undefined || !isUploadDue(lifecycle, upload, now)) continue
        await uploads.abort(bucket, upload.key, upload.id).catch(unlessFault)
      }
      const last = page.items.at(-1)
      truncated = page.truncated && last !== undefined
      if (last !== undefined) from = { key: last.key, past: last.id }
    }
  }
}

/** Beyond it, how many versions are newer makes no difference. */
const newerKeptMax = ({ rules }: Lifecycle): number =>
  Math.max(
    0,
    ...rules.flatMap(({ noncurrentExpiration, noncurrentTransitions = [] }) =>
      [noncurrentExpiration, ...noncurrentTransitions].map(what => what?.newerKept ?? 0),
    ),
  )

/** It was completed or aborted meanwhile. */
function unlessFault(cause: unknown): void {
  if (!(cause instanceof Fault)) throw cause
}
