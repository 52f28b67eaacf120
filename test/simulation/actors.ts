/**
 * Who acts on the lake, one step at a time, each choosing by chance: producers, one who reshards, one who takes the
 * buckets away and brings them back. What a step does side by side ends before the next begins.
 */
import type { Random } from '../../src/world/random.ts'
import { region } from '../testing/lake.ts'
import { type Shard, StreamName, shardsOf, type Try } from './consumers.ts'
import type { History, Put } from './history.ts'
import type { Bucket } from './lay-out.ts'
import type { World } from './world.ts'

const keys = Array.from({ length: 12 }, (_, key) => `key-${key}`)
const openShardsMax = 6

export const below = (random: Random, count: number): number => Math.floor(random.fraction() * count)
export const oneOf = <T>(random: Random, choices: readonly [T, ...T[]]): T =>
  choices[below(random, choices.length)] ?? choices[0]

/** Several requests at once, of a few records each; some are so large that they fill a delivery's buffer. */
export async function produce(into: Put['into'], random: Random, history: History, attempt: Try): Promise<string> {
  const requests = Array.from({ length: 1 + below(random, 3) }, () =>
    Array.from({ length: 1 + below(random, 8) }, () => ({
      key: keys[below(random, keys.length)] ?? '',
      padding: below(random, 30) === 0 ? below(random, 400_000) : below(random, 100),
    })),
  )
  const puts = requests.map(records => history.request(into, records))
  await Promise.all(
    puts.map(put => (into === 'stream' ? putRecords(put, history, attempt) : putBatch(put, history, attempt))),
  )
  return `puts ${puts.map(put => put.map(({ id }) => id).join(' ')).join(' | ')} into ${into}`
}

interface Placed {
  readonly SequenceNumber?: string
  readonly ShardId: string
  readonly ErrorCode?: string
}

async function putRecords(puts: readonly Put[], history: History, attempt: Try): Promise<void> {
  const Records = puts.map(({ text, key }) => ({ Data: Buffer.from(text).toString('base64'), PartitionKey: key }))
  const answer = await attempt('PutRecords', { StreamName, Records })
  const placed = (answer?.Records ?? []) as readonly Placed[]
  placed.forEach(({ SequenceNumber, ShardId, ErrorCode }, index) => {
    const put = puts[index]
    if (put && SequenceNumber) history.acknowledge(put, { shardId: ShardId, sequenceNumber: SequenceNumber })
    if (put && ErrorCode === 'ProvisionedThroughputExceededException') put.refused = true
  })
}

async function putBatch(puts: readonly Put[], history: History, attempt: Try): Promise<void> {
  const Records = puts.map(({ text }) => ({ Data: Buffer.from(text).toString('base64') }))
  const answer = await attempt('PutRecordBatch', { DeliveryStreamName: 'direct', Records })
  const taken = (answer?.RequestResponses ?? []) as readonly { readonly RecordId?: string }[]
  taken.forEach(({ RecordId }, index) => {
    const put = puts[index]
    if (put && RecordId) history.acknowledge(put)
  })
}

export async function reshard(random: Random, attempt: Try): Promise<string> {
  const shards = (await shardsOf(attempt)) ?? []
  const open = shards
    .filter(({ SequenceNumberRange }) => SequenceNumberRange.EndingSequenceNumber === undefined)
    .sort((one, other) => (first(one) < first(other) ? -1 : 1))
  const place = below(random, open.length)
  const [shard, next] = [open[place], open[place + 1]]
  const kind = oneOf(random, ['split', 'merge', 'scale'])
  // Somebody else's reshard may have come between; AWS says so in these words.
  const allowed = ['ResourceInUseException', 'LimitExceededException', 'InvalidArgumentException']
  if (kind === 'split' && shard && open.length < openShardsMax) {
    const [from, to] = [first(shard), BigInt(shard.HashKeyRange.EndingHashKey)]
    const share = BigInt(1 + below(random, 999))
    const NewStartingHashKey = String(from + 1n + ((to - from - 1n) * share) / 1000n)
    await attempt('SplitShard', { StreamName, ShardToSplit: shard.ShardId, NewStartingHashKey }, allowed)
    return `splits ${shard.ShardId}`
  }
  if (kind === 'merge' && shard && next) {
    const two = { ShardToMerge: shard.ShardId, AdjacentShardToMerge: next.ShardId }
    await attempt('MergeShards', { StreamName, ...two }, allowed)
    return `merges ${shard.ShardId} with ${next.ShardId}`
  }
  const TargetShardCount = Math.max(
    1,
    Math.min(openShardsMax, Math.ceil(open.length / 2) + below(random, open.length + 1)),
  )
  await attempt('UpdateShardCount', { StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }, allowed)
  return `scales to ${TargetShardCount}`
}

