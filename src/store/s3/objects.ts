// Objects: written from a body, read, copied without copying bytes, deleted. Every write is one commit that comes after
// its bytes are durable; reading a body never blocks a write.
import type { Blobs } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { isArchived } from './archive.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import type { Composites, Part } from './composites.ts'
import { checkRead, checkWrite, type ReadConditions, type WriteConditions } from './conditions.ts'
import { type Contents, compositeOf } from './contents.ts'
import {
  deleted,
  invalidObjectState,
  markerNotAllowed,
  noSuchKey,
  noSuchVersion,
  partNotSatisfiable,
} from './faults.ts'
import { type Announced, orDiscard, takeIn } from './intake.ts'
import { partsMax } from './limits.ts'
import { checkKey, type Described, propertiesFor } from './properties.ts'
import { type ByteRange, parseRange } from './ranges.ts'
import type { Tags, Version } from './version.ts'
import type { Versions } from './versions.ts'

export interface PutRequest {
  readonly described: Described
  readonly tags: Tags
  readonly announced: Announced
  readonly conditions: WriteConditions
}

export interface ReadRequest {
  readonly versionId?: string | undefined
  readonly conditions: ReadConditions
  readonly range?: string | undefined
  readonly partNumber?: number | undefined
}

/** A version as a reader asked for it. */
export interface Sight {
  readonly version: Version
  /** Undefined: the whole. */
  readonly range: ByteRange | undefined
  /** How many parts it was uploaded in; only where a part was asked for. */
  readonly parts: number | undefined
}

export class Objects {
  readonly #ledger: Ledger
  readonly #blobs: Blobs
  readonly #buckets: Buckets
  readonly #versions: Versions
  readonly #contents: Contents
  readonly #composites: Composites
  readonly #clock: Clock

  constructor(of: {
    ledger: Ledger
    blobs: Blobs
    buckets: Buckets
    versions: Versions
    contents: Contents
    composites: Composites
    clock: Clock
  }) {
    this.#clock = of.clock
    this.#ledger = of.ledger
    this.#blobs = of.blobs
    this.#buckets = of.buckets
    this.#versions = of.versions
    this.#contents = of.contents
    this.#composites = of.composites
  }

  async put(bucket: Bucket, key: string, body: AsyncIterable<Uint8Array>, request: PutRequest): Promise<Version> {
    checkKey(key)
    const { announced, conditions, tags } = request
    const properties = propertiesFor(bucket, request.described)
    const check = () => {
      if (conditions.ifMatch === undefined && conditions.ifNoneMatch === undefined) return
      checkWrite(conditions, key, this.#versions.latest(bucket, key))
    }
    const { blob, md5, checksum } = await takeIn(this.#blobs, body, announced, check)
    const algorithm = announced.checksum?.algorithm
    const publish = (write: Transaction) => {
      const now = this.#buckets.again(write, bucket)
      check()
      // From here the object is there; a crash before leaves a blob that nothing refers to, swept at start.
      this.#blobs.publish(write, blob)
      return this.#versions.put(write, now, key, {
        content: blob.id,
        bytes: blob.bytes,
        etag: md5,
        properties:
          algorithm === undefined || checksum === undefined
            ? properties
            : { ...properties, checksum: { algorithm, type: 'full', value: checksum } },
        tags,
      })
    }
    return orDiscard(this.#blobs, blob, () => this.#ledger.commit(publish))
  }

  /** @throws NoSuchKey, NoSuchVersion, and MethodNotAllowed for a delete marker that is asked for by its version */
  find(bucket: Bucket, key: string, versionId?: string): Version {
    if (versionId !== undefined) {
      const version = this.#versions.find(bucket, key, versionId)
      if (version === undefined) throw noSuchVersion(key, versionId)
      if (version.marker) throw markerNotAllowed(new Date(version.modifiedAt).toUTCString(), versionId)
      return version
    }
    checkKey(key)
    const version = this.#versions.latest(bucket, key)
    if (version === undefined) throw noSuchKey(key)
    if (version.marker) throw deleted(key, version.versionId)
    return version
  }

  look(bucket: Bucket, key: string, request: ReadRequest): Sight {
    const version = this.find(bucket, key, request.versionId)
    checkRead(request.conditions, version)
    if (request.partNumber === undefined)
      return { version, range: parseRange(request.range, version.bytes), parts: undefined }
    const { range, parts } = this.#partRange(version, request.partNumber)
    return { version, range, parts }
  }

  /**
   * The bytes of what was seen. To be called before anything is awaited; then a delete no longer hinders the reading.
   * @throws InvalidObjectState
   */
  read({ version, range }: Sight): AsyncIterable<Uint8Array> {
    if (isArchived(version, this.#clock.now())) throw invalidObjectState(version.properties.storageClass ?? '')
    return this.#contents.read(version.content, range?.from ?? 0, range?.toExclusive ?? version.bytes)
  }

  parts(version: Version, afterNumber: number, limit: number): readonly Part[] {
    const composite = compositeOf(version.content)
    return composite === undefined || this.partsCount(version) === 0
      ? []
      : this.#composites.parts(composite, afterNumber, limit)
  }

  /** 0 for an object that was not uploaded in parts, and for a copy of one that was. */
  partsCount(version: Version): number {
    return Number(/-(\d+)$/.exec(version.etag)?.[1] ?? 0)
  }

  async setTags(bucket: Bucket, key: string, versionId: string | undefined, tags: Tags): Promise<Version> {
    return this.#ledger.commit(write => {
      const version = this.find(this.#buckets.again(write, bucket), key, versionId)
      this.#versions.setTags(write, bucket, version, tags)
      return version
    })
  }

  #partRange(version: Version, partNumber: number): { range: ByteRange | undefined; parts: number | undefined } {
    const parts = this.parts(version, 0, partsMax)
    if (parts.length === 0) {
      if (partNumber !== 1) throw partNotSatisfiable(partNumber, 1)
      return { range: version.bytes === 0 ? undefined : { from: 0, toExclusive: version.bytes }, parts: undefined }
    }
    let from = 0
    for (const part of parts) {
      if (part.number === partNumber) {
        // An empty last part has no range of bytes to speak of.
        const range = part.bytes === 0 ? undefined : { from, toExclusive: from + part.bytes }
        return { range, parts: parts.length }
      }
      from += part.bytes
    }
    throw partNotSatisfiable(partNumber, parts.length)
  }
}
