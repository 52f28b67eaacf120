// Brings the catalog up to what a crawl found, inside the crawl's one commit: tables made, changed or given up, and every
// partition registered. What the SchemaChangePolicy leaves to people is left alone.
import { isDeepStrictEqual } from 'node:util'
import type { Transaction } from '../../durable/ledger.ts'
import type { CatalogTable, Partition, PartitionDefinition, Scope } from '../glue/table.ts'
import type { CrawlConfiguration } from './configuration.ts'
import { type Changes, type Contents, type CrawlerDefinition, noChanges } from './crawler.ts'
import type { FoundFolder, FoundTable } from './grouping.ts'
import type { CatalogWriter } from './ports.ts'
import {
  changedDefinition,
  definitionOf,
  distinctName,
  newDefinition,
  parametersOf,
  partitionKeysOf,
  storageOf,
  tableName,
  total,
  withoutKeys,
} from './table-shape.ts'

/** A table with the place it was found at: `s3://bucket/`, then the folders of the target, then its own. */
export interface PlacedTable {
  readonly found: FoundTable
  /** Ends with a slash. */
  readonly location: string
  /** The last folder of the location, or the bucket. */
  readonly folder: string
}

type Counts = { -readonly [K in keyof Changes]: Changes[K] }

export class Registration {
  readonly #catalog: CatalogWriter
  readonly #scope: Scope
  readonly #crawler: CrawlerDefinition
  readonly #configuration: CrawlConfiguration
  readonly #createdBy: string
  readonly #now: number
  readonly #counts: Counts = { ...noChanges }

  constructor(of: {
    readonly catalog: CatalogWriter
    readonly scope: Scope
    readonly crawler: CrawlerDefinition
    readonly configuration: CrawlConfiguration
    readonly createdBy: string
    readonly now: number
  }) {
    this.#catalog = of.catalog
    this.#scope = of.scope
    this.#crawler = of.crawler
    this.#configuration = of.configuration
    this.#createdBy = of.createdBy
    this.#now = of.now
  }

  /** `targets`: the locations below which everything was looked at; what is not there any more is gone. */
  apply(write: Transaction, tables: readonly PlacedTable[], targets: readonly string[]): Changes {
    const { database } = this.#crawler
    this.#catalog.ensureDatabase(write, this.#scope, database)
    const present = new Set(tables.map(table => this.#register(write, table)))
    for (const table of this.#catalog.tables(this.#scope, database)) {
      const own = table.parameters.UPDATED_BY_CRAWLER === this.#crawler.name
      const below = targets.some(target => withSlash(table.location).startsWith(target))
      if (own && below && !present.has(table.name)) this.#giveUp(write, table)
    }
    return this.#counts
  }

  #register(write: Transaction, placed: PlacedTable): string {
    const { found, location } = placed
    const { database, tablePrefix } = this.#crawler
    const wanted = tableName(placed.folder, tablePrefix)
    const named = this.#catalog.table(this.#scope, database, wanted)
    const name = named && withSlash(named.location) !== location ? distinctName(wanted, location) : wanted
    const existing = name === wanted ? named : this.#catalog.table(this.#scope, database, name)
    if (!found.contents) {
      if (existing) this.#partitions(write, placed, name, undefined)
      return name
    }
    const contents = withoutKeys(found.contents, found.keys)
    const measures = total(found.folders.map(folder => folder.measures))
    const storage = storageOf(contents, location, measures, this.#crawler.name)
    const partitionKeys = partitionKeysOf(found)
    const parameters = parametersOf(contents, measures, this.#crawler.name)
    if (!existing) {
      this.#catalog.createTable(write, this.#scope, database, newDefinition(name, storage, partitionKeys, parameters), {
        createdBy: this.#createdBy,
      })
      this.#counts.tablesCreated++
    } else if (
      this.#crawler.updateBehavior === 'UPDATE_IN_DATABASE' &&
      this.#crawler.recrawlBehavior === 'CRAWL_EVERYTHING'
    ) {
      const changed = changedDefinition(
        existing,
        { storage, partitionKeys, parameters },
        this.#configuration.mergeColumns,
      )
      if (!sameContent(changed, definitionOf(existing))) {
        this.#catalog.updateTable(write, this.#scope, database, changed)
        this.#counts.tablesUpdated++
      }
    }
    if (found.keys.length > 0 && (!existing || existing.partitionKeys.length === found.keys.length))
      this.#partitions(write, placed, name, contents)
    return name
  }

  #partitions(
    write: Transaction,
    { found, location }: PlacedTable,
    name: string,
    contents: Contents | undefined,
  ): void {
    const { database } = this.#crawler
    // One walk over what is registered costs less than a question for each folder.
    const registered = new Map<string, Partition>()
    for (const partition of this.#catalog.partitions(this.#scope, database, name))
      registered.set(JSON.stringify(partition.values), partition)
    const fresh: PartitionDefinition[] = []
    for (const folder of found.folders) {
      const key = JSON.stringify(folder.values)
      const known = registered.get(key)
      registered.delete(key)
      if (folder.known || !folder.contents) continue
      const definition = this.#partition(folder, location, withoutKeys(folder.contents, found.keys), contents)
      if (!known) fresh.push(definition)
      else if (this.#updates() && !sameContent(known.parameters, definition.parameters)) {
        this.#catalog.updatePartition(write, this.#scope, database, name, folder.values, definition)
        this.#counts.partitionsUpdated++
      }
    }
    this.#counts.partitionsAdded += this.#catalog.addPartitions(write, this.#scope, database, name, fresh)
    if (this.#crawler.deleteBehavior !== 'DELETE_FROM_DATABASE') return
    for (const { values, location: place } of registered.values()) {
      // Partitions that are registered elsewhere are somebody else's.
      if (!place.startsWith(location)) continue
      this.#catalog.deletePartition(write, this.#scope, database, name, values)
      this.#counts.partitionsDeleted++
    }
  }

  #partition(folder: FoundFolder, table: string, own: Contents, shared: Contents | undefined): PartitionDefinition {
    const depth = folder.values.length
    const location = `${table}${folder.path.slice(folder.path.length - depth).join('/')}/`
    const contents = this.#configuration.inherit && shared ? { ...own, columns: shared.columns } : own
    const { parameters = {}, ...storage } = storageOf(contents, location, folder.measures, this.#crawler.name)
    // The figures differ from partition to partition: as the partition's own parameters, so that the descriptor is shared.
    return { values: folder.values, location, storage, parameters }
  }

  #giveUp(write: Transaction, table: CatalogTable): void {
    const { database, deleteBehavior } = this.#crawler
    if (deleteBehavior === 'DELETE_FROM_DATABASE') {
      this.#catalog.deleteTable(write, this.#scope, database, table.name)
      this.#counts.tablesDeleted++
    }
    if (deleteBehavior === 'DEPRECATE_IN_DATABASE' && table.parameters.DEPRECATED_BY_CRAWLER === undefined) {
      const parameters = { ...table.parameters, DEPRECATED_BY_CRAWLER: String(this.#now) }
      this.#catalog.updateTable(write, this.#scope, database, { ...definitionOf(table), parameters })
      this.#counts.tablesUpdated++
    }
  }

  #updates(): boolean {
    return this.#crawler.updateBehavior === 'UPDATE_IN_DATABASE'
  }
}

export const withSlash = (location: string) => (location.endsWith('/') ? location : `${location}/`)

/** Whatever the order of keys, and whether what is absent is said to be undefined. */
const sameContent = (a: unknown, b: unknown) =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
