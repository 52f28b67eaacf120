/** A running lake's streams and deliveries: records are put as the definition types them, and read again. */
import type { Columns, PutRow, RowOf } from '../define/column.ts'
import type { Delivery } from '../define/parts/delivery.ts'
import type { Stream } from '../define/parts/stream.ts'
import type { Aws } from '../in-process/door.ts'
import { LakeMistake } from '../world/mistake.ts'
import { batchesOf, putRecordBatchMax, putRecordsMax } from './batches.ts'
import { recordText } from './record-text.ts'

type OneOrMore<T> = T | Iterable<T>

export class RunningStream<C extends Columns> {
  readonly #aws: Aws
  readonly #stream: Stream<C>

  constructor(aws: Aws, stream: Stream<C>) {
    this.#aws = aws
    this.#stream = stream
  }

  /**
   * Puts a record, or any number of them in order; resolves when they are durable. A Date goes where a column tells a moment.
   *
   *     await app.stream(readings).put({ device_id: 'sensor-3', temperature: 21.4, timestamp: new Date() })
   *     await app.stream(readings).put(...thousands)     // or put(thousands)
   */
  async put(...records: readonly OneOrMore<PutRow<C>>[]): Promise<void> {
    const { name, record: columns, partitionKey } = this.#stream
    const what = `The stream ${name}`
    const entries = entriesOf(what, records).map(record => ({
      Data: recordText(what, columns, record),
      PartitionKey: String((record as Readonly<Record<string, unknown>>)[partitionKey]),
    }))
    const bytesOf = ({ Data, PartitionKey }: (typeof entries)[number]) => Buffer.byteLength(Data) + PartitionKey.length
    for (const Records of batchesOf(entries, bytesOf, putRecordsMax)) {
      const answer = await this.#aws.kinesis.PutRecords({ StreamName: name, Records })
      refuse(
        what,
        'PutRecords',
        answer.Records.map(({ ErrorCode, ErrorMessage }) => ({ ErrorCode, ErrorMessage })),
      )
    }
  }

  /** Every record that the stream still holds: shard by shard, in order. */
  async records(): Promise<readonly RowOf<C>[]> {
    const { name: StreamName } = this.#stream
    const { kinesis } = this.#aws
    const rows: RowOf<C>[] = []
    let listing: { StreamName: string } | { NextToken: string } | undefined = { StreamName }
    while (listing) {
      const { Shards = [], NextToken } = await kinesis.ListShards(listing)
      for (const { ShardId } of Shards) {
        const begin = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
        let { ShardIterator: at } = await kinesis.GetShardIterator(begin)
        while (at !== undefined) {
          const page = await kinesis.GetRecords({ ShardIterator: at })
          for (const { Data } of page.Records) rows.push(JSON.parse(Buffer.from(Data).toString()) as RowOf<C>)
          at = page.Records.length === 0 && page.MillisBehindLatest === 0 ? undefined : page.NextShardIterator
        }
      }
      listing = NextToken === undefined ? undefined : { NextToken }
    }
    return rows
  }
}

export class RunningDelivery<C extends Columns> {
  readonly #aws: Aws
  readonly #delivery: Delivery<C>

  constructor(aws: Aws, delivery: Delivery<C>) {
    this.#aws = aws
    this.#delivery = delivery
  }

  /** Puts records, or lists of them, to a delivery that takes them directly. */
  async put(...records: readonly OneOrMore<PutRow<C>>[]): Promise<void> {
    const { name, record: columns, from } = this.#delivery
    const what = `The delivery ${name}`
    if (from !== undefined)
      throw new LakeMistake(
        `${what} takes its records from the stream ${from.name}: put them to app.stream(${from.name}).`,
      )
    const entries = entriesOf(what, records).map(record => ({ Data: recordText(what, columns, record) }))
    const bytesOf = ({ Data }: (typeof entries)[number]) => Buffer.byteLength(Data)
    for (const Records of batchesOf(entries, bytesOf, putRecordBatchMax)) {
      const answer = await this.#aws.firehose.PutRecordBatch({ DeliveryStreamName: name, Records })
      refuse(what, 'PutRecordBatch', answer.RequestResponses)
    }
  }
}

/** What is no record is refused with the others, one by one. */
const entriesOf = <T extends object>(what: string, given: readonly OneOrMore<T>[]): readonly T[] => {
  if (given.length === 0) throw new LakeMistake(`${what}: put takes records, or lists of them, and was given none.`)
  return given.flatMap(one =>
    typeof one === 'object' && one !== null && Symbol.iterator in one ? [...(one as Iterable<T>)] : [one as T],
  )
}

function refuse(
  what: string,
  operation: string,
  answers: readonly { readonly ErrorCode?: string | undefined; readonly ErrorMessage?: string | undefined }[],
): void {
  const refused = answers.filter(({ ErrorCode }) => ErrorCode !== undefined)
  const [first] = refused
  if (first)
    throw new LakeMistake(
      `${what} did not take ${refused.length} of ${answers.length} records of one ${operation}: ${first.ErrorCode}: ${first.ErrorMessage}. The others are in it.`,
    )
}
