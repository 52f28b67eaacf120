// A subscriber gets every record of its shard in order and once, from where it asked to begin until its time is over, it
// is taken over, or what it reads is gone.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { type SimulatedWorld, simulatedWorld } from '../../../test/testing/simulated-world.ts'
import type { Consumer } from './consumers.ts'
import type { StartingPoint } from './iterators.ts'
import { Kinesis } from './kinesis.ts'
import { RecordBatch } from './record-batch.ts'
import { splitShard } from './resharding.ts'
import type { Stream } from './stream.ts'
import type { Subscription, SubscriptionEvent } from './subscription.ts'
import type { StreamSettings } from './tables.ts'

const scope = { account: '000000000000', region: 'ap-northeast-1' }
const settings: StreamSettings = {
  mode: 'PROVISIONED',
  retentionHours: 24,
  recordKibMax: 1024,
  shardMetrics: [],
  distribution: 'USER_PARTITION_KEY',
}
const firstShard = 'shardId-000000000000'
const seconds = 1000

let world: SimulatedWorld
let kinesis: Kinesis
let stream: Stream
let consumer: Consumer

beforeEach(async () => {
  world = await simulatedWorld()
  kinesis = new Kinesis(world)
  await kinesis.start()
  stream = await kinesis.create(scope, { name: 's', shardCount: 1, settings, tags: {} })
  consumer = await register('reader')
})

const register = (name: string) => kinesis.consumers.register(stream, { name, tags: {}, now: world.clock.now() })
const put = async (...texts: string[]) => {
  const placed = await stream.put(
    RecordBatch.of(texts.map(text => ({ data: Buffer.from(text), partitionKey: 'key' }))),
    world.clock.now(),
  )
  return Array.from(placed, place => ('sequenceNumber' in place ? place.sequenceNumber : assert.fail('a put failed')))
}
const subscribe = (from: StartingPoint = { type: 'TRIM_HORIZON' }, who = consumer, shard = firstShard) =>
  kinesis.fanOut.subscribe(who, shard, from)
const textsOf = (event: SubscriptionEvent) => event.records.map(record => Buffer.from(record.data).toString())

/** Its events, taken when the test asks for them. */
class Reader {
  readonly #events: AsyncIterator<SubscriptionEvent, void>

  constructor(subscription: Subscription) {
    this.#events = subscription[Symbol.asyncIterator]()
  }

  async next(): Promise<SubscriptionEvent> {
    const { value } = await this.#events.next()
    return value ?? assert.fail('the subscription has ended')
  }

  /** Asks now, and answers later. */
  asking() {
    return this.#events.next()
  }

  async leave(): Promise<void> {
    await this.#events.return?.()
  }
}
const reading = async (...args: Parameters<typeof subscribe>) => new Reader(await subscribe(...args))

test('what is in the shard comes first, then each arrival is pushed without the clock moving', async () => {
  await put('a', 'b')
  const reader = await reading()
  assert.deepEqual(textsOf(await reader.next()), ['a', 'b'])
  const pushed = reader.asking()
  await put('c')
  assert.deepEqual(textsOf((await pushed).value ?? assert.fail()), ['c'])
  await reader.leave()
})

test('every kind of starting position begins where an iterator of that kind begins', async () => {
  const [first = '', second = ''] = await put('a', 'b')
  await world.clock.advance(10)
  const at = world.clock.now()
  await put('c')
  const starts: readonly (readonly [StartingPoint, readonly string[]])[] = [
    [{ type: 'TRIM_HORIZON' }, ['a', 'b', 'c']],
    [{ type: 'LATEST' }, []],
    [{ type: 'AT_SEQUENCE_NUMBER', sequenceNumber: second }, ['b', 'c']],
    [{ type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: first }, ['b', 'c']],
    [{ type: 'AT_TIMESTAMP', timestamp: at }, ['c']],
  ]
  for (const [from, texts] of starts) {
    const reader = await reading(from)
    assert.deepEqual(textsOf(await reader.next()), texts, from.type)
    await reader.leave()
    await world.clock.advance(5 * seconds)
  }
})

test('an event says where to go on, whether one goes on AT it or AFTER it, also before the first record', async () => {
  const empty = await reading()
  const { continuation: beforeAny = '' } = await empty.next()
  await empty.leave()
  await put('a', 'b')
  await world.clock.advance(5 * seconds)
  const reader = await reading({ type: 'AT_SEQUENCE_NUMBER', sequenceNumber: beforeAny })
  const event = await reader.next()
  assert.deepEqual(textsOf(event), ['a', 'b'])
  await reader.leave()
  await put('c')
  for (const type of ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER'] as const) {
    await world.clock.advance(5 * seconds)
    const next = await reading({ type, sequenceNumber: event.continuation })
    assert.deepEqual(textsOf(await next.next()), ['c'])
    await next.leave()
  }
})

