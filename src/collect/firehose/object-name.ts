// The key of a delivered object, as AWS names it.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
//
//   evaluated prefix · stream · '-' · version · '-' · yyyy-MM-dd-HH-mm-ss · '-' · uuid · extension
import type { Random } from '../../world/random.ts'
import type { Destination } from './destination.ts'
import { evaluatePrefix } from './prefix.ts'
import { formatTime } from './timestamp-pattern.ts'

export function objectKey(
  destination: Destination,
  of: { readonly stream: string; readonly version: number; readonly oldestAt: number; readonly random: Random },
): string {
  const zone = destination.timeZone || 'UTC'
  const time = Temporal.Instant.fromEpochMilliseconds(of.oldestAt).toZonedDateTimeISO(zone)
  const prefix = evaluatePrefix(destination.prefix ?? '', time, of.random)
  const stamp = formatTime('yyyy-MM-dd-HH-mm-ss', time)
  return `${prefix}${of.stream}-${of.version}-${stamp}-${of.random.uuid()}${extension(destination)}`
}

function extension({ fileExtension, compression }: Destination): string {
  return fileExtension || (compression === 'GZIP' ? '.gz' : '')
}
