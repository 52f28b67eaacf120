/**
 * INSERT INTO, CREATE TABLE AS and UNLOAD: the engine writes the query's rows as files, which become objects in the
 * commit that ends the query, together with the table, its new partitions and the manifest that names the objects.
 *
 *     <output>/<id>-manifest.csv    one s3://… a line        <output>/tables/<id>/    a new table without a location
 */
import { hiveNull, partitionPath } from '../../catalog/glue/partition-path.ts'
import type { Column, PartitionDefinition, TableDefinition } from '../../catalog/glue/table.ts'
import { serdes } from '../../catalog/glue/table-format.ts'
import type { Transaction } from '../../durable/ledger.ts'
import type { TableReference, TargetTable, TransformResult, WriteStatement, WrittenFile } from '../engine/request.ts'
import { storedAs } from './ddl/create-table.ts'
import type { CreateTableAs, Insert, WritingStatement } from './ddl/statement.ts'
import { makeDefault, takesTables } from './default-database.ts'
import { pathExists, QueryFailure, tooManyPartitions } from './faults.ts'
import { partitionsWrittenMax, queryMillisecondsMax } from './limits.ts'
import { type Location, parseLocation } from './location.ts'
import type { Blobs, Catalog, Engine, ObjectStore, PreparedObject } from './needs.ts'
import { contextDatabaseOf } from './query.ts'
import type { ResultRooms } from './result-rooms.ts'
import type { Execution } from './running.ts'
import type { Scans } from './scan.ts'
import { checkLayout, describedTarget } from './target-table.ts'
import { isView } from './views.ts'

export interface Writing {
  readonly rows: number
  readonly bytes: number
  readonly readBytes: number
  readonly engineMilliseconds: number
  readonly planningMilliseconds: number
  /** `s3://…` of the manifest. */
  readonly manifest?: string
  readonly change: (write: Transaction) => void
}

/** Where a statement writes, and what else comes to be in its commit. */
interface Target {
  readonly statement: WriteStatement
  readonly base: Location
  readonly described?: TargetTable
  /** Folder of a file, and the partition that it belongs to where that is not there yet. */
  folder(file: WrittenFile): { readonly at: Location; readonly added?: PartitionDefinition }
  change(write: Transaction, result: TransformResult, added: readonly PartitionDefinition[]): void
}

export class Writes {
  readonly #engine: Engine
  readonly #blobs: Blobs
  readonly #s3: ObjectStore
  readonly #catalog: Catalog
  readonly #scans: Scans
  readonly #rooms: ResultRooms

  constructor(parts: {
    readonly engine: Engine
    readonly blobs: Blobs
    readonly s3: ObjectStore
    readonly catalog: Catalog
    readonly scans: Scans
    readonly rooms: ResultRooms
  }) {
    this.#engine = parts.engine
    this.#blobs = parts.blobs
    this.#s3 = parts.s3
    this.#catalog = parts.catalog
    this.#scans = parts.scans
    this.#rooms = parts.rooms
  }

