/**
 * A real server is killed with SIGKILL at random instants while one application polls a stream and another is pushed to.
 * Both go on from the last record that they saw. In the end each has seen every acknowledged record once, in the order of
 * its shard, and nothing that is not in the stream: what a consumer was shown before a kill is there after it.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  type _Record as KinesisRecord,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis'
import { account, client, region } from '../testing/lake.ts'
import { type Server, startServer } from '../testing/server.ts'

const kills = 6
const StreamName = 'watched'
const StreamARN = `arn:aws:kinesis:${region}:${account}:stream/${StreamName}`
const shardIds = ['shardId-000000000000', 'shardId-000000000001']

const numberOf = ({ Data }: KinesisRecord): number => Number.parseInt(Buffer.from(Data ?? []).toString(), 10)

/** What one application has seen of one shard, over all lives of the server. */
class Watching {
  readonly shardId: string
  readonly numbers: number[] = []
  lastSeen: string | undefined

  constructor(shardId: string) {
    this.shardId = shardId
  }

  see(records: readonly KinesisRecord[] = []): void {
    for (const record of records) {
      const { SequenceNumber = '' } = record
      assert.ok(
        this.lastSeen === undefined || BigInt(SequenceNumber) > BigInt(this.lastSeen),
        'in the order of the shard',
      )
      this.lastSeen = SequenceNumber
      this.numbers.push(numberOf(record))
    }
  }
}

type While = () => boolean

async function poll(kinesis: KinesisClient, watching: Watching, goesOn: While): Promise<void> {
  const from =
    watching.lastSeen === undefined
      ? { ShardIteratorType: 'TRIM_HORIZON' as const }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, StartingSequenceNumber: watching.lastSeen }
  const input = { StreamName, ShardId: watching.shardId, ...from }
  let { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(input))
  while (goesOn()) {
    const { Records, NextShardIterator } = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 200 }))
    watching.see(Records)
    ShardIterator = NextShardIterator
  }
}

async function listen(kinesis: KinesisClient, ConsumerARN: string, watching: Watching, goesOn: While): Promise<void> {
  const StartingPosition =
    watching.lastSeen === undefined
      ? { Type: 'TRIM_HORIZON' as const }
      : { Type: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber: watching.lastSeen }
  const input = { ConsumerARN, ShardId: watching.shardId, StartingPosition }
  const { EventStream = [] } = await kinesis.send(new SubscribeToShardCommand(input))
  for await (const { SubscribeToShardEvent } of EventStream as AsyncIterable<{
    readonly SubscribeToShardEvent?: { readonly Records?: KinesisRecord[] }
  }>) {
    watching.see(SubscribeToShardEvent?.Records)
    if (!goesOn()) return
  }
}

/** Puts until the server is gone; an answer is never a refusal. */
async function produce(kinesis: KinesisClient, acknowledged: Set<number>, next: () => number): Promise<void> {
  for (;;) {
    const numbers = Array.from({ length: 30 }, next)
    const Records = numbers.map(number => ({ Data: Buffer.from(`${number} …`), PartitionKey: `key-${number}` }))
    const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName, Records }))
    assert.equal(FailedRecordCount, 0)
    for (const number of numbers) acknowledged.add(number)
  }
}

/** What a killed server leaves its clients with is no failure of theirs; an answer that refuses is. */
async function untilKilled(work: Promise<void>): Promise<void> {
  await work.catch(error => {
    const answered = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode
    if ((answered !== undefined && answered !== 200) || error instanceof assert.AssertionError) throw error
  })
}

const milliseconds = (count: number) => new Promise(resolve => setTimeout(resolve, count))

test('killed at random instants, a server shows each consumer every record once', {
  timeout: 240_000,
}, async context => {
  const directory = await mkdtemp(join(tmpdir(), 'biwa-kill-'))
  let server: Server | undefined
  context.after(async () => {
    await server?.kill()
    await rm(directory, { recursive: true, force: true })
  })
  const acknowledged = new Set<number>()
  let numbers = 0
  const pollers = shardIds.map(id => new Watching(id))
  const listeners = shardIds.map(id => new Watching(id))
  let ConsumerARN = ''
  // A slow machine needs more lives than these to mean anything.
  for (let life = 0; life < kills || acknowledged.size <= 200; life++) {
    server = await startServer(directory)
    const kinesis = new KinesisClient({ ...client(server.url), maxAttempts: 1 })
    if (life === 0) {
      await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: shardIds.length }))
      const { Consumer } = await kinesis.send(
        new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'listener' }),
      )
      ConsumerARN = Consumer?.ConsumerARN ?? ''
    }
    let alive = true
    const work = [
      produce(kinesis, acknowledged, () => numbers++),
      produce(kinesis, acknowledged, () => numbers++),
      ...pollers.map(watching => poll(kinesis, watching, () => alive)),
      ...listeners.map(watching => listen(kinesis, ConsumerARN, watching, () => alive)),
    ].map(untilKilled)
    await milliseconds(randomInt(200, 1200))
    await server.kill()
    alive = false
    await Promise.all(work)
    kinesis.destroy()
  }

  server = await startServer(directory)
  const kinesis = new KinesisClient({ ...client(server.url), maxAttempts: 1 })
  const whole = shardIds.map(id => new Watching(id))
  for (const watching of [...whole, ...pollers]) await toTheTip(kinesis, watching)
  const inStream = whole.flatMap(({ numbers }) => numbers)
  assert.equal(new Set(inStream).size, inStream.length, 'no record is in the stream twice')
  const missing = [...acknowledged.difference(new Set(inStream))].slice(0, 5)
  assert.deepEqual(missing, [], 'acknowledged and not in the stream')
  for (const [place, { numbers }] of whole.entries()) {
    const listener = listeners[place]
    assert.deepEqual(pollers[place]?.numbers, numbers, 'who polls has seen the whole shard')
    const behind = () => listener !== undefined && listener.numbers.length < numbers.length
    if (listener && behind()) await listen(kinesis, ConsumerARN, listener, behind)
    assert.deepEqual(listener?.numbers, numbers, 'who is pushed to has seen the whole shard')
  }
  kinesis.destroy()
})

async function toTheTip(kinesis: KinesisClient, watching: Watching): Promise<void> {
  let before = -1
  await poll(kinesis, watching, () => {
    const more = watching.numbers.length > before
    before = watching.numbers.length
    return more
  })
}
