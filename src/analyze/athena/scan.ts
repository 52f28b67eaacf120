/**
 * What a query reads: from the catalog's table, its partitions and the objects under their locations, never from a
 * pattern over the bucket.
 */

import { partitionPath } from '../../catalog/glue/partition-path.ts'
import type { PartitionPlaces } from '../../catalog/glue/partition-places.ts'
import type { CatalogTable } from '../../catalog/glue/table.ts'
import { isSymlinked, tableFormat } from '../../catalog/glue/table-format.ts'
import { Fault } from '../../gateway/fault.ts'
import type { Reading, ScanFile, TableReference, TableSource } from '../engine/request.ts'
import type { Caller } from './caller.ts'
import { DataObjects } from './data-objects.ts'
import { placeOf, tokensOf } from './ddl/tokens.ts'
import { QueryFailure } from './faults.ts'
import { informationSchema } from './information-schema.ts'
import type { Catalog, ObjectStore } from './needs.ts'
import { mismatchOf, mismatchText } from './partition-schema.ts'
import { projectionOf } from './projection.ts'
import { type Execution, overCutoff } from './running.ts'
import { isView, viewOf } from './views.ts'

export class Scans {
  readonly #catalog: Catalog
  readonly #s3: ObjectStore

  constructor(parts: { readonly catalog: Catalog; readonly s3: ObjectStore }) {
    this.#catalog = parts.catalog
    this.#s3 = parts.s3
  }