  async run(execution: Execution, statement: WritingStatement): Promise<Writing> {
    const target = this.#target(execution, statement)
    if (!target) return nothing
    using room = await this.#rooms.take()
    using held = new DisposableStack()
    const { query, now, signal } = execution
    const reading = this.#scans.reading(execution)
    const { bucket, prefix } = target.base
    if (!this.#s3.bucketExists(bucket))
      throw new QueryFailure(
        'user',
        `PERMISSION_DENIED: The S3 location s3://${bucket}/${prefix} is invalid: no such bucket`,
      )
    const result = await this.#engine.transform({
      script: target.statement,
      arguments: {},
      defaultDatabase: contextDatabaseOf(query),
      now,
      tables: references => this.#scans.sources(execution, references, held),
      target: async () => {
        if (!target.described) throw new Error('only INSERT has a table to write to')
        return target.described
      },
      reading,
      scratchDirectory: room.path,
      signal,
      deadlineMilliseconds: queryMillisecondsMax,
    })
    reading.told(result.readBytes, result.readBytes)
    // The files lie in the room until they are blobs.
    return await this.#publication(execution, target, result)
  }

  async #publication(execution: Execution, target: Target, result: TransformResult): Promise<Writing> {
    const { query, now, caller } = execution
    const placed = result.files.map(file => ({ file, ...target.folder(withoutEmpty(file)) }))
    const folders = new Set(placed.map(({ at }) => `${at.bucket}/${at.prefix}`))
    const { base } = target
    if (folders.size > partitionsWrittenMax) throw tooManyPartitions(`s3://${base.bucket}/${base.prefix}`)
    const stamp = new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '_').slice(0, 15)
    const end = result.format === 'parquet' ? '' : result.extension.replace(/^\.[a-z]+/, '')
    const named = placed.map(({ file, at }, index) => {
      const last = file.bucket === undefined ? query.id : `bucket-${String(file.bucket).padStart(5, '0')}`
      const name = `${stamp}_${String(index).padStart(5, '0')}_${query.id.slice(0, 5)}_${last}${end}`
      return { file, bucket: at.bucket, key: at.prefix + name }
    })
    const manifest = { bucket: query.output.bucket, key: `${query.output.key}-manifest.csv` }
    for (const { bucket, key } of [...named, manifest]) caller.demandObject('s3:PutObject', bucket, key)
    const objects: { readonly bucket: string; readonly key: string; readonly object: PreparedObject }[] = []
    for (const { file, bucket, key } of named) {
      const object = await this.#s3.prepare(await this.#blobs.adopt(file.file), {
        contentType: 'application/octet-stream',
      })
      objects.push({ bucket, key, object })
    }
    const lines = objects.map(({ bucket, key }) => `s3://${bucket}/${key}\n`)
    const listed = await this.#s3.take(chunks(lines), { contentType: 'application/octet-stream' })
    const added = new Map(placed.flatMap(({ added: one }) => (one ? [[one.location ?? '', one] as const] : [])))
    return {
      rows: result.rowsWritten,
      bytes: objects.reduce((sum, { object }) => sum + object.blob.bytes, 0),
      readBytes: result.readBytes,
      engineMilliseconds: result.engineMilliseconds,
      planningMilliseconds: result.planningMilliseconds,
      manifest: `s3://${manifest.bucket}/${manifest.key}`,
      change: write => {
        target.change(write, result, [...added.values()])
        for (const { bucket, key, object } of objects) this.#s3.publish(write, bucket, key, object)
        this.#s3.publish(write, manifest.bucket, manifest.key, listed)
      },
    }
  }

  /** Undefined where there is nothing to do: the table is there, and may be. */
  #target(execution: Execution, statement: WritingStatement): Target | undefined {
    if (statement.kind === 'insert') return this.#insertion(execution, statement)
    if (statement.kind === 'unload') {
      const base = locationOf(statement.location)
      this.#demandEmpty(execution, base, statement.location)
      return {
        statement: { ...statement, isStrict: true },
        base,
        folder: file => ({ at: folderOf(base, file) }),
        change: () => this.#checkEmpty(base, statement.location),
      }
    }
    return this.#creation(execution, statement)
  }

  #insertion(execution: Execution, { table: name, columns, query }: Insert): Target {
    const { caller } = execution
    const reference = { database: name.database ?? contextDatabaseOf(execution.query), name: name.name }
    const table = this.#scans.table(execution, reference)
    if (isView(table)) throw new QueryFailure('user', 'NOT_SUPPORTED: line 1:1: Inserting into views is not supported')
    const described = describedTarget(table)
    const keys = table.partitionKeys.map(key => key.name)
    if (keys.length > 0) caller.demandTable('glue:BatchCreatePartition', reference.database, reference.name)
    const base = locationOf(table.location)
    return {
      statement: { kind: 'insert', target: reference, columns, query, isStrict: true },
      base,
      described,
      folder: file => {
        if (keys.length === 0) return { at: base }
        const values = keys.map(key => file.partition.find(([column]) => column === key)?.[1] ?? hiveNull)
        // A partition that is registered somewhere else stays where it is.
        const known = this.#catalog.partition(caller, reference.database, reference.name, values)
        if (known) {
          checkLayout(table, known)
          return { at: locationOf(known.location) }
        }
        const at = { bucket: base.bucket, prefix: base.prefix + partitionPath(keys, values) }
        return { at, added: { values, location: `s3://${at.bucket}/${at.prefix}` } }
      },
      change: (write, _, added) => {
        if (added.length > 0) this.#catalog.addPartitions(write, caller, reference.database, reference.name, added)
      },
    }
  }

  #creation(execution: Execution, statement: CreateTableAs): Target | undefined {
    const { caller, query, now } = execution
    const reference = { database: statement.table.database ?? contextDatabaseOf(query), name: statement.table.name }
    caller.demandDatabase('glue:GetDatabase', reference.database)
    caller.demandTable('glue:CreateTable', reference.database, reference.name)
    if (!takesTables(this.#catalog, caller, reference.database))
      throw new QueryFailure('schema', `SCHEMA_NOT_FOUND: line 1:1: Schema '${reference.database}' does not exist`)
    if (this.#catalog.table(caller, reference.database, reference.name)) {
      if (statement.ifNotExists) return undefined
      throw tableExists(reference)
    }
    if (statement.location !== undefined && execution.isEnforced) throw locationIsEnforced()
    const location = statement.location ?? `s3://${query.output.bucket}/${query.output.key}/`
    const base = locationOf(location)
    this.#demandEmpty(execution, base, location)
    const keys = statement.partitionedBy
    return {
      statement: {
        ...{ kind: 'unload', location, isStrict: true, partitionedBy: keys, delimiter: statement.delimiter },
        ...{ format: statement.format, compression: statement.compression },
        ...(statement.compressionLevel !== undefined && { compressionLevel: statement.compressionLevel }),
        ...(statement.buckets && { buckets: statement.buckets }),
        query: statement.hasData ? statement.query : `SELECT * FROM (${statement.query}\n) LIMIT 0`,
      },
      base,
      folder: file => {
        const at = folderOf(base, file)
        if (keys.length === 0) return { at }
        const values = file.partition.map(([, value]) => value ?? hiveNull)
        return { at, added: { values, location: `s3://${at.bucket}/${at.prefix}` } }
      },
      change: (write, { columns, partitionColumns }, added) => {
        if (this.#catalog.table(caller, reference.database, reference.name)) throw tableExists(reference)
        this.#checkEmpty(base, location)
        const definition = definitionOf(statement, { columns, partitionColumns, location, now })
        makeDefault(write, this.#catalog, caller, reference.database)
        this.#catalog.createTable(write, caller, reference.database, definition)
        if (added.length > 0) this.#catalog.addPartitions(write, caller, reference.database, reference.name, added)
      },
    }
  }

  #demandEmpty({ caller }: Execution, base: Location, location: string): void {
    caller.demandListing(base)
    if (this.#s3.bucketExists(base.bucket)) this.#checkEmpty(base, location)
  }

  /** Asked again in the commit: two statements may write to one place. */
  #checkEmpty({ bucket, prefix }: Location, location: string): void {
    if (this.#s3.list(bucket, prefix, '', 1).length > 0) throw pathExists(location)
  }
}

const nothing: Writing = {
  ...{ rows: 0, bytes: 0, readBytes: 0, engineMilliseconds: 0, planningMilliseconds: 0 },
  change: () => {},
}

function locationOf(text: string): Location {
  const location = parseLocation(text)
  if (!location) throw new QueryFailure('user', `The location '${text}' is no path of S3: s3://bucket/folder/`)
  return location
}

/** A partition has no empty value: as in Hive it is NULL's. */
const withoutEmpty = (file: WrittenFile): WrittenFile => ({
  ...file,
  partition: file.partition.map(([name, value]) => [name, value === '' ? null : value]),
})

function folderOf({ bucket, prefix }: Location, { partition }: WrittenFile): Location {
  const [names, values] = [partition.map(([name]) => name), partition.map(([, value]) => value)]
  return { bucket, prefix: prefix + partitionPath(names, values) }
}

const tableExists = ({ database, name }: TableReference) =>
  new QueryFailure(
    'schema',
    `TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.${database}.${name}' already exists`,
  )

const locationIsEnforced = () =>
  new QueryFailure(
    'user',
    "The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena " +
      'Workgroup that enforces a centralized output location for all queries. Please remove the ' +
      "'external_location' property and resubmit the query.",
  )

function definitionOf(
  { table, comment, format, compression, delimiter, buckets }: CreateTableAs,
  of: {
    readonly columns: readonly Column[]
    readonly partitionColumns: readonly Column[]
    readonly location: string
    readonly now: number
  },
): TableDefinition {
  const { library, ...formats } = storedAs(format)
  const delimited = { 'field.delim': delimiter, 'serialization.format': delimiter }
  return {
    name: table.name,
    tableType: 'EXTERNAL_TABLE',
    owner: 'hadoop',
    ...(comment !== undefined && { description: comment }),
    parameters: {
      EXTERNAL: 'TRUE',
      'auto.purge': 'false',
      has_encrypted_data: 'false',
      transient_lastDdlTime: String(Math.floor(of.now / 1000)),
      ...(format === 'parquet' ? { 'parquet.compression': compression } : { 'write.compression': compression }),
    },
    storage: {
      columns: of.columns,
      location: of.location,
      ...formats,
      ...(buckets && { bucketColumns: buckets.columns, bucketCount: buckets.count }),
      serde: { library, parameters: library === serdes.delimited ? delimited : { 'serialization.format': '1' } },
    },
    partitionKeys: of.partitionColumns,
  }
}

async function* chunks(lines: readonly string[]): AsyncIterable<Uint8Array> {
  if (lines.length > 0) yield Buffer.from(lines.join(''))
}
