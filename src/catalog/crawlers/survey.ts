// Walks what lies below a target, a page of keys at a time, and takes down of every folder what its files are. What it
// holds grows with the number of folders, not of objects.
import type { Contents, Measures, S3Target } from './crawler.ts'
import { exclusionOf } from './exclusions.ts'
import { textFilesPerFolder } from './limits.ts'
import type { CrawledObject, Objects } from './ports.ts'
import { type Sample, sampleObject } from './sample.ts'
import { mergeTypes } from './types.ts'

export interface Folder {
  /** Its path below the target, `['year=2025', 'month=10']`. */
  readonly path: readonly string[]
  /** Undefined when nothing could be told, or when it was not looked into because it is known. */
  readonly contents: Contents | undefined
  readonly known: boolean
  readonly measures: Measures
}

export interface SurveyRequest {
  readonly s3: Objects
  readonly bucket: string
  /** Ends with a slash unless empty. */
  readonly prefix: string
  readonly target: S3Target
  /** Whether a folder, by its key, is not to be looked into. */
  readonly isKnown: (folder: string) => boolean
  /** Throws when the crawler's role must not read the object. */
  readonly check: (object: CrawledObject) => void
  readonly signal: AbortSignal
}

const pageKeys = 1000

export async function survey(request: SurveyRequest): Promise<readonly Folder[]> {
  const { s3, bucket, prefix, target, signal } = request
  const excluded = exclusionOf(target.exclusions)
  const folders = new Map<string, Notes>()
  for (let after = ''; ; ) {
    signal.throwIfAborted()
    const page = s3.list(bucket, prefix, after, pageKeys)
    for (const object of page) {
      const relative = object.key.slice(prefix.length)
      // What lies in an archive cannot be looked into.
      if (!isData(relative, object.bytes) || excluded(relative) || object.isArchived) continue
      const folder = relative.slice(0, relative.lastIndexOf('/') + 1)
      let notes = folders.get(folder)
      if (!notes) {
        notes = new Notes(request.isKnown(prefix + folder))
        folders.set(folder, notes)
      }
      notes.count(object)
      if (!notes.wants(target.sampleSize)) continue
      signal.throwIfAborted()
      request.check(object)
      notes.add(await sampleObject(s3, object))
    }
    const last = page.at(-1)
    if (!last || page.length < pageKeys) break
    after = last.key
    await new Promise(resolve => setImmediate(resolve)) // a long listing lets others have their turn
  }
  return [...folders].map(([folder, notes]) => notes.folder(folder.split('/').slice(0, -1)))
}

/** Empty objects, folder markers and what Hive hides (`_SUCCESS`, `.crc`) are no data. */
const isData = (relative: string, bytes: number) =>
  bytes > 0 &&
  !relative.endsWith('/') &&
  !relative.split('/').some(part => part.startsWith('_') || part.startsWith('.'))

/** What is taken down of one folder. */
class Notes {
  readonly #known: boolean
  #contents: Contents | undefined
  #objects = 0
  #bytes = 0
  #sampled = 0
  #sampledBytes = 0
  #sampledRecords = 0
  #exact = true

  constructor(known: boolean) {
    this.#known = known
  }

  count(object: CrawledObject): void {
    this.#objects++
    this.#bytes += object.bytes
  }

  wants(sampleSize: number | undefined): boolean {
    if (this.#known) return false
    const limit =
      sampleSize ?? (this.#contents?.classification === 'parquet' ? Number.POSITIVE_INFINITY : textFilesPerFolder)
    return this.#sampled < limit
  }

  add(sample: Sample | undefined): void {
    this.#sampled++
    if (!sample) {
      this.#exact = false
      return
    }
    // What differs from the folder's first file in its format is not part of it: a table has one format.
    if (this.#contents && !sameFormat(this.#contents, sample)) {
      this.#exact = false
      return
    }
    this.#sampledBytes += sample.bytes
    this.#sampledRecords += sample.records
    this.#exact &&= sample.whole
    const { classification, compression, csv } = sample
    this.#contents = this.#contents
      ? mergeContents(this.#contents, sample)
      : { classification, compression, columns: sample.columns, csv }
  }

  folder(path: readonly string[]): Folder {
    return {
      path,
      contents: this.#contents,
      known: this.#known,
      measures: {
        objects: this.#objects,
        bytes: this.#bytes,
        sampledBytes: this.#sampledBytes,
        sampledRecords: this.#sampledRecords,
        recordsExact: this.#exact && this.#sampled === this.#objects,
      },
    }
  }
}

export function sameFormat(a: Contents, b: Contents): boolean {
  return (
    a.classification === b.classification && a.csv?.delimiter === b.csv?.delimiter && a.csv?.header === b.csv?.header
  )
}

/** Columns in the order in which they were first seen; a type that holds both. */
export function mergeContents(a: Contents, b: Contents): Contents {
  const columns = new Map(a.columns.map(column => [column.name, column]))
  for (const column of b.columns) {
    const known = columns.get(column.name)
    columns.set(column.name, known ? { ...known, type: mergeTypes(known.type, column.type) } : column)
  }
  const csv = a.csv && b.csv && { ...a.csv, quoted: a.csv.quoted || b.csv.quoted }
  const compression = a.compression === b.compression ? a.compression : 'none'
  return { classification: a.classification, compression, columns: [...columns.values()], csv }
}
