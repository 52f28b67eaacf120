// What an error object says of a record: one JSON document a line, as AWS writes it.
// https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
// https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
import type { RecordFailure } from './flow.ts'

/** The record that failed. */
export interface Failed {
  readonly at: number
  readonly raw: Uint8Array
  /** Of a Kinesis record, and its place among those that were packed into it. */
  readonly sequenceNumber?: string | undefined
  readonly part: number
}

/** The table whose columns it does not fit. */
export interface FailedTable {
  readonly catalogId: string
  readonly database: string
  readonly table: string
  readonly region: string
  readonly version: string
}

export function errorLine(failed: Failed, failure: RecordFailure, endedAt: number): Uint8Array {
  const { code, message, attempts, functionArn } = failure
  return line({
    attemptsMade: attempts,
    arrivalTimestamp: failed.at,
    errorCode: code,
    errorMessage: message,
    attemptEndingTimestamp: endedAt,
    rawData: base64(failed.raw),
    // AWS's page says lambdaArn, what it has been seen to write is lambdaARN: both, for readers made for either.
    ...(functionArn !== undefined && { lambdaArn: functionArn, lambdaARN: functionArn }),
  })
}

/** Its members have other names than those of the other failures. */
export function conversionErrorLine(
  failed: Failed,
  { code, message, endedAt, table }: Pick<RecordFailure, 'code' | 'message'> & { endedAt: number; table: FailedTable },
): Uint8Array {
  return line({
    attemptsMade: 1,
    arrivalTimestamp: failed.at,
    lastErrorCode: code,
    lastErrorMessage: message,
    attemptEndingTimestamp: endedAt,
    rawData: base64(failed.raw),
    ...(failed.sequenceNumber !== undefined && {
      sequenceNumber: failed.sequenceNumber,
      subSequenceNumber: failed.part,
    }),
    dataCatalogTable: {
      catalogId: table.catalogId,
      databaseName: table.database,
      tableName: table.table,
      region: table.region,
      versionId: table.version,
    },
  })
}

const line = (document: object): Uint8Array => Buffer.from(`${JSON.stringify(document)}\n`)

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
