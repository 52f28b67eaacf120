/**
 * What a query reads: from the catalog's table, its partitions and the objects under their locations, never from a
 * pattern over the bucket.
 */

import type { CatalogTable } from '../../catalog/glue/table.ts'
import { isSymlinked } from '../../catalog/glue/table-format.ts'
import type { Reading, ScanFile, TableReference, TableSource } from '../engine/request.ts'
import type { Caller } from './caller.ts'
import { DataObjects } from './data-objects.ts'
import { placeOf, tokensOf } from './ddl/tokens.ts'
import { missingCatalog, QueryFailure } from './faults.ts'
import { informationSchema } from './information-schema.ts'
import { checkSchemas, columnOf, formatOf, layoutsOf } from './layouts.ts'
import type { Catalog, ObjectStore } from './needs.ts'
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

  async sources(
    execution: Execution,
    references: readonly TableReference[],
    held: DisposableStack,
  ): Promise<readonly TableSource[]> {
    const { isCatalogMissing, catalog = '' } = execution.query
    for (const reference of references) {
      const { database, name } = tableOf(reference)
      if (isCatalogMissing) throw missingCatalog(catalog.toLowerCase(), placeOfTable(execution.sql, database, name))
      const table = this.#catalog.table(execution.caller, database, name)
      if (table && table.partitionKeys.length > 0 && projectionOf(table) === undefined)
        await this.#catalog.readPartitionPlaces(execution.caller, database, name)
    }
    return references.map(reference => this.source(execution, reference, held))
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
        const locations: readonly Place[] = projection
          ? projected.map((values, partition) => ({ partition, location: projection.locationOf(values) }))
          : partitioned
            ? indexes.flatMap(index => {
                const partition = partitions[index]
                return partition ? [{ ...partition, partition: index }] : []
              })
            : [{ partition: -1, location: table.location }]
        const layouts = places ? layoutsOf(table, places, indexes) : undefined
        if (places) checkSchemas(table, storage => layouts?.get(storage) ?? format, places, indexes)
        const objects = new DataObjects(this.#s3, caller, isArchiveRead(table))
        const files: ScanFile[] = []
        for (const { partition, location, storage = -1 } of locations) {
          const { inputFormat = table.inputFormat } = places?.storages.get(storage) ?? {}
          const layout = layouts?.get(storage)
          const found = isSymlinked({ inputFormat }) ? objects.linked(location) : objects.under(location)
          for await (const object of found) {
            const { path: file } = held.use(await this.#s3.file(object))
            const { bucket, key, bytes, modifiedAt } = object
            files.push({ partition, path: `s3://${bucket}/${key}`, file, bytes, modifiedAt, ...(layout && { layout }) })
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

interface Place {
  readonly partition: number
  readonly location: string
  readonly storage?: number
}

const partitionsOf = '$partitions'

/** The table of the catalog that is meant: `"t$partitions"` lists the partitions of t. */
export const tableOf = ({ database, name }: TableReference): TableReference => ({
  database,
  name: name.endsWith(partitionsOf) ? name.slice(0, -partitionsOf.length) : name,
})

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
