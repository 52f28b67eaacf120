// What a put is held against before it touches a shard, beyond what the shapes say.
import { InvalidArgumentException, recordTooLarge } from './faults.ts'
import { bytesPerPutMax } from './limits.ts'
import type { RecordBatch } from './record-batch.ts'
import { parseSequenceNumber } from './sequence.ts'
import type { Stream } from './stream.ts'

/** Of 256 characters, each of three bytes at most. */
const keyBytesMax = 768

/**
 * A record's size is its data and its key together. Nearly all are so far from the limits that none is looked at by itself.
 * `member` names a record's data in AWS's message, by its place.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
 */
export function checkSizes(stream: Stream, records: RecordBatch, member: (place: number) => string): void {
  const recordBytesMax = stream.settings.recordKibMax * 1024
  if (records.dataBytesMax + keyBytesMax > recordBytesMax) {
    for (let place = 0; place < records.count; place++)
      if (records.contentBytesOf(place) > recordBytesMax) throw recordTooLarge(recordBytesMax, member(place))
  }
  if (records.dataBytes + 3 * records.keyCharacters > bytesPerPutMax && bytesOf(records) > bytesPerPutMax) {
    throw new InvalidArgumentException(`Records size exceeds ${bytesPerPutMax / 1024 / 1024} MB limit`)
  }
}

function bytesOf(records: RecordBatch): number {
  let bytes = 0
  for (let place = 0; place < records.count; place++) bytes += records.contentBytesOf(place)
  return bytes
}

/** Every sequence number of a shard is above those given before, so a sound one is all there is to ask for. */
export function checkSequenceForOrdering(stream: Stream, text: string | undefined): void {
  if (text === undefined) return
  const position = parseSequenceNumber(text)
  const shard = position && stream.shard(position.shard)
  if (shard?.createdAt === position?.createdAt && shard !== undefined) return
  throw new InvalidArgumentException(
    `ExclusiveMinimumSequenceNumber ${text} used in PutRecord on stream ${stream.name} ` +
      `under account ${stream.account} is invalid.`,
  )
}
