/**
 * Property: what a producer packed comes out as it went in, in its order, whatever it was; and any bytes that are not
 * exactly an aggregated record are left alone. The packing here is made from the published description alone.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type UserRecord, userRecords } from './aggregated-record.ts'

const magic = Buffer.from('f3899ac2', 'hex')
const sealed = (message: Uint8Array) => Buffer.concat([magic, message, createHash('md5').update(message).digest()])

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}
const number = (field: number, value: number) => Buffer.from([...varint(field * 8), ...varint(value)])
const bytes = (field: number, value: Uint8Array) =>
  Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(value.length)]), value])

function packed(records: readonly UserRecord[], tags = false): Buffer {
  const keys = [...new Set(records.map(record => record.partitionKey))]
  const hashKeys = [...new Set(records.flatMap(record => record.explicitHashKey ?? []))]
  const message = Buffer.concat([
    ...keys.map(key => bytes(1, Buffer.from(key))),
    ...hashKeys.map(key => bytes(2, Buffer.from(key))),
    ...records.map(record =>
      bytes(
        3,
        Buffer.concat([
          number(1, keys.indexOf(record.partitionKey)),
          ...(record.explicitHashKey === undefined ? [] : [number(2, hashKeys.indexOf(record.explicitHashKey))]),
          bytes(3, record.data),
          ...(tags ? [bytes(4, bytes(1, Buffer.from('k')))] : []),
        ]),
      ),
    ),
  ])
  return sealed(message)
}
const plain = (records: readonly UserRecord[] | undefined) =>
  records?.map(record => ({ ...record, data: Buffer.from(record.data).toString('hex') }))

test('bytes written by hand after the published description are read', () => {
  // Keys "a", "b"; hash key "7"; {0, "x"}, {1, hash 0, "yz"}
  const message = Buffer.from(
    '0a0161' + '0a0162' + '120137' + '1a05' + '0800' + '1a0178' + '1a08' + '0801' + '1000' + '1a02797a',
    'hex',
  )
  assert.deepEqual(plain(userRecords(sealed(message))), [
    { partitionKey: 'a', data: '78' },
    { partitionKey: 'b', explicitHashKey: '7', data: '797a' },
  ])
})

test('what was packed comes out: keys, hash keys, data, order', () => {
  const record = fc
    .record({
      partitionKey: fc.string({ minLength: 1, unit: 'grapheme' }),
      explicitHashKey: fc.option(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String), { nil: undefined }),
      data: fc.uint8Array({ maxLength: 300 }),
    })
    .map(({ explicitHashKey, ...rest }) => (explicitHashKey === undefined ? rest : { ...rest, explicitHashKey }))
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), fc.boolean(), (records, tags) => {
      assert.deepEqual(plain(userRecords(packed(records, tags))), plain(records))
    }),
  )
})

test('one bit changed anywhere makes it somebody’s own bytes', () => {
  const whole = packed([{ partitionKey: 'key', data: Buffer.from('hello') }])
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const broken = Buffer.from(whole)
    broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(userRecords(broken), undefined, `bit ${bit}`)
  }
})

test('a right digest over a wrong message is no aggregated record', () => {
  const wrong = {
    'a number without an end': Buffer.from('08ff', 'hex'),
    'a number of eleven bytes': Buffer.from('20ffffffffffffffffffff01', 'hex'),
    'a place beyond every table': bytes(
      3,
      Buffer.concat([Buffer.from('08ffffffffffffffffff01', 'hex'), bytes(3, Buffer.from('x'))]),
    ),
    'a field longer than the message': Buffer.from('0a05aa', 'hex'),
    'a key that is not in the table': bytes(3, Buffer.concat([number(1, 0), bytes(3, Buffer.from('x'))])),
    'a record without data': Buffer.concat([bytes(1, Buffer.from('k')), bytes(3, number(1, 0))]),
    'a record without a key': Buffer.concat([bytes(1, Buffer.from('k')), bytes(3, bytes(3, Buffer.from('x')))]),
    'a group': Buffer.from('0b0c', 'hex'),
    'field number 0': Buffer.from('0000', 'hex'),
    'a table entry that is a number': number(1, 3),
  }
  for (const [what, message] of Object.entries(wrong)) assert.equal(userRecords(sealed(message)), undefined, what)
})

test('a key keeps a byte order mark and an empty key stays empty', () => {
  const records = ['\ufeffkey', ''].map(partitionKey => ({ partitionKey, data: Buffer.from('x') }))
  assert.deepEqual(plain(userRecords(packed(records))), plain(records))
})

test('fields of a later version are passed over', () => {
  const record = bytes(3, Buffer.concat([number(1, 0), bytes(3, Buffer.from('x')), number(9, 5)]))
  const later = Buffer.concat([
    Buffer.from(`79${'00'.repeat(8)}7d${'00'.repeat(4)}20ffffffffffffffffff01`, 'hex'),
    record,
    bytes(1, Buffer.from('k')),
  ])
  assert.deepEqual(plain(userRecords(sealed(later))), [{ partitionKey: 'k', data: '78' }])
})

test('any other bytes are left alone', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), data => userRecords(data) === undefined))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), data => userRecords(Buffer.concat([magic, data])) === undefined),
  )
  // Any message with its right digest either comes apart or does not, and never throws.
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), message => void userRecords(sealed(message))))
})
