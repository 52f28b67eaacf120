/**
 * What must hold at the end of a run, whatever happened in it. Each checker looks at one property and says what it found;
 * none of them knows how the lake works.
 */
import { gunzipSync } from 'node:zlib'
import { type Shard, StreamName, type Try } from './consumers.ts'
import { type History, idOf, type Put, type Seen, seenOf } from './history.ts'
import type { Bucket } from './lay-out.ts'

interface Consumer {
  readonly name: string
  readonly seen: readonly Seen[]
}

export interface Findings {
  readonly history: History
  readonly shards: readonly Shard[]
  /** All that is in the stream in the end. */
  readonly whole: Consumer
  readonly consumers: readonly Consumer[]
  /** By bucket and key. */
  readonly objects: ReadonlyMap<string, Buffer>
  readonly attempt: Try
  readonly buckets: readonly (readonly [Bucket, Put['into']])[]
}

export async function check(findings: Findings): Promise<void> {
  const { history, whole, consumers, shards } = findings
  tiles(shards)
  nothingInvented(whole, history)
  noneRefused(whole, history)
  noneTwice(whole)
  noneLost(whole, history.acknowledged('stream'))
  rising(whole)
  asAcknowledged(whole, history)
  await instants(findings)
  const inStream = new Set(whole.seen.map(({ id }) => id))
  for (const consumer of consumers) {
    noneTwice(consumer)
    nothingInvented(consumer, history)
    rising(consumer)
    keysInOrder(
      consumer.name,
      consumer.seen.map(({ id }) => id),
      history,
    )
    same(`what the ${consumer.name} saw is what is in the stream`, new Set(consumer.seen.map(({ id }) => id)), inStream)
  }
  const direct = new Set(history.acknowledged('direct').map(({ id }) => id))
  for (const [bucket, into] of findings.buckets)
    delivered(findings, bucket, into, into === 'stream' ? inStream : direct)
}

