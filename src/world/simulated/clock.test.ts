// Moving time runs all that falls due, in order, each to its end, and leaves nothing under way.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { Background } from '../background.ts'
import { type Log, SilentLog } from '../log.ts'
import { SimulatedClock } from './clock.ts'

let background: Background
let clock: SimulatedClock
let ran: string[]

beforeEach(() => {
  background = new Background(new SilentLog())
  clock = new SimulatedClock({ startAt: 1000, background })
  ran = []
})

const note = (name: string) => () => void ran.push(`${name} at ${clock.now()}`)

test('appointments come in the order of their instants', async () => {
  clock.at(1300, 'c', note('c'))
  clock.at(1100, 'a', note('a'))
  clock.at(1300, 'd', note('d'))
  clock.at(1200, 'b', note('b'))
  assert.deepEqual(await clock.advance(250), ['a', 'b'])
  assert.equal(clock.now(), 1250)
  assert.equal(clock.elapsed(), 250)
  assert.deepEqual(await clock.advanceTo(5000), [
    { name: 'c', at: 1300 },
    { name: 'd', at: 1300 },
  ])
  assert.deepEqual(ran, ['a at 1100', 'b at 1200', 'c at 1300', 'd at 1300'])
})

test('what was appointed while the clock stood comes by name, whichever was appointed first', async () => {
  clock.at(1300, 'late', note('late'))
  clock.at(1200, 'b', note('b'))
  clock.at(1200, 'a', note('a'))
  clock.at(1100, 'z', () => void clock.at(1200, 'Before', note('Before')))
  assert.deepEqual(await clock.advance(300), ['z', 'a', 'b', 'Before', 'late'])
})

test('what an appointment makes is run too when it falls due on the way', async () => {
  const again = () => {
    ran.push(`again at ${clock.now()}`)
    clock.at(clock.now() + 100, 'again', again)
  }
  clock.at(1100, 'again', again)
  assert.deepEqual(await clock.advance(350), ['again', 'again', 'again'])
  assert.deepEqual(ran, ['again at 1100', 'again at 1200', 'again at 1300'])
})

test('each appointment ends, with the background work it began, before the next comes', async () => {
  clock.at(1100, 'first', async () => {
    await Promise.resolve()
    background.run('work', async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve()
      note('work')()
    })
  })
  clock.at(1200, 'second', note('second'))
  await clock.advance(1000)
  assert.deepEqual(ran, ['work at 1100', 'second at 1200'])
})

test('a cancelled appointment does not come', async () => {
  clock.at(1100, 'a', note('a')).cancel()
  assert.deepEqual(await clock.advance(1000), [])
})

test('what is due already comes without the clock moving, after the caller has returned', async () => {
  clock.at(900, 'late', note('late'))
  assert.deepEqual(ran, [])
  await background.settled()
  assert.deepEqual(ran, ['late at 1000'])
  assert.deepEqual(await clock.advance(1000), [])
})

test('an appointment that fails is told to the log, and time goes on', async () => {
  const told: string[] = []
  const log: Log = { info() {}, warn() {}, error: text => void told.push(text) }
  background = new Background(log)
  clock = new SimulatedClock({ startAt: 0, background })
  clock.at(1, 'bad', () => {
    throw new Error('no')
  })
  clock.at(2, 'good', note('good'))
  assert.deepEqual(await clock.advance(5), ['bad', 'good'])
  assert.deepEqual(told, ['"bad" failed in the background'])
})

test('two who move the clock do so one after the other, and nobody moves it back', async () => {
  clock.at(1100, 'a', note('a'))
  const [first, second] = await Promise.all([clock.advance(200), clock.advance(300)])
  assert.deepEqual([first, second], [['a'], []])
  assert.equal(clock.now(), 1500)
  await clock.advanceTo(10)
  assert.equal(clock.now(), 1500)
})

test('what waits is told in the order in which it will come, without what was cancelled', () => {
  clock.at(1300, 'c', note('c'))
  clock.at(1100, 'a', note('a'))
  clock.at(1200, 'b', note('b')).cancel()
  clock.at(1300, 'd', note('d'))
  assert.deepEqual(clock.next(), { name: 'a', at: 1100 })
  assert.deepEqual(
    clock.due().map(({ name }) => name),
    ['a', 'c', 'd'],
  )
})

test('a hundred thousand appointments, most of them cancelled, cost no more each than a few do', async () => {
  const kept = new Set<string>()
  for (let nth = 0; nth < 100_000; nth++) {
    const appointment = clock.at(2000 + nth, `${nth}`, () => void kept.add(`${nth}`))
    if (nth % 100 > 0) appointment.cancel()
  }
  const ran = await clock.advance(200_000)
  assert.equal(ran.length, 1000)
  assert.deepEqual(ran, [...kept])
  assert.equal(clock.next(), undefined)
})
