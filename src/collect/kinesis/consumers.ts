// Consumers that are registered with streams for enhanced fan-out: their names, and nothing of what they read. One is
// ACTIVE when the answer that registers it goes out.
import type { Ledger } from '../../durable/ledger.ts'
import {
  consumerExists,
  ExpiredNextTokenException,
  InvalidArgumentException,
  LimitExceededException,
  noSuchConsumer,
  noSuchStream,
} from './faults.ts'
import { consumersPerListDefault, consumersPerStreamMax, listTokenLifeMilliseconds } from './limits.ts'
import type { Seal } from './seal.ts'
import type { Stream } from './stream.ts'
import { refuseStreamId } from './stream-reference.ts'
import { addTags, dropTags, type Tagged } from './tags.ts'

export interface Consumer extends Tagged {
  readonly arn: string
  readonly stream: Stream
  readonly createdAt: number
}

/** Which consumer is meant: by its ARN, or by its stream and its name. */
export interface ConsumerReference {
  readonly arn?: string | undefined
  readonly streamArn?: string | undefined
  readonly name?: string | undefined
  readonly streamId?: string | undefined
}

interface ConsumerRow {
  readonly stream: string
  readonly name: string
  readonly created_at: number
}

const purpose = 'list consumers'
const arnOf = (stream: Stream, name: string, createdAt: number) =>
  `${stream.arn}/consumer/${name}:${Math.floor(createdAt / 1000)}`
const consumerOf = (stream: Stream, name: string, createdAt: number): Consumer => ({
  id: `${stream.id}/${name}`,
  account: stream.account,
  name,
  arn: arnOf(stream, name, createdAt),
  stream,
  createdAt,
})

export class Consumers {
  readonly #ledger: Ledger
  readonly #byArn = new Map<string, Consumer>()
  /** By the ARN of their stream, then by name. */
  readonly #ofStream = new Map<string, Map<string, Consumer>>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  start(streams: Iterable<Stream>): void {
    const rows = this.#ledger.all<ConsumerRow & Record<string, string | number>>('SELECT * FROM kinesis_consumer')
    const byStream = Map.groupBy(rows, row => row.stream)
    for (const stream of streams)
      for (const row of byStream.get(stream.id) ?? []) this.#add(consumerOf(stream, row.name, row.created_at))
  }

  /** By name. */
  of(stream: Stream): readonly Consumer[] {
    const consumers = [...(this.#ofStream.get(stream.arn)?.values() ?? [])]
    return consumers.sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  count(stream: Stream): number {
    return this.#ofStream.get(stream.arn)?.size ?? 0
  }

  byArn(arn: string): Consumer | undefined {
    return this.#byArn.get(arn)
  }

  find(streamArn: string | undefined, name: string | undefined): Consumer | undefined {
    return this.#ofStream.get(streamArn ?? '')?.get(name ?? '')
  }

  /** Throws ResourceNotFoundException; the stream and the name must agree with an ARN beside them. */
  named(account: string, { arn, streamArn, name, streamId }: ConsumerReference): Consumer {
    refuseStreamId(streamId)
    if (arn === undefined && (streamArn === undefined || name === undefined)) {
      throw new InvalidArgumentException('Either ConsumerARN or both StreamARN and ConsumerName must be provided.')
    }
    const consumer = arn === undefined ? this.find(streamArn, name) : this.#byArn.get(arn)
    if (
      consumer === undefined ||
      (streamArn !== undefined && consumer.stream.arn !== streamArn) ||
      (name !== undefined && consumer.name !== name)
    ) {
      throw noSuchConsumer(arn ?? name ?? '', account)
    }
    return consumer
  }

  async register(
    stream: Stream,
    {
      name,
      tags,
      now,
    }: { readonly name: string; readonly tags: Readonly<Record<string, string>>; readonly now: number },
  ): Promise<Consumer> {
    const consumer = consumerOf(stream, name, now)
    await this.#ledger.commit(write => {
      if (!write.get('SELECT 1 FROM kinesis_stream WHERE id = ?', stream.id)) throw noSuchStream(stream)
      if (write.get('SELECT 1 FROM kinesis_consumer WHERE stream = ? AND name = ?', stream.id, name)) {
        throw consumerExists(name, stream)
      }
      const { count = 0 } =
        write.get<{ count: number }>('SELECT count(*) AS count FROM kinesis_consumer WHERE stream = ?', stream.id) ?? {}
      if (count >= consumersPerStreamMax) {
        throw new LimitExceededException(
          `Stream ${stream.name} under account ${stream.account} has ${count} consumers registered, ` +
            `and a stream has at most ${consumersPerStreamMax}. Deregister one first.`,
        )
      }
      write.run('INSERT INTO kinesis_consumer VALUES (?, ?, ?)', stream.id, name, now)
      addTags(write, consumer, tags)
      write.onDurable(() => this.#add(consumer))
    })
    return consumer
  }

  async deregister(consumer: Consumer): Promise<void> {
    await this.#ledger.commit(write => {
      const gone = write.run(
        'DELETE FROM kinesis_consumer WHERE stream = ? AND name = ?',
        consumer.stream.id,
        consumer.name,
      )
      if (gone === 0) throw noSuchConsumer(consumer.arn, consumer.account)
      dropTags(write, consumer)
      write.run('DELETE FROM kinesis_policy WHERE arn = ?', consumer.arn)
      write.onDurable(() => this.#drop(consumer))
    })
  }

  /** The stream is gone, and its rows with it. */
  forget(stream: Stream): void {
    for (const consumer of this.of(stream)) this.#drop(consumer)
  }

  list(
    stream: Stream,
    seal: Seal,
    {
      token,
      limit = consumersPerListDefault,
      now,
    }: { readonly token?: string | undefined; readonly limit?: number | undefined; readonly now: number },
  ): { readonly consumers: readonly Consumer[]; readonly next?: string } {
    const after = token === undefined ? '' : this.#listedUpTo(stream, seal, { token, now })
    const rest = this.of(stream).filter(consumer => consumer.name > after)
    const consumers = rest.slice(0, limit)
    const last = consumers.at(-1)
    return {
      consumers,
      ...(rest.length > limit && last && { next: seal.seal(purpose, [stream.id, last.name, now]) }),
    }
  }

  #listedUpTo(stream: Stream, seal: Seal, { token, now }: { readonly token: string; readonly now: number }): string {
    const content = seal.open(purpose, token)
    if (content === undefined || content[0] !== stream.id) throw new InvalidArgumentException('NextToken is invalid.')
    const [, last, sealedAt] = content as readonly [string, string, number]
    if (now - sealedAt > listTokenLifeMilliseconds) {
      throw new ExpiredNextTokenException('The pagination token passed to the operation is expired.')
    }
    return last
  }

  #add(consumer: Consumer): void {
    this.#byArn.set(consumer.arn, consumer)
    const others = this.#ofStream.get(consumer.stream.arn)
    if (others) others.set(consumer.name, consumer)
    else this.#ofStream.set(consumer.stream.arn, new Map([[consumer.name, consumer]]))
  }

  #drop(consumer: Consumer): void {
    this.#byArn.delete(consumer.arn)
    const others = this.#ofStream.get(consumer.stream.arn)
    others?.delete(consumer.name)
    if (others?.size === 0) this.#ofStream.delete(consumer.stream.arn)
  }
}
