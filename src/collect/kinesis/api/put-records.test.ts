// What is read and written in columns says what it would say item by item; and what is not plainly sound is left to those who
// read it item by item and say what is wrong.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../gateway/fault.ts'
import { jsonText } from '../../../gateway/protocols/json-text.ts'
import { readMembers } from '../../../gateway/protocols/json-values.ts'
import { validate } from '../../../gateway/validate.ts'
import { wholeRange } from '../hash.ts'
import { Placements } from '../placements.ts'
import { RecordBatch } from '../record-batch.ts'
import { Shard } from '../shard.ts'
import { PlacedRecords, packRecords } from './put-records.ts'
import { PutRecords } from './records.ts'

const base64 = (data: Uint8Array) => Buffer.from(data).toString('base64')

/** All that the log is given of a batch. */
const written = (batch: RecordBatch) =>
  Array.from({ length: batch.count }, (_, nth) => {
    const alone = Buffer.alloc(batch.bytesOf(nth))
    batch.write(nth, alone, 0)
    const behindLength = Buffer.alloc(4 + alone.length)
    batch.writeSeveral(nth, nth + 1, behindLength, 0)
    assert.equal(behindLength.readUInt32LE(0), alone.length)
    assert.ok(behindLength.subarray(4).equals(alone))
    return [alone.toString('hex'), batch.keyOf(nth), batch.dataBytesOf(nth), batch.contentBytesOf(nth)]
  })

test('a batch out of base64 is the batch out of the bytes', () => {
  const record = fc.record({
    partitionKey: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    data: fc.uint8Array({ maxLength: 70 }),
  })
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), records => {
      const packed = packRecords(records.map(one => ({ PartitionKey: one.partitionKey, Data: base64(one.data) })))
      const plain = RecordBatch.of(records)
      assert.ok(packed)
      assert.deepEqual(written(packed), written(plain))
      for (const figure of ['count', 'dataBytes', 'dataBytesMax', 'keyCharacters'] as const)
        assert.equal(packed[figure], plain[figure])
    }),
  )
})

const sound = { Data: base64(Buffer.from('sound')), PartitionKey: 'k' }
const other: readonly (readonly [what: string, item: unknown, said: RegExp | undefined])[] = [
  ['a hash key', { ...sound, ExplicitHashKey: '1' }, undefined],
  ['no key, which an on-demand stream may allow', { Data: sound.Data }, undefined],
  ['an empty key', { ...sound, PartitionKey: '' }, /partitionKey.*length greater than or equal to 1/],
  ['a key of 257 characters', { ...sound, PartitionKey: 'k'.repeat(257) }, /length less than or equal to 256/],
  ['no data', { PartitionKey: 'k' }, /data.*must not be null/],
  ['data that is null', { ...sound, Data: null }, /data.*must not be null/],
  ['data that is a number', { ...sound, Data: 1 }, /Records\[1\]\.Data.*base64 text/],
  ['data in the alphabet of URLs', { ...sound, Data: 'a-_=' }, /Records\[1\]\.Data.*not valid base64/],
  ['data cut off', { ...sound, Data: 'abc' }, /not valid base64/],
  ['data whose last character says more bits than there are bytes', { ...sound, Data: '+/+=' }, /not valid base64/],
  ['the same before two signs', { ...sound, Data: 'QR==' }, /not valid base64/],
  ['data that is no base64 in its middle', { ...sound, Data: 'ab*d' }, /not valid base64/],
  ['a character whose low byte is one of base64', { ...sound, Data: 'QU\u014aD' }, /not valid base64/],
  ['a member that nobody knows', { ...sound, Colour: 'red' }, /Colour/],
  ['a key that is a list', { ...sound, PartitionKey: ['k'] }, /Records\[1\]\.PartitionKey.*a string/],
  ['a text', 'record', /Records\[1\].*a structure/],
  ['a list', [], /Records\[1\].*a structure/],
  ['null', null, /Records\[1\].*a value/],
]
for (const [what, item, said] of other)
  test(`${what} is no record for a batch: ${said ? 'what is wrong is said as of any other' : 'it is read alone'}`, () => {
    assert.equal(packRecords([sound, item]), undefined)
    const read = () => {
      const input = readMembers(PutRecords.input, { StreamName: 's', Records: [sound, item] }, '')
      const problem = validate(PutRecords.input, input)
      if (problem) throw new Error(problem)
      return input.Records
    }
    if (said) assert.throws(read, cause => said.test((cause as { member?: string }).member ?? (cause as Error).message))
    else assert.ok(Array.isArray(read()))
  })

test('too many records or none are told by their number', () => {
  const problemOf = (count: number) =>
    validate(PutRecords.input, readMembers(PutRecords.input, { Records: new Array(count).fill(sound) }, ''))
  assert.match(problemOf(0) ?? '', /length greater than or equal to 1/)
  assert.match(problemOf(501) ?? '', /length less than or equal to 500/)
  assert.equal(problemOf(500), undefined)
})

const closed = { streamId: 's', open: () => Promise.reject(new Error('no log is read')) }
const shards = [0, 1, 2 ** 31 - 1].map(
  number => new Shard({ number, parents: [], range: wholeRange, createdAt: 1_760_000_000_000 + number }, closed),
)

test('an answer made of the text of its shards is the answer made item by item', () => {
  const index = fc.oneof(fc.nat(20), fc.nat(), fc.integer({ min: 2 ** 31 - 3, max: 2 ** 31 + 3 }), fc.maxSafeNat())
  const place = fc.tuple(fc.nat(2), index)
  fc.assert(
    fc.property(fc.array(place, { minLength: 1 }), fc.option(fc.nat()), (given, failed) => {
      const placed = new Placements(given.length)
      // A shard's indexes rise in the order of the request.
      const rising = given.toSorted(([, one], [, next]) => one - next)
      rising.forEach(([shard, at], nth) => {
        placed.put(nth, shards[shard] as Shard, Math.min(at, Number.MAX_SAFE_INTEGER - 1))
      })
      if (failed !== null) placed.fail(failed % given.length, { failure: new Fault('Slow', 400, 'too "fast"') })
      const records = new PlacedRecords(placed)
      assert.equal(records.json(), JSON.stringify(records.items()))
      const members = { Records: PutRecords.output.Records }
      assert.equal(jsonText(members, { Records: records }), `{"Records":${records.json()}}`)
    }),
  )
})
