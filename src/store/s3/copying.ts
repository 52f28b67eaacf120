// Copies: of whole objects, by one more reference to the same bytes. The bytes are read only where the copy needs a
// digest that the source does not have (an MD5 of something uploaded in parts, another checksum).
import { createHash } from 'node:crypto'
import type { Ledger } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { isArchived } from './archive.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { type ChecksumAlgorithm, digestFor } from './checksums/digest.ts'
import type { Part } from './composites.ts'
import { checkCopySource, checkWrite, type ReadConditions, type WriteConditions } from './conditions.ts'
import { type Contents, compositeOf } from './contents.ts'
import { archivedCopySource, copyOntoItself, copySourceTooLarge } from './faults.ts'
import { putBytesMax } from './limits.ts'
import type { Upload, Uploads } from './multipart.ts'
import type { Objects } from './objects.ts'
import { checkKey, type Described, propertiesFor } from './properties.ts'
import { parseCopyRange } from './ranges.ts'
import type { Checksum, Properties, Tags, Version } from './version.ts'
import type { Versions } from './versions.ts'

export interface CopySource {
  readonly bucket: Bucket
  readonly key: string
  readonly versionId?: string | undefined
  readonly conditions: ReadConditions
}

export interface CopyRequest {
  /** 'keep' takes content type, metadata and the like from the source. */
  readonly metadata: 'keep' | 'replace'
  readonly described: Described
  /** Undefined keeps the source's. */
  readonly tags: Tags | undefined
  readonly checksum: ChecksumAlgorithm | undefined
  readonly conditions: WriteConditions
}

interface Digests {
  readonly etag: string
  readonly checksum: Checksum | undefined
}

export class Copying {
  readonly #ledger: Ledger
  readonly #buckets: Buckets
  readonly #versions: Versions
  readonly #contents: Contents
  readonly #objects: Objects
  readonly #uploads: Uploads
  readonly #clock: Clock

  constructor(of: {
    clock: Clock
    ledger: Ledger
    buckets: Buckets
    versions: Versions
    contents: Contents
    objects: Objects
    uploads: Uploads
  }) {
    this.#clock = of.clock
    this.#ledger = of.ledger
    this.#buckets = of.buckets
    this.#versions = of.versions
    this.#contents = of.contents
    this.#objects = of.objects
    this.#uploads = of.uploads
  }

  /** The version that a copy would take; its conditions hold. */
  source({ bucket, key, versionId, conditions }: CopySource): Version {
    const version = this.#objects.find(bucket, key, versionId)
    checkCopySource(conditions, version)
    if (isArchived(version, this.#clock.now())) throw archivedCopySource(version.properties.storageClass ?? '')
    return version
  }

  async copy(
    from: CopySource,
    to: { readonly bucket: Bucket; readonly key: string },
    request: CopyRequest,
  ): Promise<{ readonly source: Version; readonly copy: Version }> {
    checkKey(to.key)
    for (;;) {
      const source = this.source(from)
      if (source.bytes > putBytesMax) throw copySourceTooLarge()
      const properties = propertiesOfCopy(to.bucket, source, request)
      if (from.bucket.id === to.bucket.id && source.key === to.key && from.versionId === undefined)
        refuseCopyOntoItself(request)
      const digests = await this.#digests(source, request.checksum)
      const copy = await this.#ledger.commit(write => {
        const bucket = this.#buckets.again(write, to.bucket)
        const now = this.#versions.find(from.bucket, source.key, source.versionId)
        // Overwritten while its digests were computed: take what is there now.
        if (now?.content !== source.content) return undefined
        checkWrite(request.conditions, to.key, this.#versions.latest(bucket, to.key))
        return this.#versions.put(write, bucket, to.key, {
          content: this.#contents.share(write, source.content),
          bytes: source.bytes,
          etag: digests.etag,
          properties: digests.checksum === undefined ? properties : { ...properties, checksum: digests.checksum },
          tags: request.tags ?? source.tags,
        })
      })
      if (copy !== undefined) return { source, copy }
    }
  }

  /** A part of an upload from bytes that are there already. They are copied: parts are cut as the caller likes. */
  async copyPart(
    from: CopySource,
    range: string | undefined,
    to: { readonly bucket: Bucket; readonly key: string; readonly uploadId: string; readonly number: number },
  ): Promise<{ readonly source: Version; readonly part: Part; readonly upload: Upload }> {
    const upload = this.#uploads.get(to.bucket, to.key, to.uploadId)
    const source = this.source(from)
    const { from: first, toExclusive } =
      range === undefined ? { from: 0, toExclusive: source.bytes } : parseCopyRange(range, source.bytes)
    if (toExclusive - first > putBytesMax) throw copySourceTooLarge()
    const body = this.#contents.read(source.content, first, toExclusive)
    const part = await this.#uploads.putPart(to.bucket, to.key, to, body, { bytes: toExclusive - first })
    return { source, part, upload }
  }

  async #digests(source: Version, wanted: ChecksumAlgorithm | undefined): Promise<Digests> {
    const known = source.properties.checksum
    const algorithm = wanted ?? known?.algorithm
    const kept = known?.type === 'full' && known.algorithm === algorithm
    const inParts = compositeOf(source.content) !== undefined
    if (!inParts && (kept || algorithm === undefined)) return { etag: source.etag, checksum: known }
    const md5 = createHash('md5')
    const digest = kept || algorithm === undefined ? undefined : digestFor(algorithm)
    for await (const chunk of this.#contents.read(source.content, 0, source.bytes)) {
      md5.update(chunk)
      digest?.update(chunk)
    }
    const computed =
      digest === undefined || algorithm === undefined
        ? known
        : ({ algorithm, type: 'full', value: digest.digest().toString('base64') } as const)
    return { etag: md5.digest('hex'), checksum: computed }
  }
}

/** Storage class, encryption and redirect are never taken from the source. */
function propertiesOfCopy(bucket: Bucket, source: Version, request: CopyRequest): Properties {
  const own = propertiesFor(bucket, request.described)
  if (request.metadata === 'replace') return own
  const { contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl, expires, metadata } =
    source.properties
  return {
    ...own,
    ...(contentType !== undefined && { contentType }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(contentDisposition !== undefined && { contentDisposition }),
    ...(contentLanguage !== undefined && { contentLanguage }),
    ...(cacheControl !== undefined && { cacheControl }),
    ...(expires !== undefined && { expires }),
    ...(metadata !== undefined && { metadata }),
  }
}

function refuseCopyOntoItself({ metadata, described }: CopyRequest): void {
  const { storageClass, redirect, encryption } = described
  const changes = storageClass !== undefined || redirect !== undefined || encryption?.algorithm !== undefined
  if (metadata === 'keep' && !changes) throw copyOntoItself()
}
