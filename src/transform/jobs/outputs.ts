// What a run writes: the engine's files become objects under Spark's names, the dead letters become one, and a catalog
// table gets the partitions it did not have. Nothing is visible until `publish` runs inside the run's commit.
import { basename } from 'node:path'
import type { TableReference, TargetTable, TransformResult, WrittenFile } from '../../analyze/engine/request.ts'
import { partitionFormat } from '../../catalog/glue/partition-format.ts'
import { hiveNull, partitionPath } from '../../catalog/glue/partition-path.ts'
import type { CatalogTable } from '../../catalog/glue/table.ts'
import { tableFormat } from '../../catalog/glue/table-format.ts'
import type { Blob } from '../../durable/blobs.ts'
import type { Transaction } from '../../durable/ledger.ts'
import { parquetFooterBytes, parquetTrailerBytes, parseParquetFooter } from '../../formats/parquet-footer.ts'
import type { WrittenObject } from './bookmarks.ts'
import { EntityNotFoundException, InvalidInputException } from './faults.ts'
import type { Scope } from './job.ts'
import { type Location, parseFolderLocation } from './location.ts'
import type { Overwrite } from './overwrite.ts'
import type { Files, Objects, Tables } from './ports.ts'
import { isProjected } from './projected.ts'
import type { Role } from './role.ts'

interface Output extends WrittenObject {
  readonly prepared: unknown
  readonly bytes: number
}

/** Ready to be published in one commit. */
export interface Publication {
  readonly written: readonly WrittenObject[]
  readonly bytes: number
  readonly files: number
  readonly partitions: number
  /** `s3://…` of the dead letters. */
  readonly deadLetters: string | undefined
  publish(write: Transaction): Published
}

export interface Published {
  /** Partitions that the table did not have. */
  readonly partitionsAdded: number
  /** By INSERT OVERWRITE: files and partitions that the table has no more. */
  readonly filesOverwritten: number
  readonly partitionsDropped: number
}

export class Outputs {
  readonly #scope: Scope
  readonly #role: Role
  readonly #s3: Objects
  readonly #catalog: Tables
  readonly #blobs: Files
  readonly #overwrite: Overwrite
  readonly #adopted: Blob[] = []

  constructor(of: {
    readonly scope: Scope
    readonly role: Role
    readonly s3: Objects
    readonly catalog: Tables
    readonly blobs: Files
    readonly overwrite: Overwrite
  }) {
    this.#scope = of.scope
    this.#role = of.role
    this.#s3 = of.s3
    this.#catalog = of.catalog
    this.#blobs = of.blobs
    this.#overwrite = of.overwrite
  }

  /** What INSERT INTO writes to. */
  target({ database, name }: TableReference): TargetTable {
    const table = this.#table(database, name)
    if (isProjected(table))
      throw new InvalidInputException(
        `Table ${database}.${name} has partition projection: its properties say where its partitions lie, and what INSERT INTO writes might be where no query looks. Write there with UNLOAD, or into a table without projection.`,
      )
    const { format, csv } = tableFormat(table)
    if (csv && (csv.delimiter !== ',' || csv.skipLines > 0))
      throw new InvalidInputException(
        `Table ${database}.${name} is text with the delimiter ${JSON.stringify(csv.delimiter)} and ${csv.skipLines} header ` +
          'lines; INSERT INTO writes comma-separated text without a header. Make the target a Parquet table.',
      )
    const compression = compressionOf(table)
    return {
      database,
      name,
      columns: table.columns,
      partitionColumns: table.partitionKeys,
      format,
      ...(compression && { compression }),
    }
  }

