// From what a caller gives to a destination: new, with what holds when something is left out, or changed, where what is
// left out stays as it is.
import { type Conversion, type ConversionChange, changedConversion } from './conversion.ts'
import type { Compression, Destination, Partitioning, Place } from './destination.ts'
import { checkDestination, checkUpdate } from './destination-checks.ts'
import { InvalidArgumentException } from './faults.ts'
import { bufferMibDefault, bufferSecondsDefault, largeBufferMibDefault } from './limits.ts'

export type PlaceChange = { readonly [K in keyof Place]?: Place[K] | undefined }

/** What a caller gives; for an update everything may be left out. */
export interface DestinationChange extends PlaceChange {
  readonly processing?: Destination['processing']
  readonly partitioning?: Partitioning | undefined
  readonly conversion?: ConversionChange | undefined
  readonly backup?: { readonly enabled?: boolean | undefined; readonly place?: PlaceChange | undefined } | undefined
  readonly fileExtension?: string | undefined
  readonly timeZone?: string | undefined
}

type Located = Pick<Place, 'roleArn' | 'bucketArn'>

/** Throws InvalidArgumentException. */
export function newDestination(given: DestinationChange & Located): Destination {
  const conversion = changedConversion(undefined, given.conversion)
  const destination: Destination = {
    ...newPlace(given, { bufferMib: bufferMibOf(given, conversion), bufferSeconds: bufferSecondsDefault }),
    processing: given.processing,
    partitioning: given.partitioning,
    conversion,
    backup: changedBackup(undefined, given.backup),
    fileExtension: given.fileExtension,
    timeZone: given.timeZone,
  }
  checkDestination(destination)
  return destination
}

/** Throws InvalidArgumentException. */
export function changedDestination(now: Destination, given: DestinationChange): Destination {
  const destination: Destination = {
    ...changedPlace(now, given),
    processing: given.processing ?? now.processing,
    partitioning: given.partitioning ?? now.partitioning,
    conversion: changedConversion(now.conversion, given.conversion),
    backup: changedBackup(now.backup, given.backup),
    fileExtension: given.fileExtension ?? now.fileExtension,
    timeZone: given.timeZone ?? now.timeZone,
  }
  checkUpdate(now, destination)
  checkDestination(destination)
  return destination
}

type Buffer = Pick<Place, 'bufferMib' | 'bufferSeconds'>

const newPlace = (given: PlaceChange & Located, otherwise: Buffer): Place => ({
  roleArn: given.roleArn,
  bucketArn: given.bucketArn,
  prefix: given.prefix,
  errorPrefix: given.errorPrefix,
  ...buffering(given, otherwise),
  compression: given.compression ?? ('UNCOMPRESSED' satisfies Compression),
  kmsKeyArn: given.kmsKeyArn,
  logging: given.logging,
})

const changedPlace = (now: Place, given: PlaceChange): Place => ({
  roleArn: given.roleArn ?? now.roleArn,
  bucketArn: given.bucketArn ?? now.bucketArn,
  prefix: given.prefix ?? now.prefix,
  errorPrefix: given.errorPrefix ?? now.errorPrefix,
  ...buffering(given, now),
  compression: given.compression ?? now.compression,
  kmsKeyArn: 'kmsKeyArn' in given ? given.kmsKeyArn : now.kmsKeyArn,
  logging: given.logging ?? now.logging,
})

function buffering(given: PlaceChange, otherwise: Buffer): Buffer {
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

/** What converts or partitions may not have the usual buffer, so it has another when none is given. */
const bufferMibOf = ({ partitioning }: DestinationChange, conversion: Conversion | undefined): number =>
  partitioning?.enabled || conversion?.enabled ? largeBufferMibDefault : bufferMibDefault

function changedBackup(now: Destination['backup'], given: DestinationChange['backup']): Destination['backup'] {
  if (given === undefined) return now
  return { enabled: given.enabled ?? now?.enabled ?? false, place: changedBackupPlace(now?.place, given.place) }
}

function changedBackupPlace(now: Place | undefined, given: PlaceChange | undefined): Place | undefined {
  if (given === undefined) return now
  if (now !== undefined) return changedPlace(now, given)
  const { roleArn, bucketArn } = given
  if (roleArn === undefined || bucketArn === undefined) {
    throw new InvalidArgumentException('S3BackupUpdate needs RoleARN and BucketARN: there is no backup to change yet.')
  }
  return newPlace(
    { ...given, roleArn, bucketArn },
    { bufferMib: bufferMibDefault, bufferSeconds: bufferSecondsDefault },
  )
}
