// What one delivery has to do, as it stood when the delivery began: a change of the configuration is the next one's.
import type { Backlog } from './backlog.ts'
import type { Destination } from './destination.ts'
import type { DeliveryMeters, LegName, Sum } from './meters.ts'
import type { DeliveryIdentity } from './tables.ts'

export interface Order {
  readonly leg: LegName
  readonly identity: DeliveryIdentity
  readonly arn: string
  readonly version: number
  readonly destination: Destination
  readonly backlog: Backlog
  readonly meters: DeliveryMeters
  /** Aborted when the delivery stream is deleted or the lake closes. */
  readonly signal: AbortSignal
}

/** An object that is durable and nobody's yet. */
export interface Prepared {
  readonly key: string
  readonly object: unknown
}

/** What a delivery has brought about. Records and bytes are those that were put. */
export interface Shipment extends Sum {
  readonly objects: readonly Prepared[]
}

export const bufferBytes = ({ bufferMib }: Destination): number => bufferMib * 1024 * 1024
/** AWS takes 0 for "as soon as possible", which is some seconds there. */
export const bufferMilliseconds = ({ bufferSeconds }: Destination): number => Math.max(1, bufferSeconds) * 1000
