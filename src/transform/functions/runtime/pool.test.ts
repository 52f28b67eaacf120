/** Properties: no more processes than places; whoever waits is served, by a warm one or a place; what is idle ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Background } from '../../../world/background.ts'
import { SilentLog } from '../../../world/log.ts'
import { SimulatedClock } from '../../../world/simulated/clock.ts'
import { idleSecondsMax, processWaitSecondsMax } from '../limits.ts'
import type { Environment } from './environment.ts'
import { type Place, Pool, type Warm } from './pool.ts'

const never = new AbortController().signal
const always = () => true

function surroundings(places: number) {
  const clock = new SimulatedClock({ startAt: 0, background: new Background(new SilentLog()) })
  const pool = new Pool(clock, new SilentLog(), places)
  let ended = 0
  const warmOf = (key: string): Warm => {
    const environment = {
      alive: true,
      idle() {},
      async kill() {
        this.alive = false
      },
    }
    const directory = { path: '', [Symbol.asyncDispose]: async () => void ended++ }
    const fake = environment as unknown as Environment
    return { environment: fake, key, code: directory, temporary: directory, expiresAt: 0 }
  }
  /** In use, as after a cold start. */
  const started = async (key: string): Promise<Warm> => {
    const place = await pool.acquire(key, always, never)
    assert.ok(place !== undefined && 'leave' in place)
    const warm = warmOf(key)
    pool.add(warm, place)
    return warm
  }
  return { clock, pool, started, directoriesEnded: () => ended }
}

const isPlace = (found: Warm | Place | undefined): boolean => found !== undefined && 'leave' in found

test('an environment is used again for its own key, the warmest first', async () => {
  const { pool, started } = surroundings(3)
  const [first, second] = [await started('a'), await started('a')]
  pool.put(first)
  pool.put(second)
  assert.equal(await pool.acquire('a', always, never), second)
  assert.equal(await pool.acquire('a', always, never), first)
  assert.ok(isPlace(await pool.acquire('a', always, never)))
})

test('an idle environment of another key gives its place', async () => {
  const { pool, started, directoriesEnded } = surroundings(1)
  pool.put(await started('a'))
  assert.ok(isPlace(await pool.acquire('b', always, never)))
  assert.equal(directoriesEnded(), 2)
})

test('one that no longer fits is ended', async () => {
  const { pool, started } = surroundings(2)
  const warm = await started('a')
  pool.put(warm)
  assert.ok(isPlace(await pool.acquire('a', () => false, never)))
  assert.equal(warm.environment.alive, false)
})

test('whoever waits gets the next that is free, warm or not, in the order of coming', async () => {
  const { pool, started } = surroundings(2)
  const [one, two] = [await started('a'), await started('b')]
  const order: string[] = []
  const waiting = ['a', 'b', 'a'].map(async (key, index) => {
    const found = await pool.acquire(key, always, never)
    order.push(`${index}: ${isPlace(found) ? 'a place' : 'warm'}`)
    return found
  })
  pool.put(one)
  assert.equal(await waiting[0], one)
  await pool.drop(two, 'unused')
  const place = await waiting[1]
  assert.ok(place !== undefined && 'leave' in place)
  place.leave()
  await waiting[2]
  assert.deepEqual(order, ['0: warm', '1: a place', '2: a place'])
})

test('nobody waits for ever: until the time is over, the caller gives up, or the lake closes', async () => {
  const { clock, pool, started } = surroundings(1)
  await started('a')
  const inVain = pool.acquire('a', always, never)
  await clock.advance(processWaitSecondsMax * 1000)
  assert.equal(await inVain, undefined)
  const caller = new AbortController()
  const givenUp = pool.acquire('a', always, caller.signal)
  caller.abort()
  assert.equal(await givenUp, undefined)
  const closedOn = pool.acquire('a', always, never)
  await pool.close()
  assert.equal(await closedOn, undefined)
})

test('what nobody has used for a while is ended, and cleared away once', async () => {
  const { clock, pool, started, directoriesEnded } = surroundings(1)
  const warm = await started('a')
  pool.put(warm)
  await clock.advance(idleSecondsMax * 1000 - 1)
  assert.equal(warm.environment.alive, true)
  await clock.advance(1)
  await Promise.all([pool.drop(warm, 'unused'), pool.close()])
  assert.deepEqual([warm.environment.alive, directoriesEnded()], [false, 2])
})
