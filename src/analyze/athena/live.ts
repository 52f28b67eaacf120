/** A query as it is asked for, and one that has no end yet. */
import type { Caller } from './caller.ts'
import type { Runnable } from './ddl/statement.ts'
import type { OutputRequest } from './output.ts'
import type { Query } from './query.ts'

export interface QueryRequest extends OutputRequest {
  readonly text: string
  readonly database?: string
  readonly catalog?: string
  readonly workGroup: string
  readonly token?: string
  /** For the question marks of the text. */
  readonly parameters?: readonly string[]
  /** How old an earlier result may be that stands for this one's. */
  readonly reuseMinutesMax?: number
}

/** A query that has no end yet. */
export interface Live {
  readonly query: Query
  readonly statement: Runnable
  /** What runs, with its values: the text, or the prepared statement that it names. */
  readonly sql: string
  readonly values: readonly string[]
  readonly isEnforced: boolean
  readonly isMetered: boolean
  readonly caller: Caller
  readonly scannedBytesMax: number | undefined
  readonly stop: AbortController
  readonly submittedAt: number
  startedAt: number | undefined
  /** Measured so far. */
  scannedBytes: number
  readonly ended: Promise<void>
  readonly end: () => void
}
