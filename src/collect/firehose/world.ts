// What a delivery stream needs of the lake around it: the narrowest form of each, handed in by lake.ts.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Clock } from '../../world/clock.ts'
import type { Log } from '../../world/log.ts'
import type { Random } from '../../world/random.ts'
import type { Turnstile } from './turnstile.ts'

/** S3, as a delivery sees it. */
export interface Target {
  bucketExists(bucket: string): boolean
  /** Makes bytes durable that are nobody's until they are published. */
  take(chunks: AsyncIterable<Uint8Array>, described: { readonly contentType: string }): Promise<unknown>
  publish(write: Transaction, bucket: string, key: string, object: unknown): unknown
}

export interface World {
  readonly ledger: Ledger
  readonly target: Target
  readonly clock: Clock
  readonly random: Random
  readonly background: Background
  readonly log: Log
  readonly turnstile: Turnstile
  /** Whether a role that a service acts in may do something. */
  readonly permits: (roleArn: string, service: string, action: string, resource: string) => boolean
}