  /** Takes the files out of the scratch directory; `name` is unique to the run. */
  async prepare(
    result: TransformResult,
    name: string,
    deadLetters: { readonly location: Location | undefined; readonly key: string },
  ): Promise<Publication> {
    if (result.deadLetters.count > 0 && !deadLetters.location) throw await this.#unreadable(result.deadLetters)
    const place = this.#place(result)
    const folders = result.files.map(place.folderOf)
    const added = new Map(folders.flatMap(({ key, partition }) => (partition ? [[key, partition] as const] : [])))
    const adopted = await this.#adopt(result.files.map(({ file }, i) => ({ file, folder: folders[i] as Location })))
    const [first] = adopted
    const codec = first && result.format === 'parquet' ? await this.#codec(first) : ''
    const outputs = await inTurns(adopted, async (blob, i) => {
      const { bucket, key } = folders[i] as Location
      const file = `part-${String(i).padStart(5, '0')}-${name}${codec}${result.extension}`
      return this.#object({ bucket, key: key + file }, blob)
    })
    const letters = await this.#deadLetters(result, deadLetters)
    const all = letters ? [...outputs, letters] : outputs
    return {
      written: all,
      bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
      files: outputs.length,
      partitions: new Set(outputs.map(({ key }) => key.slice(0, -basename(key).length))).size,
      deadLetters: letters && `s3://${letters.bucket}/${letters.key}`,
      publish: write => {
        const replaced = place.table?.isReplaced ? this.#overwrite.apply(write, place.table, folders) : undefined
        for (const { bucket, key, prepared } of all) this.#s3.publish(write, bucket, key, prepared)
        const partitionsAdded =
          place.table && added.size > 0
            ? this.#catalog.addPartitions(write, this.#scope, place.table.database, place.table.name, [
                ...added.values(),
              ])
            : 0
        return {
          partitionsAdded,
          filesOverwritten: replaced?.files ?? 0,
          partitionsDropped: replaced?.partitions ?? 0,
        }
      },
    }
  }

  /** Of letters that have no place: how many, and what is wrong with the first. */
  async #unreadable({ count, file }: TransformResult['deadLetters']): Promise<Error> {
    const records = count === 1 ? '1 record' : `${count} records`
    const first = file === undefined ? '' : await this.#beginningOf(file)
    const [, reason = '""', object = '""', line] = letterBeginning.exec(first) ?? []
    const why = line === undefined ? '' : ` (${JSON.parse(reason)}: line ${line} of ${JSON.parse(object)})`
    return new InvalidInputException(
      `${records} cannot be read as the source's schema says${why}, and there is no place for dead letters: ` +
        'set --DLQ_S3 to a location like s3://bucket/dead-letters/, or deadLetters in a definition. Nothing was written.',
    )
  }

  async #beginningOf(file: string): Promise<string> {
    const blob = await this.#blobs.adopt(file)
    this.#adopted.push(blob)
    const chunks: Uint8Array[] = []
    for await (const chunk of this.#blobs.read(blob, 0, Math.min(blob.bytes, letterBeginningBytes))) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }

  async #deadLetters(
    { deadLetters: { count, file } }: TransformResult,
    { location, key }: { readonly location: Location | undefined; readonly key: string },
  ): Promise<Output | undefined> {
    if (count === 0 || file === undefined || !location) return undefined
    const [blob] = await this.#adopt([{ file, folder: location }])
    return blob && this.#object({ bucket: location.bucket, key: location.key + key }, blob)
  }

  /**
   * The last word inside the commit: from here only the ledger knows whether the files are published, and one that
   * cannot say (its fsync failed) must find them at the next start.
   */
  handOver(): void {
    this.#adopted.length = 0
  }

  /** Forgets what was prepared and not handed over: the run has failed. */
  async abandon(): Promise<void> {
    for (const blob of this.#adopted.splice(0)) await this.#blobs.discard(blob)
  }

  /** A bucket that is not there is told before any file is taken out of the scratch directory. */
  async #adopt(files: readonly { readonly file: string; readonly folder: Location }[]): Promise<readonly Blob[]> {
    for (const bucket of new Set(files.map(({ folder }) => folder.bucket)))
      if (!this.#s3.bucketExists(bucket))
        throw new EntityNotFoundException(`The bucket ${bucket} to write to does not exist.`)
    return inTurns(files, async ({ file }) => {
      const blob = await this.#blobs.adopt(file)
      this.#adopted.push(blob)
      return blob
    })
  }

  /** Asked for by its own key: a policy may keep one object of a folder from the role, or let it write that one alone. */
  async #object({ bucket, key }: Location, blob: Blob): Promise<Output> {
    this.#role.requireObject('s3:PutObject', bucket, key)
    return { bucket, key, blob: blob.id, bytes: blob.bytes, prepared: await this.#s3.prepare(blob) }
  }

  /** Spark names a file for its compression: `.snappy.parquet`. What it is, the file says itself. */
  async #codec(blob: Blob): Promise<string> {
    const tail = async (bytes: number) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of this.#blobs.read(blob, blob.bytes - bytes, blob.bytes)) chunks.push(chunk)
      return Buffer.concat(chunks)
    }
    const bytes = parquetFooterBytes(await tail(parquetTrailerBytes), blob.bytes)
    const footer = await tail(bytes + parquetTrailerBytes)
    return codecNames[parseParquetFooter(footer.subarray(0, bytes)).codec ?? ''] ?? ''
  }

  #place({ target, partitionColumns }: TransformResult) {
    if (target.kind === 'prefix') {
      const { bucket, key } = parseFolderLocation(target.location, 'The TO of UNLOAD')
      const folderOf = ({ partition }: WrittenFile) => ({
        bucket,
        key:
          key +
          partitionPath(
            partition.map(([name]) => name),
            partition.map(([, value]) => value),
          ),
        partition: undefined,
      })
      return { table: undefined, folderOf }
    }
    const { database, name } = target
    const table = this.#table(database, name)
    const keys = partitionColumns.map(column => column.name)
    for (const action of keys.length > 0 ? ['glue:BatchCreatePartition'] : [])
      this.#role.require(action, `arn:aws:glue:${this.#scope.region}:${this.#scope.account}:table/${database}/${name}`)
    const folderOf = (file: WrittenFile) => {
      const values = keys.map(key => file.partition.find(([column]) => column === key)?.[1] ?? hiveNull)
      // A partition that is registered somewhere else stays where it is.
      const known = keys.length > 0 ? this.#catalog.partition(this.#scope, database, name, values) : undefined
      if (known && partitionFormat(table, known.storage, values))
        throw new InvalidInputException(
          `The partition ${partitionPath(keys, values).slice(0, -1)} of table ${database}.${name} has another SerDe than its table, or other properties of it: what INSERT INTO writes would not be read there. Update the partition, or write elsewhere.`,
        )
      const base = parseFolderLocation(known?.location ?? table.location, `The location of table ${database}.${name}`)
      const key = known ? base.key : base.key + partitionPath(keys, values)
      const location = `s3://${base.bucket}/${key}`
      return { bucket: base.bucket, key, partition: keys.length > 0 && !known ? { values, location } : undefined }
    }
    return { table: target, folderOf }
  }

  #table(database: string, name: string): CatalogTable {
    const table = this.#catalog.table(this.#scope, database, name)
    if (!table) throw new EntityNotFoundException(`Table ${database}.${name} to write to not found in the catalog.`)
    return table
  }
}

