// S3: puts the rooms of this part together, and is what other parts of the lake write objects to and read them from.
// What each room does is said there; AWS's operations on them are in api/.
import { createHash } from 'node:crypto'
import type { Blob, Blobs } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import { isArchived, Restoring } from './archive.ts'
import type { Bucket } from './bucket.ts'
import { Buckets } from './buckets.ts'
import { Completing } from './completing.ts'
import { Composites } from './composites.ts'
import { Contents, type HeldFile } from './contents.ts'
import { Copying } from './copying.ts'
import { Deleting } from './deleting.ts'
import { archivedObject, noSuchBucket } from './faults.ts'
import { takeIn } from './intake.ts'
import { LifecycleRuns } from './lifecycle-runs.ts'
import { Listing } from './listing.ts'
import { Uploads } from './multipart.ts'
import { Objects } from './objects.ts'
import { after } from './paging.ts'
import { checkKey, type Described, propertiesFor } from './properties.ts'
import { Settings } from './settings.ts'
import { tables } from './tables.ts'
import type { Version } from './version.ts'
import { Versions } from './versions.ts'

/** An object as other parts see it: the latest version of its key when they looked. */
export interface StoredObject {
  readonly bucket: string
  readonly key: string
  /** Undefined where the bucket keeps no versions. */
  readonly versionId?: string
  /** Names its bytes: another one as soon as they change. */
  readonly blob: string
  readonly bytes: number
  readonly etag: string
  readonly modifiedAt: number
  readonly contentType?: string
  readonly contentEncoding?: string
  /** Its bytes cannot be had: it was not restored. */
  readonly isArchived?: true
  /** Of what is not STANDARD. */
  readonly storageClass?: string
}

export type ObjectDescription = Pick<Described, 'contentType' | 'contentEncoding' | 'metadata'>

/** Bytes that are durable, with all that making them an object needs. */
export interface PreparedObject {
  readonly blob: Blob
  readonly etag: string
  readonly described: ObjectDescription
}

export class S3 {
  readonly buckets: Buckets
  readonly settings: Settings
  readonly objects: Objects
  readonly copying: Copying
  readonly deleting: Deleting
  readonly listing: Listing
  readonly uploads: Uploads
  readonly completing: Completing
  readonly lifecycles: LifecycleRuns
  readonly restoring: Restoring
  readonly random: Random
  readonly #blobs: Blobs
  readonly #clock: Clock
  readonly #versions: Versions
  readonly #contents: Contents
  readonly #composites: Composites

  constructor(of: { ledger: Ledger; blobs: Blobs; clock: Clock; random: Random; background: Background }) {
    const { ledger, blobs } = of
    ledger.define('s3', tables)
    this.random = of.random
    const composites = new Composites(of)
    const contents = new Contents({ blobs, composites })
    const versions = new Versions({ ...of, contents })
    const settings = new Settings(ledger)
    const uploads = new Uploads({ ...of, composites })
    const buckets = new Buckets({ ...of, settings, uploads })
    const objects = new Objects({ ...of, buckets, versions, contents, composites })
    this.#blobs = blobs
    this.#clock = of.clock
    this.#versions = versions
    this.#contents = contents
    this.#composites = composites
    this.settings = settings
    this.buckets = buckets
    this.objects = objects
    this.uploads = uploads
    this.copying = new Copying({ ...of, buckets, versions, contents, objects, uploads })
    this.deleting = new Deleting({ ledger, buckets, versions })
    this.listing = new Listing({ ledger, versions })
    this.completing = new Completing({ ledger, buckets, uploads, composites, versions })
    this.restoring = new Restoring({ ...of, buckets, versions, objects })
    this.lifecycles = new LifecycleRuns({ ...of, buckets, settings, versions, listing: this.listing, uploads })
  }

  /** Goes on with what a crash left half cleared away. */
  async start(): Promise<void> {
    this.#composites.start()
    this.lifecycles.start()
  }

  close(): void {
    this.lifecycles.close()
  }

  bucketExists(bucket: string): boolean {
    return this.buckets.find(bucket) !== undefined
  }

  bucketOwner(bucket: string): { readonly account: string; readonly region: string } | undefined {
    return this.buckets.find(bucket)
  }

  /** The bucket's policy as JSON, for the decision about a request. */
  policyOf(bucket: string): string | undefined {
    const found = this.buckets.find(bucket)
    return found && this.settings.get(found, 'policy')
  }

