// However the hash space is cut anew, its open shards cover all of it once and none has more than two parents; sequence
// numbers rise and lead back to where they came from; a record comes out of its payload as it went in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { evenRanges, hashDigits, hashOfExplicit, hashOfKey, wholeRange } from './hash.ts'
import { dataStartOf, partitionKeyOf } from './payload.ts'
import { RecordBatch } from './record-batch.ts'
import { evenLayout, Layout, type Piece } from './reshard.ts'
import { Route } from './route.ts'
import {
  parseSequenceNumber,
  sequenceNumber,
  sequenceNumberBehind,
  sequencePrefix,
  shardIdOf,
  shardNumberOf,
} from './sequence.ts'
import { Shard } from './shard.ts'

const first = (count: number): Piece[] => evenRanges(count).map((range, number) => ({ number, range, parents: [] }))

function openOf(before: readonly Piece[], layout: Layout): Piece[] {
  const open = [...before, ...layout.created].filter(piece => !layout.closed.has(piece.number))
  return open.sort((one, other) => (one.range.first < other.range.first ? -1 : 1))
}

function assertCovers(open: readonly Piece[]): void {
  assert.equal(open[0]?.range.first, 0n)
  assert.equal(open.at(-1)?.range.last, wholeRange.last)
  for (let i = 1; i < open.length; i++) assert.equal(open[i]?.range.first, (open[i - 1]?.range.last ?? 0n) + 1n)
}

test('two and three shards divide the hash space where AWS divides it', () => {
  const ends = (count: number) => evenRanges(count).map(range => String(range.last))
  assert.deepEqual(ends(2), ['170141183460469231731687303715884105727', '340282366920938463463374607431768211455'])
  assert.deepEqual(ends(3), [
    '113427455640312821154458202477256070484',
    '226854911280625642308916404954512140969',
    '340282366920938463463374607431768211455',
  ])
})

test('after any splits, merges and even scalings the open shards cover the hash space once', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('split' as const), which: fc.nat(50), where: fc.bigInt(0n, 1n << 128n) }),
    fc.record({ kind: fc.constant('merge' as const), which: fc.nat(50) }),
    fc.record({ kind: fc.constant('even' as const), count: fc.integer({ min: 1, max: 40 }) }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 12 }), (count, steps) => {
      let open = first(count)
      let next = count
      for (const change of steps) {
        let layout = new Layout(next)
        if (change.kind === 'even') layout = evenLayout(open, change.count, next)
        else {
          const piece = open[change.which % open.length] as Piece
          const after = open[open.indexOf(piece) + 1]
          const size = piece.range.last - piece.range.first
          if (change.kind === 'merge' && after) layout.merge(piece, after)
          if (change.kind === 'split' && size > 1n) layout.split(piece, piece.range.first + 1n + (change.where % size))
        }
        for (const piece of layout.created)
          assert.ok(piece.parents.length <= 2 && piece.parents.every(p => p < piece.number))
        open = openOf(open, layout)
        next += layout.created.length
        assertCovers(open)
        if (change.kind === 'even')
          assert.deepEqual(
            open.map(p => p.range),
            evenRanges(change.count),
          )
      }
    }),
  )
})

test('scaling to the count and ranges that hold already changes nothing', () => {
  const layout = evenLayout(first(5), 5, 5)
  assert.deepEqual([layout.created, layout.closed.size], [[], 0])
})

const hashNumber = (key: string) => BigInt(`0x${hashOfKey(key)}`)
const closed = { streamId: 's', open: () => Promise.reject(new Error('no record is put')) }

test("the order of a hash key's digits is the order of the numbers", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, wholeRange.last), fc.bigInt(0n, wholeRange.last), (one, other) => {
      assert.equal(hashDigits(one) < hashDigits(other), one < other)
      assert.equal(hashOfExplicit(String(one)), hashDigits(one))
    }),
  )
  assert.equal(hashOfExplicit(String(wholeRange.last + 1n)), undefined)
  assert.equal(hashOfKey(''), 'd41d8cd98f00b204e9800998ecf8427e')
})

