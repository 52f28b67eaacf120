/** What the rooms of IAM share. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'

export interface Needs {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  /** A commit after which decisions are made anew. */
  readonly change: <T>(change: (write: Transaction) => T) => Promise<T>
}

/** Whoever has an account: a call, a principal. */
export interface Scope {
  readonly account: string
}

export type Tags = Readonly<Record<string, string>>
