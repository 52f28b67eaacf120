/**
 * Consumers as the Kinesis Client Library builds them, through the AWS SDK: a table of leases from ListShards and from the
 * children that a shard's end names, parents before children, checkpoints after each batch; by polling and by enhanced
 * fan-out; while producers write and the stream is cut anew. None lost, none twice, each key in order.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type ChildShard,
  CreateStreamCommand,
  DescribeStreamCommand,
  type DescribeStreamCommandOutput,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  type _Record as Record,
  RegisterStreamConsumerCommand,
  type Shard,
  SplitShardCommand,
  type StartingPosition,
  SubscribeToShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis'
import { account, client, region, startLake } from '../testing/lake.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let kinesis: KinesisClient
before(async () => {
  lake = await startLake({ clock: 'simulated' })
  kinesis = new KinesisClient({ ...client(lake.url), maxAttempts: 1 })
})
after(async () => {
  kinesis.destroy()
  await lake.close()
  assert.deepEqual(lake.failures, [])
})

const arn = (name: string) => `arn:aws:kinesis:${region}:${account}:stream/${name}`

interface Lease {
  readonly shardId: string
  readonly parents: readonly string[]
  /** The last number read; TRIM_HORIZON before the first; SHARD_END behind the last. */
  checkpoint: string
  held: boolean
}

/** What KCL keeps in DynamoDB. */
class Leases {
  readonly #leases = new Map<string, Lease>()

  learn(shardId: string, parents: readonly string[]): void {
    if (!this.#leases.has(shardId))
      this.#leases.set(shardId, { shardId, parents, checkpoint: 'TRIM_HORIZON', held: false })
  }

  learnChildren(children: readonly ChildShard[]): void {
    for (const { ShardId = '', ParentShards = [] } of children) this.learn(ShardId, ParentShards)
  }

  /** A lease that nobody holds and whose parents have all been found and read to their ends. */
  take(): Lease | undefined {
    for (const lease of this.#leases.values()) {
      const ready = lease.parents.every(parent => this.#leases.get(parent)?.checkpoint === 'SHARD_END')
      if (lease.held || lease.checkpoint === 'SHARD_END' || !ready) continue
      lease.held = true
      return lease
    }
    return undefined
  }

  get all(): readonly Lease[] {
    return [...this.#leases.values()]
  }
}

/** Everything that was read, held against everything that was put. */
class Ledger {
  readonly put: string[] = []
  readonly read: string[] = []
  producing = true

  get isDone(): boolean {
    return !this.producing && this.read.length >= this.put.length
  }

  take(records: readonly Record[]): void {
    for (const { Data } of records) this.read.push(Buffer.from(Data ?? []).toString())
  }

  check(): void {
    assert.equal(new Set(this.read).size, this.read.length, 'none twice')
    assert.deepEqual([...this.read].sort(), [...this.put].sort(), 'none lost')
    const lastOf = new Map<string, number>()
    for (const text of this.read) {
      const [key = '', count] = text.split(' ')
      assert.ok(Number(count) > (lastOf.get(key) ?? -1), `${key} in order`)
      lastOf.set(key, Number(count))
    }
  }
}

/** Two producers with keys of their own, each waiting for its answer, as many rounds as it takes to cut the stream anew. */
async function produce(StreamName: string, ledger: Ledger, isResharding: () => boolean): Promise<void> {
  const produceOne = async (producer: number) => {
    for (let round = 0; round < 10 || isResharding(); round++) {
      const texts = Array.from({ length: 20 }, (_, nth) => `p${producer}-key${nth} ${round}`)
      const Records = texts.map(text => ({ Data: Buffer.from(text), PartitionKey: text.split(' ')[0] }))
      const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
      assert.equal(FailedRecordCount ?? 0, 0)
      ledger.put.push(...texts)
    }
  }
  await Promise.all([produceOne(1), produceOne(2)])
  ledger.producing = false
}

async function reshard(StreamName: string): Promise<void> {
  const shards = async (): Promise<readonly Shard[]> => {
    const { Shards = [] } = await kinesis.send(
      new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }),
    )
    const first = (shard: Shard) => BigInt(shard.HashKeyRange?.StartingHashKey ?? 0)
    return Shards.sort((one, other) => (first(one) < first(other) ? -1 : 1))
  }
  const split = async (shard: Shard | undefined) => {
    const { StartingHashKey = '0', EndingHashKey = '0' } = shard?.HashKeyRange ?? {}
    const NewStartingHashKey = String((BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n)
    await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: shard?.ShardId, NewStartingHashKey }))
  }
  const scale = (TargetShardCount: number) =>
    kinesis.send(new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }))
  await split((await shards())[0])
  await scale(5)
  const [one, two] = await shards()
  await kinesis.send(
    new MergeShardsCommand({ StreamName, ShardToMerge: one?.ShardId, AdjacentShardToMerge: two?.ShardId }),
  )
  await split((await shards())[2])
  await scale(3)
  await scale(2)
}