/** Another buffer and another compression, while records wait and are delivered. */
export async function configure(random: Random, attempt: Try): Promise<string> {
  const DeliveryStreamName = oneOf(random, ['of-stream', 'direct'])
  const described = await attempt('DescribeDeliveryStream', { DeliveryStreamName })
  if (described === undefined) return `${DeliveryStreamName} cannot be described`
  const { VersionId, Destinations } = described.DeliveryStreamDescription as Described
  const CompressionFormat = oneOf(random, ['GZIP', 'UNCOMPRESSED'])
  const IntervalInSeconds = below(random, 120)
  await attempt('UpdateDestination', {
    ...{ DeliveryStreamName, CurrentDeliveryStreamVersionId: VersionId },
    DestinationId: Destinations[0].DestinationId,
    ExtendedS3DestinationUpdate: { CompressionFormat, BufferingHints: { SizeInMBs: 1, IntervalInSeconds } },
  })
  return `${DeliveryStreamName} is ${CompressionFormat} every ${IntervalInSeconds} s`
}

interface Described {
  readonly VersionId: string
  readonly Destinations: readonly [{ readonly DestinationId: string }]
}

const first = (shard: Shard): bigint => BigInt(shard.HashKeyRange.StartingHashKey)

/** Objects by their bucket and key, as they were when they were last seen: a bucket is emptied before it is deleted. */
export class Objects {
  readonly contents = new Map<string, Buffer>()
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  async look(bucket: Bucket): Promise<readonly string[]> {
    const keys: string[] = []
    let token = ''
    do {
      const { status, body } = await this.#world.s3('GET', `/${bucket}`, { query: `list-type=2${token}` })
      if (status === 404) return keys
      if (status !== 200) throw new Error(`S3 answers ${status} to a listing: ${body}`)
      const text = body.toString()
      keys.push(...[...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key))
      const next = /<NextContinuationToken>([^<]*)</.exec(text)?.[1]
      token = next === undefined ? '' : `&continuation-token=${encodeURIComponent(next)}`
    } while (token !== '')
    for (const key of keys) {
      const { status, body } = await this.#world.s3('GET', `/${bucket}/${key}`)
      if (status !== 200) throw new Error(`S3 answers ${status} to a GET of ${key}: ${body}`)
      const known = this.contents.get(`${bucket}/${key}`)
      if (known && !known.equals(body)) throw new Error(`the object ${key} has changed`)
      this.contents.set(`${bucket}/${key}`, body)
    }
    return keys
  }

  /** Empties the bucket and deletes it; a delivery that comes between keeps it. */
  async takeAway(bucket: Bucket): Promise<void> {
    for (const key of await this.look(bucket)) await this.#world.s3('DELETE', `/${bucket}/${key}`)
    await this.#world.s3('DELETE', `/${bucket}`)
  }

  async bringBack(bucket: Bucket): Promise<void> {
    const where = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`
    const { status, body } = await this.#world.s3('PUT', `/${bucket}`, { content: where })
    if (status !== 200 && status !== 409) throw new Error(`S3 answers ${status} to the making of ${bucket}: ${body}`)
  }
}
