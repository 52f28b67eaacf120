// A gathering takes records in the order of their arrival, each lane in its own, children after their parents, and ends
// where its size and its time say; an attempt that is made again ends at the same record.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Backlog } from './backlog.ts'
import { Part, type Source, type SourceLane, SourceRecord } from './source.ts'

interface Arrived {
  readonly lane: number
  /** After the one before in its lane. */
  readonly after: number
  readonly size: number
}

function sourceOf(arrived: readonly Arrived[], pieceRecords: number): Source & { readonly records: SourceRecord[][] } {
  const records: SourceRecord[][] = [[], [], []]
  for (const { lane, after, size } of arrived) {
    const own = records[lane] as SourceRecord[]
    const at = (own.at(-1)?.at ?? 1000) + after
    own.push(new SourceRecord({ lane: String(lane), index: own.length, at }, new Part(Buffer.alloc(size, 'x'))))
  }
  const lanes: SourceLane[] = records.map((own, lane) => ({
    id: String(lane),
    // The last is a child of the first.
    parents: lane === 2 ? ['0'] : [],
    end: lane === 0 ? own.length : undefined,
    read: async index => own.slice(index, index + pieceRecords),
    tip: async () => own.length,
  }))
  return { id: 'source', records, lanes: () => lanes, watch: () => () => undefined, release: async () => undefined }
}

/** The same, by looking at everything at once. */
function expectedOf(records: readonly (readonly SourceRecord[])[], limits: { bytes: number; milliseconds: number }) {
  const places = records.map(() => 0)
  const taken: SourceRecord[] = []
  for (;;) {
    const heads = records.map((own, lane) => {
      const isOpen = lane !== 2 || places[0] === records[0]?.length
      return isOpen ? own[places[lane] ?? 0] : undefined
    })
    const at = Math.min(...heads.map(head => head?.at ?? Number.POSITIVE_INFINITY))
    const lane = heads.findIndex(head => head?.at === at)
    const head = heads[lane]
    const bytes = taken.reduce((sum, { data }) => sum + data.length, 0)
    const firstAt = taken[0]?.at
    if (head === undefined) return taken
    if (firstAt !== undefined && (bytes >= limits.bytes || head.at >= firstAt + limits.milliseconds)) return taken
    taken.push(head)
    places[lane] = (places[lane] ?? 0) + 1
  }
}

test('records come in the order of their arrival, and end at the same one whenever it is tried', async () => {
  const arrived = fc.record({ lane: fc.nat(2), after: fc.nat(30), size: fc.nat(300_000) })
  const limits = fc.record({
    bytes: fc.integer({ min: 1, max: 3_000_000 }),
    milliseconds: fc.integer({ min: 1, max: 200 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrived, { maxLength: 40 }),
      limits,
      fc.integer({ min: 1, max: 7 }),
      async (all, limit, piece) => {
        const source = sourceOf(all, piece)
        const backlog = new Backlog(source, new Map(source.lanes().map(({ id }) => [id, 0])))
        await backlog.refresh()
        const expected = expectedOf(source.records, limit).map(({ lane, index }) => `${lane}:${index}`)
        for (let attempt = 0; attempt < 2; attempt++) {
          const gathering = backlog.gather(limit)
          const found = (await Array.fromAsync(gathering.batches())).flat()
          assert.deepEqual(
            found.map(({ lane, index }) => `${lane}:${index}`),
            expected,
          )
          assert.equal(gathering.records, expected.length)
        }
      },
    ),
  )
})
