/**
 * A Kinesis data stream, with the type of the records that go through it.
 *
 *     const readings = stream('temperature-stream', {
 *       record: { device_id: column.string(), temperature: column.double(), timestamp: column.epochSeconds() },
 *       partitionKey: 'device_id',
 *       shards: 1,
 *     })
 */
import { type Columns, checkColumns, columnNamed } from '../column.ts'
import { costTags } from '../cost-tags.ts'
import { DefinitionMistake, known, text, told, wholeNumber } from '../mistake.ts'
import { named, streamName } from '../names.ts'
import { frozen, type Part, type Tagged } from '../part.ts'

export interface StreamOptions<C extends Columns> extends Tagged {
  /** What a record is: one JSON object with these members. */
  readonly record: C
  /** The column whose value chooses the shard: records of one value keep their order. */
  readonly partitionKey: keyof C & string
  /** Each takes 1 MB/s or 1,000 records/s; 1 unless given. `on-demand` lets AWS choose. */
  readonly shards?: number | 'on-demand'
  /** 24 to 8760; 24 unless given. */
  readonly retentionHours?: number
  /** ARN or alias of a KMS key: records are encrypted with it. */
  readonly kmsKey?: string
  /** What is sent, for `biwa check` to size the shards by. */
  readonly load?: { readonly devices: number; readonly everySeconds: number; readonly bytes?: number }
}

export interface Stream<C extends Columns = Columns> extends Part {
  readonly kind: 'stream'
  readonly record: C
  readonly partitionKey: string
  readonly shards: number | 'on-demand'
  readonly retentionHours: number
  readonly kmsKey?: string
  readonly load?: { readonly devices: number; readonly everySeconds: number; readonly bytes?: number }
  readonly tags: Readonly<Record<string, string>>
}

const optionNames = ['record', 'partitionKey', 'shards', 'retentionHours', 'kmsKey', 'load', 'tags']

export function stream<const C extends Columns>(name: string, options: StreamOptions<C>): Stream<C> {
  named("A stream's name", name, streamName)
  const what = `The stream ${name}`
  known(what, options, optionNames)
  const { partitionKey, shards = 1, retentionHours = 24, kmsKey, load } = options
  const record = checkColumns(`${what}: the record's columns`, options.record)
  const key = columnNamed(record, partitionKey)
  if (typeof partitionKey !== 'string' || key === undefined)
    throw new DefinitionMistake(
      `${what}: the partition key ${told(partitionKey)} is no column of its record, which has ${Object.keys(record).join(', ')}.`,
    )
  if (/^(array|map|struct)</.test(key.type))
    throw new DefinitionMistake(
      `${what}: the partition key must be a single value, and ${partitionKey} is ${key.type}.`,
    )
  if (key.optional)
    throw new DefinitionMistake(`${what}: every record needs its partition key, so ${partitionKey} cannot be optional.`)
  if (shards !== 'on-demand')
    wholeNumber(`${what}: shards, where they are not 'on-demand',`, shards, { min: 1, max: 10_000 })
  if (load !== undefined) checkLoad(`${what}: load`, load)
  text(`${what}: kmsKey`, kmsKey, "'alias/records'")
  wholeNumber(`${what}: retentionHours`, retentionHours, { min: 24, max: 8760 })
  return frozen({
    kind: 'stream',
    name,
    record,
    partitionKey,
    shards,
    retentionHours,
    ...(kmsKey !== undefined && { kmsKey }),
    ...(load !== undefined && { load }),
    tags: costTags(what, options.tags),
  })
}

function checkLoad(what: string, load: NonNullable<Stream['load']>): void {
  known(what, load, ['devices', 'everySeconds', 'bytes'])
  const { devices, everySeconds, bytes } = load
  for (const [name, value] of Object.entries({ devices, everySeconds, ...(bytes !== undefined && { bytes }) }))
    if (!(typeof value === 'number' && Number.isFinite(value) && value > 0))
      throw new DefinitionMistake(`${what}: ${name} must be a number above 0, not ${told(value)}.`)
}
