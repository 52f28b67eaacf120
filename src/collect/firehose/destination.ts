// An S3 destination: what is kept of its configuration, what holds when something is left out, and what AWS refuses.
import { InvalidArgumentException, notSupported } from './faults.ts'
import { bufferMibDefault, bufferSecondsDefault } from './limits.ts'
import { checkPrefixes } from './prefix.ts'

export type Compression = 'UNCOMPRESSED' | 'GZIP'

export interface Processor {
  readonly type: string
  readonly parameters: readonly { readonly name: string; readonly value: string }[]
}

export interface Destination {
  readonly roleArn: string
  readonly bucketArn: string
  readonly prefix: string | undefined
  readonly errorPrefix: string | undefined
  /** In MiB, of the records' data before compression. */
  readonly bufferMib: number
  readonly bufferSeconds: number
  readonly compression: Compression
  /** Kept and returned. */
  readonly kmsKeyArn: string | undefined
  readonly logging: Readonly<{ enabled: boolean; group: string | undefined; stream: string | undefined }> | undefined
  readonly processing: { readonly enabled: boolean; readonly processors: readonly Processor[] } | undefined
  readonly fileExtension: string | undefined
  readonly timeZone: string | undefined
}

/** What a caller gives; for an update everything may be left out. */
export type DestinationChange = {
  readonly [K in Exclude<keyof Destination, 'compression'>]?: Destination[K] | undefined
} & {
  readonly compression?: string | undefined
}

export const newDestination = (given: DestinationChange & { readonly roleArn: string; readonly bucketArn: string }) =>
  checked({
    roleArn: given.roleArn,
    bucketArn: given.bucketArn,
    prefix: given.prefix,
    errorPrefix: given.errorPrefix,
    ...buffering(given, { bufferMib: bufferMibDefault, bufferSeconds: bufferSecondsDefault }),
    compression: checkedCompression(given.compression ?? 'UNCOMPRESSED'),
    kmsKeyArn: given.kmsKeyArn,
    logging: given.logging,
    processing: given.processing,
    fileExtension: given.fileExtension,
    timeZone: given.timeZone,
  })

/** What is not given stays as it is. */
export const changedDestination = (now: Destination, given: DestinationChange): Destination =>
  checked({
    roleArn: given.roleArn ?? now.roleArn,
    bucketArn: given.bucketArn ?? now.bucketArn,
    prefix: given.prefix ?? now.prefix,
    errorPrefix: given.errorPrefix ?? now.errorPrefix,
    ...buffering(given, now),
    compression: given.compression === undefined ? now.compression : checkedCompression(given.compression),
    kmsKeyArn: 'kmsKeyArn' in given ? given.kmsKeyArn : now.kmsKeyArn,
    logging: given.logging ?? now.logging,
    processing: given.processing ?? now.processing,
    fileExtension: given.fileExtension ?? now.fileExtension,
    timeZone: given.timeZone ?? now.timeZone,
  })

export const bucketOf = (destination: Destination): string => destination.bucketArn.replace(/^.*:::/, '')

/** What is written after each record; nothing unless the processor says so. */
export function delimiterOf({ processing }: Destination): Uint8Array | undefined {
  const processor = processing?.enabled ? processing.processors[0] : undefined
  if (processor === undefined) return undefined
  const given = processor.parameters.find(parameter => parameter.name === 'Delimiter')?.value ?? '\\n'
  return Buffer.from(given.replaceAll('\\n', '\n').replaceAll('\\r', '\r').replaceAll('\\t', '\t'))
}

function buffering(
  given: Pick<DestinationChange, 'bufferMib' | 'bufferSeconds'>,
  otherwise: { readonly bufferMib: number; readonly bufferSeconds: number },
) {
  if ((given.bufferMib === undefined) !== (given.bufferSeconds === undefined)) {
    throw new InvalidArgumentException(
      'BufferingHints: SizeInMBs and IntervalInSeconds are given together or not at all.',
    )
  }
  return {
    bufferMib: given.bufferMib ?? otherwise.bufferMib,
    bufferSeconds: given.bufferSeconds ?? otherwise.bufferSeconds,
  }
}

function checkedCompression(format: string): Compression {
  if (format === 'UNCOMPRESSED' || format === 'GZIP') return format
  throw notSupported(`CompressionFormat ${format}`, 'Use GZIP or UNCOMPRESSED.')
}

function checked(destination: Destination): Destination {
  checkPrefixes(destination)
  checkTimeZone(destination.timeZone)
  const processors = destination.processing?.processors ?? []
  for (const { type, parameters } of processors) {
    if (type !== 'AppendDelimiterToRecord') {
      throw notSupported(`The processor ${type}`, 'AppendDelimiterToRecord is the one there is.')
    }
    const unknown = parameters.find(parameter => parameter.name !== 'Delimiter')
    if (unknown) throw new InvalidArgumentException(`AppendDelimiterToRecord takes no parameter ${unknown.name}.`)
  }
  if (processors.length > 1) {
    throw new InvalidArgumentException('ProcessingConfiguration has the processor AppendDelimiterToRecord twice.')
  }
  return destination
}

function checkTimeZone(zone: string | undefined): void {
  if (!zone) return
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
  } catch {
    throw new InvalidArgumentException(
      `CustomTimeZone ${zone} is not a known time zone. Give one like Asia/Tokyo or UTC.`,
    )
  }
}
