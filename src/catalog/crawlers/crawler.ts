// The plain values of crawlers and crawls.
import type { Column } from '../glue/table.ts'

export interface S3Target {
  /** `s3://bucket/prefix`. */
  readonly path: string
  /** Globs of keys below the path that are not looked at. */
  readonly exclusions: readonly string[]
  /** How many files of a folder are looked into; all of Parquet's, a few of text, when absent. */
  readonly sampleSize?: number | undefined
}

export interface CrawlerDefinition {
  readonly name: string
  /** A role's name or ARN. */
  readonly role: string
  readonly database: string
  readonly description?: string | undefined
  readonly targets: readonly S3Target[]
  readonly tablePrefix: string
  readonly updateBehavior: 'LOG' | 'UPDATE_IN_DATABASE'
  readonly deleteBehavior: 'LOG' | 'DELETE_FROM_DATABASE' | 'DEPRECATE_IN_DATABASE'
  readonly recrawlBehavior: 'CRAWL_EVERYTHING' | 'CRAWL_NEW_FOLDERS_ONLY'
  /** AWS's JSON, as it was given. */
  readonly configuration?: string | undefined
}

export type CrawlerState = 'READY' | 'RUNNING' | 'STOPPING'

export interface Crawl {
  readonly id: string
  readonly state: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'STOPPED'
  readonly startedAt: number
  readonly endedAt?: number | undefined
  readonly milliseconds: number
  readonly errorMessage?: string | undefined
  readonly changes: Changes
  /** Whether a schedule or a trigger began it: then nobody asks what became of it. */
  readonly isUnattended: boolean
}

/** What a crawl did to the catalog. */
export interface Changes {
  readonly tablesCreated: number
  readonly tablesUpdated: number
  readonly tablesDeleted: number
  readonly partitionsAdded: number
  readonly partitionsUpdated: number
  readonly partitionsDeleted: number
  /** Folders whose files could not be told apart or belong to no table. */
  readonly foldersSkipped: number
}

export const noChanges: Changes = {
  tablesCreated: 0,
  tablesUpdated: 0,
  tablesDeleted: 0,
  partitionsAdded: 0,
  partitionsUpdated: 0,
  partitionsDeleted: 0,
  foldersSkipped: 0,
}

export interface Crawler extends CrawlerDefinition {
  readonly id: number
  readonly account: string
  readonly region: string
  readonly state: CrawlerState
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly lastCrawl?: Crawl | undefined
}

export type Classification = 'parquet' | 'json' | 'csv'

export interface CsvDialect {
  readonly delimiter: string
  readonly header: boolean
  readonly quoted: boolean
}

/** What files say about themselves: one file's, or a folder's, or a table's taken together. */
export interface Contents {
  readonly classification: Classification
  readonly compression: 'none' | 'gzip'
  readonly columns: readonly Column[]
  readonly csv?: CsvDialect | undefined
}

/** Counted and measured; what was only sampled has no exact number of records. */
export interface Measures {
  readonly objects: number
  readonly bytes: number
  readonly sampledBytes: number
  readonly sampledRecords: number
  readonly recordsExact: boolean
}
