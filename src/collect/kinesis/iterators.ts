// Shard iterators: where in a shard the next GetRecords reads, sealed with the time they were made.
import { expiredIterator, InvalidArgumentException, invalidIterator, noSuchShard, shardDoesNotExist } from './faults.ts'
import { iteratorLifeMilliseconds } from './limits.ts'
import type { Seal } from './seal.ts'
import { parseSequenceNumber, shardIdOf, shardNumberOf } from './sequence.ts'
import type { Shard } from './shard.ts'
import type { Stream } from './stream.ts'

/** Where to begin, as AWS's five kinds have it. */
export interface StartingPoint {
  readonly type: 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER' | 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP'
  readonly sequenceNumber?: string | undefined
  readonly timestamp?: number | undefined
}

/** Who asks where to begin: AWS's messages name it. */
export type Asking = 'GetShardIterator' | 'SubscribeToShard'

export interface IteratorPosition {
  readonly stream: string
  /** Another stream may have got the name meanwhile. */
  readonly streamId: string
  readonly shard: number
  readonly index: number
}

const purpose = 'shard iterator'

export function sealIterator(seal: Seal, { stream, streamId, shard, index }: IteratorPosition, now: number): string {
  return seal.seal(purpose, [stream, streamId, shard, index, now])
}

export function openIterator(seal: Seal, token: string, now: number): IteratorPosition {
  const content = seal.open(purpose, token)
  if (content === undefined) throw invalidIterator()
  const [stream, streamId, shard, index, createdAt] = content as readonly [string, string, number, number, number]
  if (now - createdAt > iteratorLifeMilliseconds) throw expiredIterator(createdAt, now, iteratorLifeMilliseconds)
  return { stream, streamId, shard, index }
}

export function shardNamed(stream: Stream, text: string): Shard {
  const number = shardNumberOf(text)
  if (number === undefined) throw noSuchShard(text, stream)
  const shard = stream.shard(number)
  if (shard === undefined) throw shardDoesNotExist(shardIdOf(number), stream)
  return shard
}

/** The index of the first record that a new reader gets. */
export async function startingIndex(
  { stream, shard, asking }: { readonly stream: Stream; readonly shard: Shard; readonly asking: Asking },
  from: StartingPoint,
  now: number,
): Promise<number> {
  checkCombination(from)
  switch (from.type) {
    case 'TRIM_HORIZON':
      return shard.indexAt(stream.horizon(now))
    case 'LATEST':
      return shard.tip()
    case 'AT_TIMESTAMP':
      return shard.indexAt(checkedTimestamp(from.timestamp ?? 0, now))
    case 'AT_SEQUENCE_NUMBER':
      return Math.max(0, await indexOf({ stream, shard, asking, text: from.sequenceNumber ?? '' }, 'at'))
    case 'AFTER_SEQUENCE_NUMBER':
      return Math.min(
        await shard.tip(),
        await indexOf({ stream, shard, asking, text: from.sequenceNumber ?? '' }, 'after'),
      )
  }
}

function checkCombination({ type, sequenceNumber, timestamp }: StartingPoint): void {
  const wantsNumber = type === 'AT_SEQUENCE_NUMBER' || type === 'AFTER_SEQUENCE_NUMBER'
  if (wantsNumber !== (sequenceNumber !== undefined)) {
    throw new InvalidArgumentException(
      'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
        '(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. ' +
        `Request specified ${type} and ${wantsNumber ? 'no' : 'also a'} StartingSequenceNumber.`,
    )
  }
  if (type === 'AT_TIMESTAMP' && timestamp === undefined) {
    throw new InvalidArgumentException(
      'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.',
    )
  }
}

function checkedTimestamp(timestamp: number, now: number): number {
  if (timestamp <= now) return timestamp
  throw new InvalidArgumentException(
    'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
      `timestampInMillis: ${timestamp}, currentTimestampInMillis: ${now}`,
  )
}

interface Asked {
  readonly stream: Stream
  readonly shard: Shard
  readonly asking: Asking
  readonly text: string
}

async function indexOf({ stream, shard, asking, text }: Asked, side: 'at' | 'after'): Promise<number> {
  const invalid = (why: string) =>
    new InvalidArgumentException(
      `StartingSequenceNumber ${text} used in ${asking} on shard ${shard.id} in stream ${stream.name} ` +
        `under account ${stream.account} is invalid${why}.`,
    )
  const position = parseSequenceNumber(text)
  if (position === undefined) throw invalid('')
  if (position.shard !== shard.number) {
    throw new InvalidArgumentException(
      `Invalid StartingSequenceNumber. It encodes ${shardIdOf(position.shard)}, ` +
        `while it was used in a call to a shard with ${shard.id}`,
    )
  }
  if (position.createdAt !== shard.createdAt) throw invalid(' because it did not come from this stream')
  if (position.index > (await shard.tip())) throw invalid('')
  return side === 'after' || position.behind ? position.index + 1 : position.index
}