  /** Takes the bytes in and hashes them on the way; durable, but nobody's until they are published. */
  async take(chunks: AsyncIterable<Uint8Array>, described: ObjectDescription = {}): Promise<PreparedObject> {
    const { blob, md5 } = await takeIn(this.#blobs, chunks, {})
    return { blob, etag: md5, described }
  }

  /** For bytes that are a finished blob already: reads them once. */
  async prepare(blob: Blob, described: ObjectDescription = {}): Promise<PreparedObject> {
    const md5 = createHash('md5')
    for await (const chunk of this.#blobs.read(blob)) md5.update(chunk)
    return { blob, etag: md5.digest('hex'), described }
  }

  /** Forgets bytes that were taken in and will not be published after all. */
  discard({ blob }: PreparedObject): Promise<void> {
    return this.#blobs.discard(blob)
  }

  /** Inside somebody's commit: makes it the latest version of the key. */
  publish(write: Transaction, bucket: string, key: string, prepared: PreparedObject): { readonly versionId?: string } {
    checkKey(key)
    const found = this.#get(bucket)
    this.#blobs.publish(write, prepared.blob)
    const { versionId } = this.#versions.put(write, found, key, {
      content: prepared.blob.id,
      bytes: prepared.blob.bytes,
      etag: prepared.etag,
      properties: propertiesFor(found, prepared.described),
      tags: {},
    })
    return found.versioning === 'off' ? {} : { versionId }
  }

  /** Inside somebody's commit: deletes as DeleteObject does, with a marker where the bucket keeps versions. */
  remove(write: Transaction, bucket: string, key: string): void {
    this.#versions.delete(write, this.#get(bucket), key)
  }

  latest(bucket: string, key: string): StoredObject | undefined {
    const found = this.buckets.find(bucket)
    const version = found && this.#versions.latest(found, key)
    return found === undefined || version === undefined || version.marker ? undefined : this.#stored(found, version)
  }

  /** Changes with whatever changes in the bucket; the same text means the same objects, as long as the process lives. */
  state(bucket: string): string {
    const found = this.buckets.find(bucket)
    return found === undefined ? '' : `${found.id}/${this.#versions.changes(found)}`
  }

  /** Latest versions in UTF-8 byte order, after `after`, at most `limit`. */
  list(bucket: string, prefix: string, afterKey: string, limit: number): readonly StoredObject[] {
    return this.listFolders(bucket, prefix, '', afterKey, limit).objects
  }

  /** The same with what lies behind a delimiter rolled up; `next` is the `after` of the next page. */
  listFolders(
    bucket: string,
    prefix: string,
    delimiter: string,
    afterEntry: string,
    limit: number,
  ): { readonly folders: readonly string[]; readonly objects: readonly StoredObject[]; readonly next?: string } {
    const found = this.#get(bucket)
    const from = after(afterEntry, prefix, delimiter)
    const page = this.listing.objects(found, { prefix, delimiter, from, limit })
    const objects = page.items.map(version => this.#stored(found, version))
    if (!page.truncated || page.last === undefined) return { folders: page.folders, objects }
    const next = 'folder' in page.last ? page.last.folder : page.last.item.key
    return { folders: page.folders, objects, next }
  }

  /** @throws InvalidObjectState where it is archived */
  read(object: StoredObject, from = 0, toExclusive = object.bytes): AsyncIterable<Uint8Array> {
    if (object.isArchived) throw archivedObject(object)
    return this.#contents.read(object.blob, from, toExclusive)
  }

  /**
   * A local file with its bytes, for the engine: it stays until this is disposed, whatever becomes of the object.
   * @throws InvalidObjectState where it is archived
   */
  async file(object: StoredObject): Promise<HeldFile> {
    if (object.isArchived) throw archivedObject(object)
    return this.#contents.file(object.blob)
  }

  #get(bucket: string): Bucket {
    const found = this.buckets.find(bucket)
    if (found === undefined) throw noSuchBucket(bucket)
    return found
  }

  #stored(bucket: Bucket, version: Version): StoredObject {
    const { contentType, contentEncoding, storageClass } = version.properties
    return {
      bucket: bucket.name,
      key: version.key,
      ...(bucket.versioning !== 'off' && { versionId: version.versionId }),
      blob: version.content,
      bytes: version.bytes,
      etag: version.etag,
      modifiedAt: version.modifiedAt,
      ...(contentType !== undefined && { contentType }),
      ...(contentEncoding !== undefined && { contentEncoding }),
      ...(storageClass !== undefined && { storageClass }),
      ...(isArchived(version, this.#clock.now()) && { isArchived: true }),
    }
  }
}
