// Reading a shard by iterators: where the next GetRecords reads is in the token that the client carries, nothing of it here.
import type { Clock } from '../../world/clock.ts'
import { noSuchStream, rateExceeded, shardDoesNotExist } from './faults.ts'
import {
  type IteratorPosition,
  openIterator,
  type StartingPoint,
  sealIterator,
  shardNamed,
  startingIndex,
} from './iterators.ts'
import type { Kinesis, Scope } from './kinesis.ts'
import { bytesPerGetMax, recordsPerGetMax } from './limits.ts'
import { bytesOf, meterRead, meterRefusedRead } from './putting.ts'
import { shardIdOf } from './sequence.ts'
import type { Shard } from './shard.ts'
import type { StoredRecord } from './stored-record.ts'
import type { Stream } from './stream.ts'
import { streamNamed } from './stream-reference.ts'

export interface ReadQuestion {
  readonly recordsMax?: number | undefined
  /** Whose stream it is, when it is another account's. */
  readonly arn?: string | undefined
  readonly streamId?: string | undefined
}

export interface ReadRecords {
  readonly stream: Stream
  readonly records: readonly StoredRecord[]
  /** Undefined at the end of a closed shard. */
  readonly next?: string
  /** Of a closed shard that was read to its end. */
  readonly children: readonly Shard[]
  readonly millisecondsBehind: number
}

export class Reading {
  readonly #kinesis: Pick<Kinesis, 'seal' | 'stream'>
  readonly #clock: Clock

  constructor(kinesis: Pick<Kinesis, 'seal' | 'stream'>, clock: Clock) {
    this.#kinesis = kinesis
    this.#clock = clock
  }

  async iterator(stream: Stream, shardId: string, from: StartingPoint): Promise<string> {
    const now = this.#clock.now()
    const shard = shardNamed(stream, shardId)
    if (stream.rates?.iterator(shard.number, now) === false) throw rateExceeded(shard.id, stream)
    const index = await startingIndex({ stream, shard, asking: 'GetShardIterator' }, from, now)
    return sealIterator(
      this.#kinesis.seal,
      { stream: stream.name, streamId: stream.id, shard: shard.number, index },
      now,
    )
  }

  /** The name of the stream that an iterator reads: what its user must have leave for. */
  streamRead(iterator: string): string {
    return openIterator(this.#kinesis.seal, iterator, this.#clock.now()).stream
  }

  /** Where an iterator stands; throws what reading by it would. */
  place(
    scope: Scope,
    iterator: string,
    { arn, streamId }: { readonly arn?: string | undefined; readonly streamId?: string | undefined },
  ): { readonly stream: Stream; readonly shard: Shard; readonly position: IteratorPosition } {
    const position = openIterator(this.#kinesis.seal, iterator, this.#clock.now())
    const stream = streamNamed(this.#kinesis, scope, { name: position.stream, arn, streamId }, 'shared')
    if (stream.id !== position.streamId) throw noSuchStream(stream)
    const shard = stream.shard(position.shard)
    if (shard === undefined) throw shardDoesNotExist(shardIdOf(position.shard), stream)
    return { stream, shard, position }
  }

  async read(
    scope: Scope,
    iterator: string,
    { recordsMax = recordsPerGetMax, ...reference }: ReadQuestion,
  ): Promise<ReadRecords> {
    const now = this.#clock.now()
    const began = this.#clock.elapsed()
    const { stream, shard, position } = this.place(scope, iterator, reference)
    if (stream.rates?.read(shard.number, now) === false) {
      meterRefusedRead(stream, shard)
      throw rateExceeded(shard.id, stream)
    }
    const limits = { maxRecords: recordsMax, maxBytes: bytesPerGetMax }
    const { records, next: index } = await shard.read(position.index, limits, stream.horizon(now))
    const last = records.at(-1)
    const atTip = index >= (await shard.tip())
    const ended = atTip && shard.ended !== undefined
    const behind = atTip || last === undefined ? 0 : Math.max(0, now - last.arrivedAt)
    stream.rates?.gave(shard.number, bytesOf(records), now)
    meterRead(stream, shard, { records, behind, milliseconds: this.#clock.elapsed() - began })
    const next = { stream: stream.name, streamId: stream.id, shard: shard.number, index }
    return {
      stream,
      records,
      ...(!ended && { next: sealIterator(this.#kinesis.seal, next, now) }),
      children: ended ? stream.childrenOf(shard) : [],
      millisecondsBehind: behind,
    }
  }
}
