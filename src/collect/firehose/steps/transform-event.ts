// The event that a transforming function is called with.
//
//   { invocationId, deliveryStreamArn, region, sourceKinesisStreamArn?,
//     records: [ { recordId, approximateArrivalTimestamp, data (base64),
//                  kinesisRecordMetadata?: { sequenceNumber, subsequenceNumber, partitionKey, shardId, approximateArrivalTimestamp } } ] }
import type { Random } from '../../../world/random.ts'
import type { FlowRecord } from '../flow.ts'

export interface EventAround {
  readonly deliveryArn: string
  readonly region: string
  /** Undefined for direct puts. */
  readonly streamArn: string | undefined
  readonly random: Random
  sequenceNumber(record: FlowRecord): string | undefined
}

/** Every call of it has an invocationId of its own; the rest is the same for the same records. */
export function transformEvent(batch: readonly FlowRecord[], around: EventAround): Uint8Array {
  const { deliveryArn, region, streamArn, random } = around
  return Buffer.from(
    JSON.stringify({
      invocationId: random.uuid(),
      ...(streamArn !== undefined && { sourceKinesisStreamArn: streamArn }),
      deliveryStreamArn: deliveryArn,
      region,
      records: batch.map((record, place) => eventRecord(record, place, around)),
    }),
  )
}

function eventRecord(record: FlowRecord, place: number, around: EventAround) {
  const { origin, part, partitionKey, data } = record
  const sequenceNumber = around.sequenceNumber(record)
  return {
    recordId: recordId(sequenceNumber, record, place),
    approximateArrivalTimestamp: origin.at,
    data: Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64'),
    ...(sequenceNumber !== undefined && {
      kinesisRecordMetadata: {
        sequenceNumber,
        subsequenceNumber: part,
        partitionKey,
        shardId: origin.lane,
        approximateArrivalTimestamp: origin.at,
      },
    }),
  }
}

/** AWS's are numbers of this length; that they differ within a batch is all that they promise. */
export const recordId = (sequenceNumber: string | undefined, { origin }: FlowRecord, place: number): string =>
  `${sequenceNumber ?? `49${String(origin.index).padStart(54, '0')}`}${String(place).padStart(6, '0')}`

/** What the event has beside a record's data and partition key, at most. */
const eventRecordBytes = 450
/** Of a character of a key, written in JSON as it may have to be. */
const characterBytes = 6

/** What a record adds to the event, at most. */
export const eventBytesOf = ({ data, partitionKey = '' }: FlowRecord): number =>
  Math.ceil(data.length / 3) * 4 + eventRecordBytes + partitionKey.length * characterBytes
