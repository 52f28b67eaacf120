// The sums of a backlog are those of what lies in its lanes, however arrivals, counting and delivering interleave.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Backlog } from './backlog.ts'
import { type Arrival, Part, type ReadLimits, type Source, SourceRecord, type Watcher } from './source.ts'

/** A lane in memory whose reads answer only when they are told to. */
class SlowSource implements Source {
  readonly id = 'slow'
  readonly records: SourceRecord[] = []
  #expired = 0
  #waiting: (() => void)[] = []
  #watcher: Watcher | undefined

  append(sizes: readonly number[], at: number): void {
    const index = this.records.length
    for (const size of sizes)
      this.records.push(
        new SourceRecord({ lane: 'lane', index: this.records.length, at }, new Part(Buffer.alloc(size, 'x'))),
      )
    const arrival: Arrival = { index, count: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), at }
    this.#watcher?.arrived('lane', arrival)
  }

  expire(before: number): void {
    this.#expired = Math.min(before, this.records.length)
  }

  /** Lets the reads that wait answer, with what was there when they were asked. */
  async answer(): Promise<void> {
    for (const go of this.#waiting.splice(0)) go()
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }

  lanes() {
    const read = async (index: number, limits: ReadLimits) => {
      const from = Math.max(index, this.#expired)
      const found = this.records.slice(from, from + Math.min(3, limits.maxRecords))
      await new Promise<void>(resolve => this.#waiting.push(resolve))
      return found
    }
    return [{ id: 'lane', parents: [], end: undefined, read, tip: async () => this.records.length }]
  }

  watch(watcher: Watcher) {
    this.#watcher = watcher
    return () => undefined
  }

  async release(): Promise<void> {}
}

async function through<T>(source: SlowSource, work: Promise<T>): Promise<T> {
  let done = false
  const followed = work.finally(() => {
    done = true
  })
  while (!done) await source.answer()
  return followed
}

test('arrivals during a count are counted once', async () => {
  const sizes = fc.array(fc.nat(20), { minLength: 1, maxLength: 5 })
  const before = fc.array(sizes, { maxLength: 6 })
  const during = fc.array(fc.option(sizes), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(before, during, fc.nat(6), async (already, meanwhile, expired) => {
      const source = new SlowSource()
      for (const batch of already) source.append(batch, 5)
      source.expire(expired)
      const backlog = new Backlog(source, new Map([['lane', 0]]))
      source.watch({
        arrived: (lane, arrival) => backlog.arrived(lane, arrival),
        resharded: () => undefined,
        leaving: async () => undefined,
      })
      const counting = backlog.refresh()
      for (const batch of meanwhile) {
        if (batch === null) await source.answer()
        else source.append(batch, 9)
      }
      await through(source, counting)
      source.append([7], 11)
      const kept = source.records.slice(Math.min(expired, already.flat().length))
      assert.equal(backlog.records, kept.length)
      assert.equal(
        backlog.bytes,
        kept.reduce((sum, record) => sum + record.data.length, 0),
      )
      assert.equal(backlog.since, kept[0]?.at)
    }),
  )
})

test('an object ends with the record that fills it, and what is left begins where it ended', async () => {
  const source = new SlowSource()
  const backlog = new Backlog(source, new Map([['lane', 0]]))
  source.append([40, 40, 40], 1000)
  source.append([10, 10], 2000)
  await through(source, backlog.refresh())
  const gathering = backlog.gather({ bytes: 80, milliseconds: 60_000 })
  await through(source, Array.fromAsync(gathering.batches()))
  assert.deepEqual([gathering.records, gathering.bytes, gathering.oldestAt], [2, 80, 1000])
  await through(source, backlog.settle(gathering.taken))
  assert.deepEqual([backlog.records, backlog.bytes, backlog.since], [3, 60, 1000])
})

test('records that expired before they could be delivered are passed over and told', async () => {
  const source = new SlowSource()
  const backlog = new Backlog(source, new Map([['lane', 0]]))
  source.append([10, 10, 10], 1000)
  await through(source, backlog.refresh())
  source.expire(2)
  const gathering = backlog.gather({ bytes: 80, milliseconds: 60_000 })
  await through(source, Array.fromAsync(gathering.batches()))
  const lost = [...gathering.taken.values()].map(part => [part.lost, part.records, part.next])
  assert.deepEqual(lost, [[2, 1, 3]])
  await through(source, backlog.settle(gathering.taken))
  assert.deepEqual([backlog.records, backlog.bytes, backlog.since], [0, 0, undefined])
})

test('lanes that are gone are told once, those that went before it began too', async () => {
  const source = new SlowSource()
  const backlog = new Backlog(
    source,
    new Map([
      ['lane', 0],
      ['went', 7],
    ]),
  )
  assert.deepEqual(await through(source, backlog.refresh()), { born: [], gone: ['went'] })
  source.lanes = () => []
  assert.deepEqual(await through(source, backlog.refresh()), { born: [], gone: ['lane'] })
  assert.deepEqual(await through(source, backlog.refresh()), { born: [], gone: [] })
})
