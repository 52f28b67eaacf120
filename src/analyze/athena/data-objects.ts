/**
 * The objects that a table's rows lie in: those under a location, or those that the objects under it name. Objects whose
 * name begins with `_` or `.`, folder markers and empty objects are no data, and neither are those of the archive classes, but for
 * restored ones of a table that says so (https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html).
 */
import type { Caller } from './caller.ts'
import { QueryFailure } from './faults.ts'
import { type Location, parseLocation } from './location.ts'
import type { ObjectEntry, ObjectStore } from './needs.ts'

const page = 1000
const listBytesMax = 64 * 1024 ** 2

export class DataObjects {
  readonly #s3: ObjectStore
  readonly #caller: Caller
  readonly #isArchiveRead: boolean

  constructor(s3: ObjectStore, caller: Caller, isArchiveRead: boolean) {
    this.#s3 = s3
    this.#caller = caller
    this.#isArchiveRead = isArchiveRead
  }

  /** Throws QueryFailure where there is no such bucket, or it may not be read. */
  async *under(text: string): AsyncIterable<ObjectEntry> {
    const { bucket, prefix } = this.#location(text)
    this.#caller.demandListing({ bucket, prefix })
    for (let after = ''; ; ) {
      const objects = this.#s3.list(bucket, prefix, after, page)
      for (const object of objects) {
        if (isHidden(object.key.slice(prefix.length)) || !this.#hasRows(object)) continue
        this.#caller.demandObject('s3:GetObject', bucket, object.key)
        yield object
      }
      const last = objects.at(-1)
      if (!last || objects.length < page) return
      after = last.key
    }
  }

  /** What SymlinkTextInputFormat reads: each line of the objects under the location is the place of one with data. */
  async *linked(text: string): AsyncIterable<ObjectEntry> {
    for await (const list of this.under(text)) {
      const named = `s3://${list.bucket}/${list.key}`
      if (list.bytes > listBytesMax)
        throw new QueryFailure('data', `HIVE_CURSOR_ERROR: ${named} is no list of objects: it has ${list.bytes} bytes`)
      for (const line of (await this.#text(list)).split(/\r?\n/)) {
        const place = line.trim()
        if (place === '') continue
        const { bucket, prefix } = this.#location(place)
        // Of an object, not of a folder.
        const key = prefix.slice(0, -1)
        this.#caller.demandObject('s3:GetObject', bucket, key)
        const object = this.#s3.latest(bucket, key)
        if (!object)
          throw new QueryFailure(
            'data',
            `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split: ${named} names ${place}, which is not there`,
          )
        if (this.#hasRows(object)) yield object
      }
    }
  }

  #hasRows({ bytes, storageClass = '', isArchived }: ObjectEntry): boolean {
    return bytes > 0 && (archives.has(storageClass) ? this.#isArchiveRead && isArchived !== true : true)
  }

  #location(text: string): Location {
    const location = parseLocation(text)
    if (!location) throw new QueryFailure('user', `The location '${text}' is no path of S3: s3://bucket/folder/`)
    if (!this.#s3.bucketExists(location.bucket))
      throw new QueryFailure(
        'user',
        `PERMISSION_DENIED: The S3 location ${text} is invalid: there is no bucket ${location.bucket}`,
      )
    return location
  }

  async #text(object: ObjectEntry): Promise<string> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this.#s3.read(object)) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
}

const archives = new Set(['GLACIER', 'DEEP_ARCHIVE'])

const isHidden = (path: string): boolean => path.split('/').some(part => part.startsWith('_') || part.startsWith('.'))