test('a shard in which nothing happens sends an empty event every five seconds, and is done after five minutes', async () => {
  const reader = await reading({ type: 'LATEST' })
  assert.deepEqual(textsOf(await reader.next()), [])
  let empty = 0
  for (;;) {
    const asked = reader.asking()
    await new Promise(resolve => setImmediate(resolve))
    await world.clock.advance(5 * seconds)
    const { done, value } = await asked
    if (done) break
    assert.deepEqual([textsOf(value), value.millisecondsBehind], [[], 0])
    empty++
  }
  assert.equal(empty, 59)
})

test('a closed shard ends with its children and nowhere to go on', async () => {
  await put('a')
  const reader = await reading()
  await reader.next()
  const last = reader.asking()
  await splitShard(kinesis, stream, { shardId: firstShard, at: String(1n << 127n), now: world.clock.now() })
  const { value } = await last
  assert.ok(value)
  assert.deepEqual([value.continuation, value.millisecondsBehind], [undefined, 0])
  assert.deepEqual(
    value.children.map(child => child.id),
    ['shardId-000000000001', 'shardId-000000000002'],
  )
  assert.equal((await reader.asking()).done, true)
  await world.clock.advance(5 * seconds)
  await put('b')
  const again = await reading()
  const whole = await again.next()
  assert.deepEqual([textsOf(whole), whole.children.length], [['a'], 2])
})

test('within five seconds a second subscription is refused; later it takes over and the first fails', async () => {
  const first = await reading()
  await first.next()
  const inUse = { code: 'ResourceInUseException', message: /Another active subscription exists for this consumer/ }
  await world.clock.advance(4 * seconds)
  await assert.rejects(subscribe(), inUse)
  await first.leave()
  await assert.rejects(subscribe(), inUse, 'also when the first one has left')
  await world.clock.advance(1 * seconds)
  const second = await reading()
  await second.next()
  const waiting = second.asking()
  waiting.catch(() => undefined)
  await world.clock.advance(5 * seconds)
  await waiting
  const third = await reading()
  await assert.rejects(second.asking(), inUse)
  await put('a')
  assert.deepEqual(textsOf(await third.next()), ['a'])
})

test('several consumers of a shard each get everything, and a slow one does not hold up another', async () => {
  const slow = await reading({ type: 'TRIM_HORIZON' })
  const fast = await reading({ type: 'TRIM_HORIZON' }, await register('fast'))
  await fast.next()
  const got: string[] = []
  for (const text of ['a', 'b', 'c']) {
    const pushed = fast.asking()
    await put(text)
    got.push(...textsOf((await pushed).value ?? assert.fail()))
  }
  assert.deepEqual(got, ['a', 'b', 'c'])
  assert.deepEqual(textsOf(await slow.next()), ['a', 'b', 'c'])
})

test('behind the tip an event tells how far, at the tip it tells zero', async () => {
  const large = 'x'.repeat(700_000)
  await put(large)
  await put(large)
  await world.clock.advance(1234)
  const reader = await reading()
  assert.equal((await reader.next()).millisecondsBehind, 1234)
  assert.equal((await reader.next()).millisecondsBehind, 0)
})

test('deregistering a consumer and deleting the stream end their subscriptions', async () => {
  const other = await register('other')
  const deregistered = await reading()
  const deleted = await reading({ type: 'LATEST' }, other)
  await deregistered.next()
  await deleted.next()
  const [one, two] = [deregistered.asking(), deleted.asking()]
  const gone = { code: 'ResourceNotFoundException' }
  const both = Promise.all([assert.rejects(one, gone), assert.rejects(two, gone)])
  await kinesis.deregister(consumer)
  await assert.rejects(subscribe(), gone)
  await kinesis.remove(stream)
  await both
})

test('a stream takes twenty consumers, each name once, and keeps them and its policy over a restart', async () => {
  for (let nth = 1; nth < 20; nth++) await register(`c${nth}`)
  await assert.rejects(register('c1'), { code: 'ResourceInUseException' })
  await assert.rejects(register('one-more'), { code: 'LimitExceededException' })
  const allowed = { Effect: 'Allow', Principal: '*', Action: 'kinesis:PutRecord', Resource: stream.arn }
  const policy = JSON.stringify({ Statement: allowed })
  await kinesis.policies.put(stream.arn, policy)
  await world.crash()
  kinesis = new Kinesis(world)
  await kinesis.start()
  stream = kinesis.stream(scope, 's')
  assert.equal(kinesis.consumers.count(stream), 20)
  assert.equal(kinesis.policies.of(stream.arn), policy)
  await kinesis.deregister(kinesis.consumers.named(scope.account, { arn: consumer.arn }))
  await register('one-more')
  await assert.rejects(kinesis.remove(stream, { consumersToo: false }), { code: 'ResourceInUseException' })
  await kinesis.remove(stream)
  assert.equal(kinesis.policies.of(stream.arn), undefined)
  assert.throws(() => kinesis.consumers.named(scope.account, { arn: consumer.arn }), {
    code: 'ResourceNotFoundException',
  })
})
