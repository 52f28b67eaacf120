// What AWS refuses in an S3 destination, in AWS's words where they are known. The bounds of single members are the
// shapes' in api/.
import { activeConversion } from './conversion.ts'
import type { Destination, Place } from './destination.ts'
import { InvalidArgumentException } from './faults.ts'
import { largeBufferMibMin } from './limits.ts'
import { checkPrefixes, partitionKeysOf } from './prefix.ts'
import { checkProcessing, processorsOf } from './processors.ts'
import { queryKeys } from './query-keys.ts'

/** Throws InvalidArgumentException. */
export function checkDestination(destination: Destination): void {
  checkConversion(destination)
  checkPlace(destination, { partitioned: destination.partitioning?.enabled === true })
  checkProcessing(destination.processing)
  checkPartitioning(destination)
  checkBackup(destination)
  checkTimeZone(destination.timeZone)
}

/** What may be chosen once and not be changed back. */
export function checkUpdate(now: Destination, next: Destination): void {
  if (next.partitioning?.enabled && !now.partitioning?.enabled) {
    throw new InvalidArgumentException(
      'Dynamic partitioning can be enabled only when a delivery stream is created. Create another one.',
    )
  }
  if (now.backup?.enabled && !next.backup?.enabled) {
    throw new InvalidArgumentException('S3 backup cannot be disabled once it is enabled.')
  }
}

/** In AWS's order of questions. */
function checkConversion({ conversion, compression, bufferMib }: Destination): void {
  if (!conversion?.enabled) return
  if (compression !== 'UNCOMPRESSED') {
    throw new InvalidArgumentException(
      "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. " +
        'To enable compression within the converted output format, set the appropriate serialization option in the ' +
        'output format configuration.',
    )
  }
  if (bufferMib < largeBufferMibMin) {
    throw new InvalidArgumentException(
      `BufferingHints.SizeInMBs must be at least ${largeBufferMibMin} when data format conversion is enabled.`,
    )
  }
  activeConversion(conversion)
}

function checkPlace(place: Place, { partitioned }: { readonly partitioned: boolean }): void {
  checkPrefixes(place, { partitioned })
  if (!place.logging?.enabled) return
  if (!place.logging.group) {
    throw new InvalidArgumentException('CloudWatch Log Group Name is required if CloudWatch Logging is enabled')
  }
  if (!place.logging.stream) {
    throw new InvalidArgumentException('CloudWatch Log Stream Name is required if CloudWatch Logging is enabled')
  }
}

function checkPartitioning({ partitioning, processing, prefix, bufferMib, bufferSeconds }: Destination): void {
  const processors = processorsOf(processing)
  if (!partitioning?.enabled) {
    for (const [kind, name] of [
      ['metadata', 'MetadataExtractionProcessor'],
      ['deaggregate', 'RecordDeAggregationProcessor'],
    ]) {
      if (!processors.some(processor => processor.kind === kind)) continue
      throw new InvalidArgumentException(
        `class com.amazonaws.services.firehose.internal.model.${name} can only be present when Dynamic Partitioning is enabled.`,
      )
    }
    return
  }
  if (bufferMib < largeBufferMibMin) {
    throw new InvalidArgumentException(
      `BufferingHints.SizeInMBs must be at least ${largeBufferMibMin} when Dynamic Partitioning is enabled.`,
    )
  }
  if (bufferSeconds === 0) {
    throw new InvalidArgumentException(
      'BufferingHints.IntervalInSeconds must be greater than 0 when Dynamic Partitioning is enabled.',
    )
  }
  if (processors.length === 0) {
    throw new InvalidArgumentException('Processing Configuration is not enabled when DataPartitioning is enabled')
  }
  const keys = partitionKeysOf(prefix ?? '')
  if (keys.query.length + keys.lambda.length === 0) {
    throw new InvalidArgumentException(
      'S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled',
    )
  }
  const metadata = processors.find(processor => processor.kind === 'metadata')
  if (keys.query.length > 0 && metadata === undefined) {
    throw new InvalidArgumentException(
      'MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace.',
    )
  }
  if (keys.lambda.length > 0 && !processors.some(processor => processor.kind === 'lambda')) {
    throw new InvalidArgumentException(
      'Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace',
    )
  }
  if (metadata) checkQueryKeys(keys.query, queryKeys(metadata.query))
}

/** Keys that cannot be told from the query's text are looked for when there are records. */
function checkQueryKeys(used: readonly string[], extracted: readonly string[] | undefined): void {
  if (extracted === undefined) return
  if (extracted.some(key => !used.includes(key))) {
    throw new InvalidArgumentException(
      "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression",
    )
  }
  const missing = used.find(key => !extracted.includes(key))
  if (missing === undefined) return
  throw new InvalidArgumentException(
    `S3 Prefix expression can't contain the key ${missing}, which is not present in the MetaDataExtraction JQ Query`,
  )
}

function checkBackup({ backup }: Destination): void {
  if (backup?.place) checkPlace(backup.place, { partitioned: false })
  if (!backup?.enabled || backup.place) return
  throw new InvalidArgumentException('S3 backup destination configuration is required when enabling S3 backup.')
}

/** Capitals matter, as in Java. */
function checkTimeZone(zone: string | undefined): void {
  if (!zone || isKnownZone(zone)) return
  throw new InvalidArgumentException(
    `CustomTimeZone ${zone} is not a known time zone. Give one like Asia/Tokyo or UTC.`,
  )
}

function isKnownZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId === zone
  } catch {
    return false
  }
}
