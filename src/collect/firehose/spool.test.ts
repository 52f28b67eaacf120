// What goes into a spool comes out of it, each channel in its order, however much of it had to leave memory; and a framed
// record is the one that was put in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { simulatedWorld } from '../../../test/testing/simulated-world.ts'
import { type FlowRecord, noKeys } from './flow.ts'
import { frameOf, framesOf } from './frames.ts'
import { Outputs } from './outputs.ts'
import { Spool } from './spool.ts'

const additions = fc.array(fc.tuple(fc.nat(4), fc.uint8Array({ maxLength: 30 })), { maxLength: 60 })

test('each channel gives what it was given, whatever left memory when', async () => {
  const { store, disk } = await simulatedWorld()
  await fc.assert(
    fc.asyncProperty(additions, fc.nat(200), async (added, memoryBytesMax) => {
      {
        await using spool = new Spool(() => store.blobs.scratch(), memoryBytesMax)
        const channels = Array.from({ length: 5 }, () => spool.channel())
        for (const [channel, bytes] of added) {
          spool.add(channels[channel] ?? spool.channel(), bytes)
          await spool.settle()
        }
        for (const [nth, channel] of channels.entries()) {
          const expected = Buffer.concat(added.filter(([of]) => of === nth).map(([, bytes]) => bytes))
          assert.deepEqual(Buffer.concat(await Array.fromAsync(spool.read(channel))), expected)
          assert.equal(channel.bytes, expected.length)
        }
      }
      assert.deepEqual(await disk.list('/lake/scratch'), [])
    }),
    { numRuns: 50 },
  )
})

test('frames are read as they were written, in whatever chunks they come', async () => {
  const record = fc.record({
    data: fc.uint8Array({ maxLength: 40 }),
    raw: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
    at: fc.nat(),
    index: fc.maxSafeNat(),
    part: fc.nat(1000),
    lane: fc.nat(100),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(record), fc.integer({ min: 1, max: 100 }), async (records, chunkBytes) => {
      const parts = records.flatMap(({ data, raw = data, at, index, part, lane }) => {
        const origin = { lane: '', index, at }
        const flowing: FlowRecord = { origin, part, partitionKey: undefined, raw, data, keys: noKeys }
        return [...frameOf(flowing, lane)]
      })
      const bytes = Buffer.concat(parts)
      async function* chunks() {
        for (let from = 0; from < bytes.length; from += chunkBytes) yield bytes.subarray(from, from + chunkBytes)
      }
      const read = await Array.fromAsync(framesOf(chunks()))
      assert.deepEqual(
        read.map(frame => ({ ...frame, data: [...frame.data], raw: [...frame.raw] })),
        records.map(({ raw, ...rest }) => ({ ...rest, data: [...rest.data], raw: [...(raw ?? rest.data)] })),
      )
    }),
  )
})

for (const framed of [false, true]) {
  test(`an output ends with the record that fills it, whatever is put around records, ${framed ? 'framed' : 'delimited'}`, async () => {
    const { store } = await simulatedWorld()
    await using spool = new Spool(() => store.blobs.scratch())
    const outputs = new Outputs({ spool, bytesMax: 100, delimiter: Buffer.from('##########'), framed })
    const record = (index: number): FlowRecord => {
      const data = Buffer.alloc(20, 'x')
      return {
        origin: { lane: 'l', index, at: 7 + index },
        part: 0,
        partitionKey: undefined,
        raw: data,
        data,
        keys: noKeys,
      }
    }
    for (let index = 0; index < 7; index++) outputs.add(record(index), undefined)
    assert.deepEqual(
      outputs.data.map(({ records, bytes, oldestAt, newestAt }) => [records, bytes, oldestAt, newestAt]),
      [
        [5, 100, 7, 11],
        [2, 40, 12, 13],
      ],
    )
  })
}
