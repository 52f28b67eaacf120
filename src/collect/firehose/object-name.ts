// The keys of delivered objects, as AWS names them.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
//
//   evaluated prefix · stream · '-' · version · '-' · yyyy-MM-dd-HH-mm-ss · '-' · uuid · extension
//
// What failed lies under the error prefix and has no extension.
import type { Random } from '../../world/random.ts'
import { extensionOf } from './compression.ts'
import type { Destination } from './destination.ts'
import { evaluateErrorPrefix, evaluatePrefix, type PartitionKeys } from './prefix.ts'
import { formatTime } from './timestamp-pattern.ts'

interface Named {
  readonly stream: string
  readonly version: number
  /** Arrival of the oldest record in the object. */
  readonly oldestAt: number
  readonly random: Random
}

export function objectKey(destination: Destination, of: Named & { readonly keys?: PartitionKeys }): string {
  const time = timeOf(destination, of.oldestAt)
  const { random, keys } = of
  const prefix = evaluatePrefix(destination.prefix ?? '', { time, random, ...(keys && { keys }) })
  return `${prefix}${nameOf(of, time)}${extensionOf(destination)}`
}

export function errorKey(destination: Destination, of: Named & { readonly type: string }): string {
  const time = timeOf(destination, of.oldestAt)
  return `${evaluateErrorPrefix(destination, { time, random: of.random, type: of.type })}${nameOf(of, time)}`
}

/** In the zone that the destination has chosen. */
export const timeOf = ({ timeZone }: Destination, at: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone || 'UTC')

const nameOf = ({ stream, version, random }: Named, time: Temporal.ZonedDateTime): string =>
  `${stream}-${version}-${formatTime('yyyy-MM-dd-HH-mm-ss', time)}-${random.uuid()}`