const filesAtOnce = 8

/** `{"reason":"…","object":"…","line":1,…`: what precedes the record's own text, which may be long. */
const letterBeginning = /^\{"reason":("(?:[^"\\]|\\.)*"),"object":("(?:[^"\\]|\\.)*"),"line":(\d+)/
const letterBeginningBytes = 8192

/** Several at once, in order: an fsync waits for the disk, a hash for the processor. */
async function inTurns<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += filesAtOnce) {
    const settled = await Promise.allSettled(items.slice(at, at + filesAtOnce).map((item, i) => work(item, at + i)))
    for (const each of settled) {
      if (each.status === 'rejected') throw each.reason
      results.push(each.value)
    }
  }
  return results
}

const codecNames: Readonly<Record<string, string>> = { SNAPPY: '.snappy', GZIP: '.gz', ZSTD: '.zstd', LZ4_RAW: '.lz4' }

const compressions: Readonly<Record<string, TargetTable['compression']>> = {
  SNAPPY: 'SNAPPY',
  GZIP: 'GZIP',
  ZSTD: 'ZSTD',
  NONE: 'NONE',
  UNCOMPRESSED: 'NONE',
}

/** As the table's properties say; Hive and Athena know several spellings. */
function compressionOf({ parameters }: CatalogTable): TargetTable['compression'] {
  const text = parameters['parquet.compression'] ?? parameters['parquet.compress'] ?? parameters.write_compression
  if (text === undefined) return undefined
  const compression = compressions[text.toUpperCase()]
  if (compression) return compression
  throw new InvalidInputException(
    `The table's compression ${text} is not supported; ${Object.keys(compressions).join(', ')} are.`,
  )
}