test('a sequence number says its shard and index, and those of a child are above those of its parents', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.nat(1e9), fc.integer({ min: -1, max: 2 ** 50 }), (number, createdAt, index) => {
      const shard = { number, createdAt }
      const text = sequenceNumber(sequencePrefix(shard), index)
      assert.equal(text.length, 56)
      assert.deepEqual(parseSequenceNumber(text), { createdAt, shard: number, index })
      const behind = sequenceNumberBehind(sequencePrefix(shard), index)
      assert.deepEqual(parseSequenceNumber(behind), { createdAt, shard: number, index, behind: true })
      assert.ok(BigInt(behind) > BigInt(text))
      assert.ok(BigInt(sequenceNumber(sequencePrefix(shard), index + 1)) > BigInt(behind))
      const child = sequencePrefix({ number: number + 1, createdAt })
      assert.ok(BigInt(sequenceNumber(child, -1)) > BigInt(text))
    }),
  )
  assert.equal(parseSequenceNumber('12345'), undefined)
})

test('a shard is known by the number that its name ends with, of 31 bits', () => {
  for (const name of [shardIdOf(17), '17', 'shard-17', '-00000000000000017']) assert.equal(shardNumberOf(name), 17)
  assert.equal(shardNumberOf('shardId-002147483647'), 2 ** 31 - 1)
  for (const name of ['shardId-x', 'shardId-', '', 'ABKLFD8', '2.14E4', '17-shard', 'shardId-2147483648']) {
    assert.equal(shardNumberOf(name), undefined, name)
  }
})

test('a key goes to the shard whose range holds its hash, wherever the ranges begin', () => {
  const keys = fc.array(
    fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 50, maxLength: 70 })),
  )
  const cuts = fc.array(fc.oneof(fc.bigInt({ min: 1n, max: wholeRange.last }), fc.string().map(hashNumber)))
  fc.assert(
    fc.property(keys, cuts, (some, starts) => {
      // Begin right at, before and behind the hashes of keys as well: there 32 bits do not decide.
      const close = some.flatMap(key => [hashNumber(key) - 1n, hashNumber(key), hashNumber(key) + 1n])
      const firsts = [...new Set([0n, ...starts, ...close])].sort((one, other) => (one < other ? -1 : 1))
      const shards = firsts.map((first, number) => {
        const last = (firsts[number + 1] ?? wholeRange.last + 1n) - 1n
        return new Shard({ number, parents: [], range: { first, last }, createdAt: 0 }, closed)
      })
      const route = new Route(shards.toReversed())
      for (const key of [...some, 'sensor-1', 'é'.repeat(30)]) {
        const { first, last } = route.ofKey(key).range
        assert.ok(first <= hashNumber(key) && hashNumber(key) <= last, key)
      }
    }),
  )
})

test('a record comes out of its payload as it went in', () => {
  const record = fc.record({
    partitionKey: fc.string({ unit: 'grapheme', maxLength: 64 }),
    data: fc.uint8Array({ maxLength: 300 }),
  })
  fc.assert(
    fc.property(fc.array(record), records => {
      const payloads = RecordBatch.of(records)
      const decoded = records.map((_, nth) => {
        const bytes = Buffer.alloc(payloads.bytesOf(nth) + 5, 0xff)
        payloads.write(nth, bytes, 5)
        const dataStart = dataStartOf(bytes, 5, bytes.length)
        return { partitionKey: partitionKeyOf(bytes, 5, dataStart), data: bytes.subarray(dataStart) }
      })
      assert.equal(decoded.length, records.length)
      for (const [place, { partitionKey, data }] of decoded.entries()) {
        assert.equal(partitionKey, Buffer.from(records[place]?.partitionKey ?? '').toString())
        assert.ok(Buffer.from(records[place]?.data ?? []).equals(data))
      }
    }),
  )
})
