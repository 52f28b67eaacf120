/** One query that has its turn: what is run, for whom, and how it is stopped. */
import type { Caller } from './caller.ts'
import type { Query } from './query.ts'

/** A query that was asked to stop, or that stops itself. Its message is the StateChangeReason. */
export class Cancelled extends Error {}

export const overCutoff = () => new Cancelled('Query cancelled! : Bytes scanned limit was exceeded')

export interface Execution {
  readonly query: Query
  /** What runs: the query's own text, or that of the prepared statement which it names. */
  readonly sql: string
  /** For the question marks in it. */
  readonly values: readonly string[]
  readonly caller: Caller
  readonly scannedBytesMax: number | undefined
  /** Takes what has been read so far: of a query that does not come to its end it is all that is known. */
  readonly note: (scannedBytes: number) => void
  /** Whether the work group alone says where results and tables go. */
  readonly isEnforced: boolean
  readonly now: number
  readonly signal: AbortSignal
}
