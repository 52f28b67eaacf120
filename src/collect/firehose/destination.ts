// An S3 destination: what is kept of its configuration, and what of it is at work. Plain data; how it comes about is in
// destination-change.ts, what AWS refuses in destination-checks.ts.
import { type ActiveConversion, activeConversion, type Conversion } from './conversion.ts'
import { partitioningRetrySecondsDefault } from './limits.ts'
import { type Processing, type Processor, processorsOf } from './processors.ts'

export type Compression = 'UNCOMPRESSED' | 'GZIP' | 'ZIP' | 'Snappy' | 'HADOOP_SNAPPY'

/** Where objects go and how: a destination's own, and that of its backup. */
export interface Place {
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
}

/** What is kept; rows of older versions lack some of it. What of it is at work is read through `workOf`. */
export interface Destination extends Place {
  readonly processing: Processing | undefined
  readonly partitioning?: Partitioning | undefined
  readonly conversion?: Conversion | undefined
  readonly backup?: { readonly enabled: boolean; readonly place: Place | undefined } | undefined
  readonly fileExtension: string | undefined
  readonly timeZone: string | undefined
}

export interface Partitioning {
  readonly enabled: boolean
  readonly retrySeconds: number | undefined
}

/** What is at work, with what was left out. */
export interface Work {
  /** In the order of AWS's stages. */
  readonly processors: readonly Processor[]
  readonly partitioning: { readonly retrySeconds: number } | undefined
  readonly conversion: ActiveConversion | undefined
  /** Where the records go as they came: a destination without any work. */
  readonly backup: Destination | undefined
}

export const workOf = (destination: Destination): Work => ({
  processors: processorsOf(destination.processing),
  partitioning: destination.partitioning?.enabled
    ? { retrySeconds: destination.partitioning.retrySeconds ?? partitioningRetrySecondsDefault }
    : undefined,
  conversion: activeConversion(destination.conversion),
  backup: backupOf(destination),
})

function backupOf({ backup }: Destination): Destination | undefined {
  if (!backup?.enabled || backup.place === undefined) return undefined
  return { ...backup.place, processing: undefined, fileExtension: undefined, timeZone: undefined }
}

export const bucketOf = ({ bucketArn }: Place): string => bucketArn.replace(/^.*:::/, '')

/** What is written after each record; nothing unless a processor says so. */
export function delimiterOf({ processing }: Destination): Uint8Array | undefined {
  return processorsOf(processing).find(processor => processor.kind === 'delimiter')?.bytes
}
