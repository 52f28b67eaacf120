// The end of a multipart upload: the parts that the caller lists become an object, without a byte being copied.
import { createHash } from 'node:crypto'
import type { Ledger } from '../../durable/ledger.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { combineCrcs, isCrc } from './checksums/combine.ts'
import { type ChecksumAlgorithm, digestFor } from './checksums/digest.ts'
import type { Composites, Part } from './composites.ts'
import { checkCompletion, type WriteConditions } from './conditions.ts'
import { compositeContent } from './contents.ts'
import {
  badChecksum,
  entityTooLarge,
  entityTooSmall,
  invalidPart,
  invalidPartOrder,
  invalidRequest,
  malformedXml,
  noSuchUpload,
} from './faults.ts'
import { objectBytesMax, partBytesMin, partsMax } from './limits.ts'
import type { Upload, UploadChecksum, Uploads } from './multipart.ts'
import type { Checksum, Version } from './version.ts'
import type { Versions } from './versions.ts'

export interface ListedPart {
  readonly number: number
  readonly etag: string
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
}

export interface CompleteRequest {
  readonly uploadId: string
  readonly parts: readonly ListedPart[]
  /** Of the whole, as the caller computed it. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
  readonly checksumType?: UploadChecksum['type'] | undefined
  readonly bytes?: number | undefined
  readonly conditions: WriteConditions
}

export class Completing {
  readonly #ledger: Ledger
  readonly #buckets: Buckets
  readonly #uploads: Uploads
  readonly #composites: Composites
  readonly #versions: Versions

  constructor(of: { ledger: Ledger; buckets: Buckets; uploads: Uploads; composites: Composites; versions: Versions }) {
    this.#ledger = of.ledger
    this.#buckets = of.buckets
    this.#uploads = of.uploads
    this.#composites = of.composites
    this.#versions = of.versions
  }

  complete(bucket: Bucket, key: string, request: CompleteRequest): Promise<Version> {
    return this.#ledger.commit(write => {
      const now = this.#buckets.again(write, bucket)
      const { uploadId } = request
      const upload = this.#uploads.find(now, key, uploadId)
      if (upload === undefined) return this.#completedBefore(now, key, uploadId)
      const uploaded = new Map(this.#composites.parts(uploadId, 0, partsMax).map(part => [part.number, part]))
      const parts = listedParts(upload, request.parts, uploaded)
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
      if (bytes > objectBytesMax) throw entityTooLarge(bytes)
      if (request.bytes !== undefined && request.bytes !== bytes)
        throw invalidRequest(
          `The provided 'x-amz-mp-object-size' header value ${request.bytes} does not match what was computed: ${bytes}`,
        )
      if (request.checksumType !== undefined && request.checksumType !== upload.checksum?.type)
        throw invalidRequest('The checksum type that you provided does not match that of the upload.')
      const checksum = upload.checksum && checksumOf(upload.checksum, parts)
      if (request.checksum !== undefined) compare(request.checksum, checksum)
      checkCompletion(request.conditions, key, this.#versions.latest(now, key), upload.startedAt)
      for (const { number } of parts) uploaded.delete(number)
      this.#composites.create(write, uploadId, [...uploaded.keys()])
      this.#uploads.end(write, upload)
      // From here the object is there.
      return this.#versions.put(write, now, key, {
        content: compositeContent(uploadId),
        bytes,
        etag: etagOf(parts),
        properties: checksum === undefined ? upload.properties : { ...upload.properties, checksum },
        tags: upload.tags,
      })
    })
  }

  /** A client that did not get the answer asks again: it gets it, as long as the object is the key's latest. */
  #completedBefore(bucket: Bucket, key: string, uploadId: string): Version {
    const latest = this.#versions.latest(bucket, key)
    if (latest?.content !== compositeContent(uploadId)) throw noSuchUpload(uploadId)
    return latest
  }
}

function listedParts(
  upload: Upload,
  listed: readonly ListedPart[],
  uploaded: ReadonlyMap<number, Part>,
): readonly Part[] {
  if (listed.length === 0) throw malformedXml()
  let before = 0
  const parts = listed.map(({ number, etag, checksum }) => {
    if (number <= before) throw invalidPartOrder(upload.id)
    before = number
    const part = uploaded.get(number)
    const tag = etag.trim().replace(/^"(.*)"$/, '$1')
    if (part === undefined || part.etag !== tag) throw invalidPart(upload.id, number, tag)
    if (checksum === undefined) {
      if (upload.checksum?.type === 'composite')
        throw invalidRequest(
          `The upload was created using a ${upload.checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
        )
    } else if (part.checksum?.algorithm !== checksum.algorithm || part.checksum.value !== checksum.value)
      throw invalidPart(upload.id, number, tag)
    return part
  })
  for (const part of parts.slice(0, -1))
    if (part.bytes < partBytesMin) throw entityTooSmall(part.bytes, partBytesMin, part.number, part.etag)
  return parts
}

/** The MD5 of the parts' MD5s, and how many there are. */
function etagOf(parts: readonly Part[]): string {
  const md5 = createHash('md5')
  for (const { etag } of parts) md5.update(Buffer.from(etag, 'hex'))
  return `${md5.digest('hex')}-${parts.length}`
}

function checksumOf({ algorithm, type }: UploadChecksum, parts: readonly Part[]): Checksum {
  const values = parts.map(({ checksum, bytes }) => ({ checksum: checksum?.value ?? '', bytes }))
  if (type === 'full' && isCrc(algorithm)) return { algorithm, type, value: combineCrcs(algorithm, values) }
  const digest = digestFor(algorithm)
  for (const { checksum } of values) digest.update(Buffer.from(checksum, 'base64'))
  return { algorithm, type: 'composite', value: `${digest.digest().toString('base64')}-${parts.length}` }
}

function compare(announced: { algorithm: ChecksumAlgorithm; value: string }, computed: Checksum | undefined): void {
  if (announced.algorithm !== computed?.algorithm)
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${computed?.algorithm.toLowerCase() ?? null}, actual checksum Type: ${announced.algorithm.toLowerCase()}`,
    )
  const value = computed.type === 'composite' ? computed.value.replace(/-\d+$/, '') : computed.value
  if (announced.value !== value && announced.value !== computed.value) throw badChecksum(announced.algorithm)
}
