// Multipart uploads under way: begun, their parts taken in, listed, ended. What becomes of the parts when an upload
// completes is in completing.ts.
import type { Blobs } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import type { Bucket } from './bucket.ts'
import type { ChecksumAlgorithm } from './checksums/digest.ts'
import type { Composites, Part } from './composites.ts'
import { invalidPartNumber, invalidRequest, noSuchBucket, noSuchUpload, preconditionFailed } from './faults.ts'
import { type Announced, orDiscard, takeIn } from './intake.ts'
import { partsMax } from './limits.ts'
import { type Bound, inBatches, type Page, type PageRequest, type Position, takePage } from './paging.ts'
import { checkKey, type Described, propertiesFor } from './properties.ts'
import type { Properties, Tags } from './version.ts'

export interface UploadChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: 'full' | 'composite'
}

export interface Upload {
  readonly id: string
  readonly key: string
  readonly startedAt: number
  /** The ARN of who began it. */
  readonly principal: string
  readonly checksum: UploadChecksum | undefined
  readonly properties: Properties
  readonly tags: Tags
}

interface UploadRow {
  readonly id: string
  readonly key: string
  readonly started_at: number
  readonly principal: string
  readonly checksum: string
  readonly properties: string
  readonly tags: string
}

export class Uploads {
  readonly #ledger: Ledger
  readonly #blobs: Blobs
  readonly #composites: Composites
  readonly #clock: Clock
  readonly #random: Random
  #begun = 0

  constructor(of: { ledger: Ledger; blobs: Blobs; composites: Composites; clock: Clock; random: Random }) {
    this.#ledger = of.ledger
    this.#blobs = of.blobs
    this.#composites = of.composites
    this.#clock = of.clock
    this.#random = of.random
  }

  async create(
    bucket: Bucket,
    key: string,
    of: { described: Described; tags: Tags; principal: string; checksum: UploadChecksum | undefined },
  ): Promise<Upload> {
    checkKey(key)
    const startedAt = this.#clock.now()
    const properties = propertiesFor(bucket, of.described)
    const id = this.#newId(startedAt)
    await this.#ledger.commit(write => {
      if (write.get('SELECT 1 AS found FROM s3_bucket WHERE id = ?', bucket.id) === undefined)
        throw noSuchBucket(bucket.name)
      write.run(
        'INSERT INTO s3_upload (id, bucket, key, started_at, principal, checksum, properties, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        id,
        bucket.id,
        key,
        startedAt,
        of.principal,
        of.checksum === undefined ? '' : JSON.stringify(of.checksum),
        JSON.stringify(properties),
        JSON.stringify(of.tags),
      )
    })
    const { tags, principal, checksum } = of
    return { id, key, startedAt, principal, checksum, properties, tags }
  }

  find(bucket: Bucket, key: string, id: string): Upload | undefined {
    const row = this.#ledger.get<UploadRow>(
      'SELECT * FROM s3_upload WHERE id = ? AND bucket = ? AND key = ?',
      id,
      bucket.id,
      key,
    )
    return row && uploadOf(row)
  }

  /** @throws NoSuchUpload */
  get(bucket: Bucket, key: string, id: string): Upload {
    const upload = this.find(bucket, key, id)
    if (upload === undefined) throw noSuchUpload(id)
    return upload
  }

  /** A part that is there already is replaced. */
  async putPart(
    bucket: Bucket,
    key: string,
    of: { uploadId: string; number: number },
    body: AsyncIterable<Uint8Array>,
    announced: Announced,
  ): Promise<Part> {
    const { uploadId, number } = of
    if (number < 1 || number > partsMax) throw invalidPartNumber(number)
    const upload = this.get(bucket, key, uploadId)
    const algorithm = announced.checksum?.algorithm ?? upload.checksum?.algorithm
    if (upload.checksum !== undefined && algorithm !== upload.checksum.algorithm)
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum.algorithm.toLowerCase()}, actual checksum Type: ${algorithm?.toLowerCase()}`,
      )
    const computed = algorithm === undefined ? undefined : { algorithm, value: () => undefined }
    const { blob, md5, checksum } = await takeIn(this.#blobs, body, {
      ...announced,
      checksum: announced.checksum ?? computed,
    })
    const part: Part = {
      number,
      bytes: blob.bytes,
      etag: md5,
      checksum: algorithm === undefined || checksum === undefined ? undefined : { algorithm, value: checksum },
      modifiedAt: this.#clock.now(),
    }
    const publish = (write: Transaction) => {
      this.get(bucket, key, uploadId)
      this.#composites.putPart(write, uploadId, part, blob)
    }
    await orDiscard(this.#blobs, blob, () => this.#ledger.commit(publish))
    return part
  }

  list(bucket: Bucket, request: PageRequest): Page<Upload> {
    return takePage(request, (from, below) => this.#walk(bucket, from, below))
  }

  parts(upload: Upload, afterNumber: number, limit: number): readonly Part[] {
    return this.#composites.parts(upload.id, afterNumber, limit)
  }

  /** With `startedAt`, only when the upload was begun in that second. */
  async abort(bucket: Bucket, key: string, id: string, startedAt?: number): Promise<void> {
    await this.#ledger.commitRoom(write => {
      const upload = this.get(bucket, key, id)
      if (startedAt !== undefined && Math.floor(upload.startedAt / 1000) !== Math.floor(startedAt / 1000))
        throw preconditionFailed('x-amz-if-match-initiated-time')
      this.end(write, upload)
      this.#composites.discard(write, id)
    })
  }

  abortAll(write: Transaction, bucket: Bucket): void {
    for (const { id } of write.all<{ id: string }>('SELECT id FROM s3_upload WHERE bucket = ?', bucket.id))
      this.#composites.discard(write, id)
    write.run('DELETE FROM s3_upload WHERE bucket = ?', bucket.id)
  }

  /** The upload is over; its parts are somebody else's now. */
  end(write: Transaction, upload: Upload): void {
    write.run('DELETE FROM s3_upload WHERE id = ?', upload.id)
  }

  /** Begins with its time and turn: the uploads of a key are in the order in which they were begun. */
  #newId(startedAt: number): string {
    this.#begun = (this.#begun + 1) % 0x100_0000
    const turn = startedAt.toString(16).padStart(12, '0') + this.#begun.toString(16).padStart(6, '0')
    return turn + this.#random.hex(16)
  }

  #walk(bucket: Bucket, from: Position, below: Bound): Iterable<Upload> {
    const fetch = ({ key, past }: Position, limit: number) =>
      this.#ledger
        .all<UploadRow>(
          'SELECT * FROM s3_upload WHERE bucket = ? AND (key, id) > (?, ?) AND key < ? ORDER BY key, id LIMIT ?',
          bucket.id,
          key,
          past ?? '',
          below,
          limit,
        )
        .map(uploadOf)
    return inBatches(from, fetch, ({ key, id }) => ({ key, past: id }))
  }
}

function uploadOf(row: UploadRow): Upload {
  return {
    id: row.id,
    key: row.key,
    startedAt: row.started_at,
    principal: row.principal,
    checksum: row.checksum === '' ? undefined : (JSON.parse(row.checksum) as UploadChecksum),
    properties: JSON.parse(row.properties) as Properties,
    tags: JSON.parse(row.tags) as Tags,
  }
}
