/** What is known of a query: what was asked, where it stands, and what became of it. */
import type { AthenaError } from './faults.ts'
import type { Scope } from './needs.ts'
import type { ColumnInfo } from './result-columns.ts'

export type FinalState = 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
export type QueryState = 'QUEUED' | 'RUNNING' | FinalState

export interface QueryDefinition {
  readonly text: string
  readonly database?: string
  readonly catalog?: string
  /** The catalog is none: what needs no table in it is answered from the account's own. */
  readonly isCatalogMissing?: true
  /** Of one with a token: what a request with it again must have in common with this one's. */
  readonly asked?: string
  readonly statementType: 'DDL' | 'DML' | 'UTILITY'
  readonly substatementType: string
  /** Of its question marks. */
  readonly parameters?: readonly string[]
  /** How old another query's result may be that stands for this one's; absent: it is always run. */
  readonly reuseMinutesMax?: number
  /** The object with the result. */
  readonly output: { readonly bucket: string; readonly key: string }
  readonly encryption?: 'SSE_S3'
  readonly acl?: 'BUCKET_OWNER_FULL_CONTROL'
  readonly expectedBucketOwner?: string
}

/** Milliseconds and bytes, each measured; what was not measured (of a query that failed midway) is absent. */
export interface QueryStatistics {
  readonly queueMilliseconds: number
  readonly preProcessingMilliseconds?: number
  readonly planningMilliseconds?: number
  readonly engineMilliseconds: number
  readonly processingMilliseconds?: number
  readonly totalMilliseconds: number
  readonly scannedBytes?: number
  readonly outputRows?: number
  readonly outputBytes?: number
}

/** How a query ended. */
export interface QueryEnd {
  readonly state: FinalState
  readonly completedAt: number
  readonly reason?: string
  readonly error?: AthenaError
  readonly statistics?: QueryStatistics
  /** The object of the earlier query whose result stands for this one's. */
  readonly reused?: { readonly bucket: string; readonly key: string }
  /** That the query read, those of its views among them. */
  readonly tables?: readonly { readonly database: string; readonly name: string }[]
  /** Of a result. */
  readonly columns?: readonly ColumnInfo[]
  /** Rows that were written. */
  readonly updateCount?: number
  /** `s3://…` of the list of objects that were written. */
  readonly manifest?: string
}

/** Hive's statements leave the reason of their failure where their text would have been. */
export const isTold = ({ state, reason = '' }: QueryEnd): boolean => state === 'FAILED' && reason.startsWith('FAILED: ')

/** Where a name without a database is looked for; in a query's context it stands as it was sent. */
export const contextDatabaseOf = ({ database = 'default' }: Pick<QueryDefinition, 'database'>): string =>
  database.toLowerCase()

export interface Query extends Scope, QueryDefinition {
  readonly id: string
  readonly workGroup: string
  readonly submittedAt: number
  readonly state: QueryState
  readonly end?: QueryEnd
}