async function firstLeases(StreamName: string): Promise<Leases> {
  const shards: Shard[] = []
  let NextToken: string | undefined
  do {
    const begin = { StreamName, ShardFilter: { Type: 'AT_TRIM_HORIZON' } } as const
    const page = await kinesis.send(
      new ListShardsCommand({ ...(NextToken === undefined ? begin : { NextToken }), MaxResults: 1 }),
    )
    shards.push(...(page.Shards ?? []))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  const listed = new Set(shards.map(shard => shard.ShardId))
  const leases = new Leases()
  // A parent that is not listed has expired.
  for (const { ShardId = '', ParentShardId, AdjacentParentShardId } of shards)
    leases.learn(
      ShardId,
      [ParentShardId, AdjacentParentShardId].flatMap(parent =>
        parent !== undefined && listed.has(parent) ? [parent] : [],
      ),
    )
  return leases
}

const positionOf = ({ checkpoint }: Lease): StartingPosition =>
  checkpoint === 'TRIM_HORIZON'
    ? { Type: 'TRIM_HORIZON' }
    : { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: checkpoint }

/** Holds a lease for some reads, then lets another worker have it. */
async function poll(StreamName: string, lease: Lease, leases: Leases, ledger: Ledger): Promise<void> {
  const { Type, SequenceNumber } = positionOf(lease)
  let { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: lease.shardId,
      ShardIteratorType: Type,
      StartingSequenceNumber: SequenceNumber,
    }),
  )
  for (let reads = 0; reads < 7 && ShardIterator !== undefined; reads++) {
    const {
      Records = [],
      NextShardIterator,
      ChildShards = [],
    } = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 25 }))
    ledger.take(Records)
    leases.learnChildren(ChildShards)
    lease.checkpoint =
      NextShardIterator === undefined ? 'SHARD_END' : (Records.at(-1)?.SequenceNumber ?? lease.checkpoint)
    ShardIterator = NextShardIterator
  }
  lease.held = false
}

/** Reads a lease's shard by subscriptions, renewing them, to its end or until all is read. */
async function follow(ConsumerARN: string, lease: Lease, leases: Leases, ledger: Ledger): Promise<void> {
  while (lease.checkpoint !== 'SHARD_END' && !ledger.isDone) {
    const { EventStream } = await kinesis.send(
      new SubscribeToShardCommand({ ConsumerARN, ShardId: lease.shardId, StartingPosition: positionOf(lease) }),
    )
    for await (const { SubscribeToShardEvent: event } of EventStream ?? []) {
      assert.ok(event)
      ledger.take(event.Records ?? [])
      leases.learnChildren(event.ChildShards ?? [])
      lease.checkpoint = event.ContinuationSequenceNumber ?? 'SHARD_END'
      if (ledger.isDone) break
    }
  }
}

test('two polling workers that hand leases to each other read everything through reshards', async () => {
  const StreamName = 'polled'
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }))
  const [ledger, leases] = [new Ledger(), await firstLeases(StreamName)]
  let resharding = true
  const worker = async () => {
    while (!ledger.isDone) {
      const lease = leases.take()
      if (lease === undefined) await new Promise(resolve => setImmediate(resolve))
      else await poll(StreamName, lease, leases, ledger)
    }
  }
  await Promise.all([
    produce(StreamName, ledger, () => resharding),
    reshard(StreamName).finally(() => {
      resharding = false
    }),
    worker(),
    worker(),
  ])
  ledger.check()
  assert.ok(leases.all.filter(lease => lease.checkpoint === 'SHARD_END').length > 5)
})

test('a fan-out consumer reads everything through reshards, and through the ends of its subscriptions', async () => {
  const StreamName = 'followed'
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }))
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN: arn(StreamName), ConsumerName: 'app' }),
  )
  const [ledger, leases] = [new Ledger(), await firstLeases(StreamName)]
  let busy = true
  const worker = async () => {
    const following: Promise<void>[] = []
    while (!ledger.isDone) {
      const lease = leases.take()
      if (lease === undefined) await new Promise(resolve => setImmediate(resolve))
      else following.push(follow(Consumer?.ConsumerARN ?? '', lease, leases, ledger))
    }
    // Signs of life let those see that all is read who wait at the tip of an idle shard.
    const ended = Promise.all(following)
    await lake.lake.clock.advance({ milliseconds: 5000 })
    await ended
  }
  const disturb = async () => {
    for (let minutes = 0; minutes < 3; minutes++) {
      await lake.lake.clock.advance({ milliseconds: 5 * 60_000 })
      await reshard(StreamName).catch(error => assert.fail(String(error)))
    }
    busy = false
  }
  await Promise.all([produce(StreamName, ledger, () => busy), disturb(), worker()])
  ledger.check()
  assert.ok(leases.all.filter(lease => lease.checkpoint === 'SHARD_END').length > 10)
})

test('DescribeStream pages through open and closed shards alike', async () => {
  const StreamName = 'described-in-pages'
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }))
  await reshard(StreamName)
  const { Shards: all = [] } = await kinesis.send(new ListShardsCommand({ StreamName }))
  const paged: (string | undefined)[] = []
  let more: boolean | undefined = true
  while (more) {
    const { StreamDescription }: DescribeStreamCommandOutput = await kinesis.send(
      new DescribeStreamCommand({ StreamName, Limit: 3, ExclusiveStartShardId: paged.at(-1) }),
    )
    paged.push(...(StreamDescription?.Shards?.map(shard => shard.ShardId) ?? []))
    more = StreamDescription?.HasMoreShards
  }
  assert.deepEqual(
    paged,
    all.map(shard => shard.ShardId),
  )
  assert.ok(all.some(shard => shard.SequenceNumberRange?.EndingSequenceNumber !== undefined))
})