/** Open shards cover every hash key once; so do the children of each closed shard. */
function tiles(shards: readonly Shard[]): void {
  const open = shards.filter(({ SequenceNumberRange }) => SequenceNumberRange.EndingSequenceNumber === undefined)
  const ranges = open
    .map(({ HashKeyRange }) => [BigInt(HashKeyRange.StartingHashKey), BigInt(HashKeyRange.EndingHashKey)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  let next = 0n
  for (const [from, to] of ranges) {
    if (from !== next) throw new Error(`the open shards leave a gap or overlap at ${next}`)
    next = to + 1n
  }
  if (next !== 1n << 128n) throw new Error(`the open shards end at ${next}`)
}

function nothingInvented({ name, seen }: Consumer, history: History): void {
  for (const { id, text } of seen)
    if (history.puts.get(id)?.text !== text)
      throw new Error(`the ${name} sees '${text.slice(0, 40)}', which nobody put`)
}

function noneRefused({ name, seen }: Consumer, history: History): void {
  for (const { id } of seen)
    if (history.puts.get(id)?.refused) throw new Error(`the ${name} sees record ${id}, which was refused`)
}

function noneTwice({ name, seen }: Consumer): void {
  const ids = new Set<number>()
  for (const { id } of seen) {
    if (ids.has(id)) throw new Error(`the ${name} sees record ${id} twice`)
    ids.add(id)
  }
}

function noneLost({ name, seen }: Consumer, acknowledged: readonly Put[]): void {
  const ids = new Set(seen.map(({ id }) => id))
  for (const { id } of acknowledged)
    if (!ids.has(id)) throw new Error(`record ${id} was acknowledged, and the ${name} misses it`)
}

/** Sequence numbers and arrival times rise within each shard. */
function rising({ name, seen }: Consumer): void {
  const last = new Map<string, Seen>()
  for (const record of seen) {
    const before = last.get(record.shardId)
    const falls =
      before && (BigInt(before.sequenceNumber) >= BigInt(record.sequenceNumber) || before.arrivedAt > record.arrivedAt)
    if (falls) throw new Error(`the ${name} sees record ${record.id} after ${before.id}, in the wrong order`)
    last.set(record.shardId, record)
  }
}

/** A record is where its acknowledgement said that it is. */
function asAcknowledged({ seen }: Consumer, history: History): void {
  for (const { id, shardId, sequenceNumber } of seen) {
    const place = history.puts.get(id)?.place
    if (place && (place.shardId !== shardId || place.sequenceNumber !== sequenceNumber))
      throw new Error(
        `record ${id} was acknowledged in ${place.shardId} at ${place.sequenceNumber}, and is in ${shardId} at ${sequenceNumber}`,
      )
  }
}

/** Of one key, through reshards: what was acknowledged before another was put comes before it; a request keeps its order. */
function keysInOrder(name: string, ids: readonly number[], history: History): void {
  const before = new Map<string, Put[]>()
  for (const id of ids) {
    const put = history.puts.get(id)
    if (put === undefined) continue
    const earlier = before.get(put.key) ?? []
    before.set(put.key, earlier)
    const wrong = earlier.find(one => comesBefore(put, one))
    if (wrong) throw new Error(`${name}: record ${id} of ${put.key} comes after ${wrong.id}, which was put later`)
    earlier.push(put)
  }
}

const comesBefore = (one: Put, other: Put): boolean =>
  one.request === other.request ? one.id < other.id : (one.acknowledgedAt ?? Number.POSITIVE_INFINITY) < other.begunAt

/** An iterator at an instant, or at a record, finds exactly what is there from then on. */
async function instants({ whole, attempt }: Findings): Promise<void> {
  for (const [ShardId, records] of Map.groupBy(whole.seen, ({ shardId }) => shardId)) {
    const middle = records[Math.floor(records.length / 2)]
    if (middle === undefined) continue
    const starts = [
      { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: middle.arrivedAt / 1000 },
      { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: middle.sequenceNumber },
    ] as const
    for (const start of starts) {
      const found = await firstFrom(attempt, ShardId, start)
      const expected =
        start.ShardIteratorType === 'AT_TIMESTAMP'
          ? records.find(({ arrivedAt }) => arrivedAt >= middle.arrivedAt)
          : middle
      if (found?.id !== expected?.id)
        throw new Error(
          `${start.ShardIteratorType} finds record ${found?.id} first, not ${expected?.id}, in ${ShardId}`,
        )
    }
  }
}

async function firstFrom(attempt: Try, ShardId: string, start: object): Promise<Seen | undefined> {
  const iterator = await attempt('GetShardIterator', { StreamName, ShardId, ...start })
  const read = await attempt('GetRecords', { ShardIterator: iterator?.ShardIterator, Limit: 1 })
  return seenOf(ShardId, read?.Records)[0]
}

/** The objects hold exactly those records, each once, whole, each key's in order. */
function delivered(
  { objects, history }: Findings,
  bucket: Bucket,
  into: Put['into'],
  wanted: ReadonlySet<number>,
): void {
  const of = [...objects].filter(([name]) => name.startsWith(`${bucket}/`))
  const perObject = of.map(([name, bytes]) => {
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    if (text !== '' && !text.endsWith('\n')) throw new Error(`the object ${name} ends within a record`)
    return text
      .split('\n')
      .slice(0, -1)
      .map(line => ({ ...lineOf(line), name }))
  })
  const lines = perObject.flat()
  const counts = new Map<number, string>()
  for (const { id, text, name } of lines) {
    if (history.puts.get(id)?.text !== text) throw new Error(`${name} holds '${text.slice(0, 40)}', which nobody put`)
    const key = /\/key=([^/]+)\//.exec(name)?.[1]
    if (key !== undefined && key !== history.puts.get(id)?.key)
      throw new Error(`record ${id} is in the partition of ${key}`)
    const other = counts.get(id)
    if (other !== undefined) throw new Error(`record ${id} was delivered twice: in ${other} and in ${name}`)
    counts.set(id, name)
  }
  for (const id of wanted) if (!counts.has(id)) throw new Error(`record ${id} was not delivered to ${bucket}`)
  for (const id of counts.keys())
    if (history.puts.get(id)?.into !== into) throw new Error(`record ${id} was delivered to ${bucket}`)
  for (const object of perObject)
    keysInOrder(
      object[0]?.name ?? '',
      object.map(({ id }) => id),
      history,
    )
}

function lineOf(line: string) {
  return { id: idOf(line), text: `${line}\n` }
}

function same(what: string, found: ReadonlySet<number>, wanted: ReadonlySet<number>): void {
  const [missing] = wanted.difference(found)
  const [more] = found.difference(wanted)
  if (missing !== undefined) throw new Error(`${what}: not so, record ${missing} was missed`)
  if (more !== undefined) throw new Error(`${what}: not so, record ${more} was seen and is gone`)
}
