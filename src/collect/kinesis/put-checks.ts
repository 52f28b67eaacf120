// What a put is held against before it touches a shard, beyond what the shapes say.
import { InvalidArgumentException, recordTooLarge } from './faults.ts'
import { bytesPerPutMax } from './limits.ts'
import type { RecordBatch } from './record-batch.ts'
import { parseSequenceNumber } from './sequence.ts'
import type { Stream } from './stream.ts'

/** `member` names a record's data in AWS's message, by its place. */
export function checkSizes(stream: Stream, records: RecordBatch, member: (place: number) => string): void {
  const recordBytesMax = stream.settings.recordKibMax * 1024
  if (records.dataBytesMax > recordBytesMax) {
    let place = 0
    while (records.dataBytesOf(place) <= recordBytesMax) place++
    throw recordTooLarge(recordBytesMax, member(place))
  }
  // One record of the largest size is taken, whatever its key adds.
  if (records.dataBytes + records.keyCharacters > bytesPerPutMax && records.count > 1) {
    throw new InvalidArgumentException(`Records size exceeds ${bytesPerPutMax / 1024 / 1024} MB limit`)
  }
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