  /**
   * Throws QueryFailure for a table that is not there, cannot be read here, or may not be. `held` keeps the files that are
   * to be read where they are: an object that is replaced meanwhile costs the query nothing.
   */
  source(execution: Execution, reference: TableReference, held: DisposableStack): TableSource {
    const { caller } = execution
    const information = informationSchema(this.#catalog, caller, reference)
    if (information) return information
    const { database, name } = tableOf(reference)
    const isPartitionList = name !== reference.name
    const table = this.table(execution, reference)
    const partitioned = table.partitionKeys.length > 0
    if (isPartitionList && !partitioned) throw this.#unknown(caller, reference, execution.sql)
    if (isView(table)) return viewSource(table)
    const format = isPartitionList ? { format: 'parquet' as const } : formatOf(table)
    if (partitioned) caller.demandTable('glue:GetPartitions', database, name)
    const projection = projectionOf(table)
    const isLooked = partitioned && projection === undefined
    const places = isLooked ? this.#catalog.partitionPlaces(caller, database, name) : undefined
    const partitions = places?.partitions ?? []
    return {
      ...reference,
      ...format,
      columns: isPartitionList ? [] : table.columns.map(columnOf),
      ...(isPartitionList && { isPartitionList }),
      partitionColumns: table.partitionKeys.map(columnOf),
      partitions,
      ...(places && { partitionsKey: places.key }),
      ...(projection !== undefined && { projection: projection.columns }),
      files: async (indexes, projected = []) => {
        const locations = projection
          ? projected.map((values, partition) => ({ partition, location: projection.locationOf(values) }))
          : partitioned
            ? indexes.flatMap(index => {
                const partition = partitions[index]
                return partition ? [{ partition: index, location: partition.location }] : []
              })
            : [{ partition: -1, location: table.location }]
        if (places) checkSchemas(table, format.format === 'parquet', places, indexes)
        const objects = new DataObjects(this.#s3, caller, isArchiveRead(table))
        const files: ScanFile[] = []
        for (const { partition, location } of locations) {
          const found = isSymlinked(table) ? objects.linked(location) : objects.under(location)
          for await (const object of found) {
            const { path: file } = held.use(await this.#s3.file(object))
            const { bucket, key, bytes, modifiedAt } = object
            files.push({ partition, path: `s3://${bucket}/${key}`, file, bytes, modifiedAt })
          }
        }
        return files
      },
    }
  }

  /** Throws QueryFailure where it is not there. */
  table({ caller, sql }: Execution, reference: TableReference): CatalogTable {
    const { database, name } = tableOf(reference)
    caller.demandTable('glue:GetTable', database, name)
    const table = this.#catalog.table(caller, database, name)
    if (!table) throw this.#unknown(caller, reference, sql)
    return table
  }

  /** Throws as soon as it is known that the statement reads more than it may. */
  reading({ scannedBytesMax = Number.POSITIVE_INFINITY, note }: Execution): Reading {
    return {
      told(bytes, atLeast) {
        note(bytes)
        if (atLeast > scannedBytesMax) throw overCutoff()
      },
      isBounded: Number.isFinite(scannedBytesMax),
    }
  }

  #unknown(caller: Caller, { database, name, inView }: TableReference, sql: string): QueryFailure {
    if (inView !== undefined)
      return new QueryFailure(
        'schema',
        `INVALID_VIEW: Failed analyzing stored view '${inView}': Table 'awsdatacatalog.${database}.${name}' does not exist`,
      )
    const place = placeOfTable(sql, database, name)
    return this.#catalog.database(caller, database) || ['default', 'information_schema'].includes(database)
      ? new QueryFailure('schema', `TABLE_NOT_FOUND: ${place}Table 'awsdatacatalog.${database}.${name}' does not exist`)
      : new QueryFailure('schema', `SCHEMA_NOT_FOUND: ${place}Schema '${database}' does not exist`)
  }
}

const partitionsOf = '$partitions'

/** The table of the catalog that is meant: `"t$partitions"` lists the partitions of t. */
export const tableOf = ({ database, name }: TableReference): TableReference => ({
  database,
  name: name.endsWith(partitionsOf) ? name.slice(0, -partitionsOf.length) : name,
})

/** Throws QueryFailure for the first of them whose columns are not the table's. */
function checkSchemas(
  { database, name, columns, partitionKeys }: CatalogTable,
  areNamed: boolean,
  places: PartitionPlaces,
  indexes: readonly number[],
): void {
  const wrong = new Map(
    [...places.columns].flatMap(([storage, declared]) => {
      const mismatch = mismatchOf(columns, declared, areNamed)
      return mismatch ? [[storage, mismatch] as const] : []
    }),
  )
  if (wrong.size === 0) return
  for (const index of indexes) {
    const { values = [], storage = -1 } = places.partitions[index] ?? {}
    const mismatch = wrong.get(storage)
    if (mismatch === undefined) continue
    const keys = partitionKeys.map(key => key.name)
    throw new QueryFailure(
      'data',
      mismatchText(mismatch, `${database}.${name}`, partitionPath(keys, values).slice(0, -1)),
    )
  }
}

const isArchiveRead = ({ parameters }: CatalogTable): boolean =>
  parameters.read_restored_glacier_objects?.toLowerCase() === 'true'

/** Its tables are the engine's to ask for. */
const viewSource = (table: CatalogTable): TableSource => ({
  ...{ database: table.database, name: table.name, format: 'parquet', view: viewOf(table) },
  columns: [],
  partitionColumns: [],
  partitions: [],
  files: async () => [],
})

const columnOf = ({ name, type = 'string' }: { readonly name: string; readonly type?: string }) => ({ name, type })

/** Whether files of the table can be read here, and how; else a failure that names what cannot. */
function formatOf(table: CatalogTable): ReturnType<typeof tableFormat> {
  const name = `${table.database}.${table.name}`
  const refuse = (what: string) =>
    new QueryFailure('user', `NOT_SUPPORTED: ${name} ${what}, which Biwa does not read yet`)
  if (table.parameters.table_type?.toUpperCase() === 'ICEBERG') throw refuse('is an Iceberg table')
  try {
    return tableFormat(isSymlinked(table) ? { ...table, inputFormat: '' } : table)
  } catch (cause) {
    if (cause instanceof Fault) throw new QueryFailure('user', `HIVE_UNSUPPORTED_FORMAT: ${cause.message}`, cause)
    throw cause
  }
}

/** `line 1:15: ` where the statement first names the table; empty when it cannot be told. */
function placeOfTable(sql: string, database: string, name: string): string {
  const tokens = tokensOf(sql) ?? []
  const named = (index: number, wanted: string) => {
    const token = tokens[index]
    return (token?.kind === 'word' || token?.kind === 'quoted') && token.text.toLowerCase() === wanted
  }
  for (const [index, token] of tokens.entries()) {
    if (!named(index, name)) continue
    const qualified = tokens[index - 1]?.text === '.'
    if (!qualified) return `${placeOf(sql, token.offset)}: `
    const first = tokens[index - 2]
    if (first && named(index - 2, database)) return `${placeOf(sql, first.offset)}: `
  }
  return ''
}
