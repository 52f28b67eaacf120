/** What stands between an opening and a closing of the data directory; lake.ts builds it. */
import type { BoundColumn, DeclaredTable } from '../analyze/engine/bind.ts'
import type { Parts } from '../aws.ts'
import type { Pipeline } from '../gateway/pipeline.ts'
import type { Background } from '../world/background.ts'
import type { Clock } from '../world/clock.ts'
import type { Log } from '../world/log.ts'
import type { Failures } from './failures.ts'
import type { Faults } from './faults.ts'
import type { Settings } from './options.ts'
import type { Transcript } from './transcript.ts'

export interface Built {
  readonly background: Background
  readonly clock: Clock
  readonly parts: Parts
  readonly pipeline: Pipeline
  readonly metrics: () => string
  /** What a SELECT over tables that are only declared would give. Throws a BindingFault. */
  bind(sql: string, tables: readonly DeclaredTable[]): Promise<readonly BoundColumn[]>
  /** Ends what is under way and closes the data directory. */
  close(): Promise<void>
}

/** Does work on a lake that is open, before it may close. */
export type During = <T>(work: (built: Built) => Promise<T>) => Promise<T>

export interface Building {
  readonly settings: Settings
  /** Where a simulated clock starts; undefined is now. */
  readonly startAt: number | undefined
  readonly log: Log
  readonly transcript: Transcript | undefined
  /** Told of runs and crawls that failed, for whoever waits for none of them. */
  readonly ran: Failures['ran']
  /** Undefined where nothing is to be broken. */
  readonly faults: Faults | undefined
  /** Where a client on this machine reaches the lake; undefined while it does not listen. */
  readonly url: () => string | undefined
}

/** `erase` empties a directory that is not open. */
export interface Builder {
  build(building: Building): Promise<Built>
  erase(settings: Settings): Promise<void>
}
