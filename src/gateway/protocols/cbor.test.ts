/**
 * What is written is read again, by this codec and by one that was not written here; what strangers send is either a value
 * of the shape or a fault, whatever the bytes are, and takes no more time and memory than they are long.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cbor, tag } from '@smithy/core/cbor'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { Fault } from '../fault.ts'
import {
  blob,
  boolean,
  document,
  double,
  integer,
  list,
  long,
  type Members,
  map,
  optional,
  string,
  structure,
  timestamp,
} from '../shape.ts'
import { readCbor } from './cbor-reading.ts'
import { writeAnyCbor, writeCbor } from './cbor-writing.ts'
import { UndeclaredMember } from './json-values.ts'

const leaves = {
  Text: optional(string()),
  Data: optional(blob()),
  Flag: optional(boolean()),
  Count: optional(integer()),
  Big: optional(long()),
  Ratio: optional(double()),
  At: optional(timestamp()),
  Free: optional(document()),
} satisfies Members
const members = {
  ...leaves,
  Items: optional(list(structure(leaves))),
  Tags: optional(map(string())),
} satisfies Members

const text = fc.string({ unit: 'grapheme' })
const leafValues = fc.record(
  {
    Text: text,
    Data: fc.uint8Array({ maxLength: 300 }),
    Flag: fc.boolean(),
    Count: fc.integer(),
    Big: fc.maxSafeInteger(),
    Ratio: fc.double({ noNaN: true, noDefaultInfinity: true }),
    At: fc.integer({ min: -62135596800000, max: 253402300799999 }),
    Free: fc.jsonValue({ maxDepth: 4, noUnicodeString: false }).filter(value => value !== null),
  },
  { requiredKeys: [] },
)
const values = fc.record(
  {
    Text: text,
    Items: fc.array(leafValues, { maxLength: 40 }),
    Tags: fc.dictionary(text, text, { maxKeys: 40, noNullPrototype: true }),
  },
  { requiredKeys: [] },
)

/** Byte strings as plain arrays, no prototypes, and -0 as 0 where the other side wrote an integer. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return Object.is(value, -0) ? 0 : value
}

test('what is written is read again as it was', () => {
  fc.assert(
    fc.property(values, value => {
      assert.deepEqual(plain(readCbor(members, writeCbor(members, value))), plain(value))
    }),
  )
})

test("what Smithy's encoder writes is read as it was", () => {
  fc.assert(
    fc.property(values, value => {
      assert.deepEqual(plain(readCbor(members, cbor.serialize(tagged(value)))), plain(value))
    }),
  )
})

/** Whether a key is `__proto__`, which Smithy's decoder sets as a prototype and so loses; this codec keeps it. */
const hasPrototypeKey = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey))

test("what is written is what Smithy's decoder reads", () => {
  fc.assert(
    fc.property(values, value => {
      fc.pre(!hasPrototypeKey(value))
      const read = cbor.deserialize(writeCbor(members, value))
      assert.deepEqual(plain(untagged(read)), plain(value))
    }),
  )
})

type Written = Readonly<Record<string, unknown>>
const inItems = (value: Written, change: (leaf: Written) => Written): Written =>
  value.Items === undefined ? value : { ...value, Items: (value.Items as readonly Written[]).map(change) }
const tagged = (value: Written) =>
  inItems(value, leaf => (leaf.At === undefined ? leaf : { ...leaf, At: tag({ tag: 1, value: leaf.At }) }))
const untagged = (value: Written) =>
  inItems(value, leaf => (leaf.At === undefined ? leaf : { ...leaf, At: (leaf.At as { value: unknown }).value }))

const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const utf8 = (words: string) => Buffer.from(words)
/** A map of one entry. */
const only = (name: string, value: Uint8Array) =>
  Buffer.concat([hex('a1'), Uint8Array.of(0x60 + name.length), utf8(name), value])

const sound: readonly (readonly [string, Uint8Array, object])[] = [
  ['an empty body', hex(''), {}],
  ['an empty map', hex('a0'), {}],
  ['an empty map of indefinite length', hex('bf ff'), {}],
  ['a list of indefinite length', only('Items', hex('9f a0 a0 ff')), { Items: [{}, {}] }],
  ['a text in pieces', only('Text', hex('7f 61 61 60 62 c3bc ff')), { Text: 'aü' }],
  ['bytes in pieces', only('Data', hex('5f 41 00 42 01ff ff')), { Data: [0, 1, 255] }],
  ['null', only('Text', hex('f6')), {}],
  ['undefined', only('Text', hex('f7')), {}],
  ['a timestamp without its tag', only('At', hex('1b 000001a013accc38')), { At: 1787036486712 }],
  ["a timestamp as Java's SDK writes it", only('At', hex('c1 1b 000001a013accc38')), { At: 1787036486712 }],
  ['a timestamp with a fraction', only('At', hex('c1 fb 4059066666666666')), { At: 100 }],
  ['a head that is longer than it need be', only('Count', hex('1b 0000000000000007')), { Count: 7 }],
  ['a whole number that is written as a half float', only('Count', hex('f9 3c00')), { Count: 1 }],
  ['a half float below the normal ones', only('Ratio', hex('f9 0001')), { Ratio: 2 ** -24 }],
  ['a negative half float', only('Ratio', hex('f9 c400')), { Ratio: -4 }],
  ['a single float', only('Ratio', hex('fa 47c35000')), { Ratio: 100000 }],
  ['the type that some clients send along', only('__type', hex('61 61')), {}],
  ['a member that nobody declared and that asks for nothing', only('Other', hex('a2 61 61 80 61 62 60')), {}],
  [
    'a key that is also a property of every object',
    only('Tags', hex('a1 69 5f5f70726f746f5f5f 61 61')),
    { Tags: { ['__proto__']: 'a' } },
  ],
]
for (const [what, bytes, value] of sound)
  test(`${what} is taken`, () => {
    assert.deepEqual(plain(readCbor(members, bytes)), plain(value))
  })

const deep = (levels: number, byte: number) => only('Other', Buffer.alloc(levels, byte))
const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['a body that ends in the middle of a head', hex('b9 00'), /an end in the middle of a value, at byte 1/],
  ['a body that ends in the middle of a map', hex('a1'), /longer than the body|an end in the middle/],
  ['a body that ends in the middle of a text', only('Text', hex('62 61')), /an end in the middle/],
  ['an indefinite list that never ends', only('Items', hex('9f')), /an end in the middle/],
  ['a map that claims to be larger than memory', hex('bb ffffffffffffffff'), /longer than the body/],
  ['a text that claims to be larger than memory', only('Text', hex('7b 7fffffffffffffff')), /an end in the middle/],
  ['bytes after the end', hex('a0 00'), /more after its end, at byte 1/],
  ['an end where nothing is open', only('Text', hex('ff')), /an end where nothing is open/],
  ['a reserved head', only('Text', hex('7c')), /malformed head 0x7c/],
  ['a simple value of no meaning', only('Text', hex('e0')), /simple value 0/],
  ['a positive bignum', only('Big', hex('c2 49 010000000000000000')), /must be an integer, but is a tagged value/],
  ['a bignum where nobody declared anything', only('Other', hex('c3 41 01')), /the tag 3, which is not supported/],
  ['a bignum as a timestamp', only('At', hex('c2 41 01')), /the tag 2, which is not supported/],
  ['a timestamp in words', only('At', hex('c0 61 61')), /the tag 0, which is not supported/],
  ['a tag on a tag', only('At', hex('c1 c1 00')), /a timestamp that is timestamp/],
  ['an integer beyond 2^53', only('Big', hex('1b 0020000000000000')), /beyond 2\^53/],
  ['an integer beyond 32 bits where 32 are declared', only('Count', hex('1a 80000000')), /32-bit integer/],
  ['a fraction where an integer is declared', only('Count', hex('f9 3800')), /must be an integer, but is a float/],
  ['infinity', only('Ratio', hex('f9 7c00')), /must be a number, but is Infinity/],
  ['no number', only('At', hex('f9 7e00')), /must be a timestamp, but is NaN/],
  ['an instant that no calendar has', only('At', hex('c1 1b 001fffffffffffff')), /is no instant/],
  ['a text that is not UTF-8', only('Text', hex('61 ff')), /not valid UTF-8, at byte 6/],
  ['a text whose pieces are bytes', only('Text', hex('7f 41 61 ff')), /pieces are of another kind/],
  ['a text in pieces of pieces', only('Text', hex('7f 7f ff ff')), /pieces are of another kind/],
  [
    'base64 where bytes are declared',
    only('Data', hex('64 41 41 3d 3d')),
    /'Data' must be a byte string, but is a text/,
  ],
  ['bytes where a text is declared', only('Text', hex('41 61')), /'Text' must be a string, but is a byte string/],
  ['null in a list', only('Items', hex('81 f6')), /'Items\[0\]' must be a structure, but is null/],
  ['a list where a map is declared', only('Tags', hex('80')), /'Tags' must be a map, but is a list/],
  ['a body that is no map', hex('80'), /'the request' must be a structure, but is a list/],
  ['a key that is a number', hex('a1 01 01'), /'the request' must have texts as keys, but has an integer/],
  ['a member twice', hex('a2 64 54657874 61 61 64 54657874 61 62'), /'Text' stands there twice/],
  ['a key twice', only('Tags', hex('a2 61 61 60 61 61 60')), /'Tags\.a' stands there twice/],
  ['ten million lists in each other', deep(10_000_000, 0x81), /nested deeper than 64 levels/],
  ['ten million lists without an end in each other', deep(10_000_000, 0x9f), /nested deeper than 64 levels/],
  ['ten million tags on each other', deep(10_000_000, 0xc1), /a timestamp that is timestamp/],
  [
    'a text in two million pieces',
    only('Text', Buffer.concat([hex('7f'), Buffer.alloc(4_000_000, hex('61 61')), hex('ff')])),
    /more than 1000000 values/,
  ],
  [
    'two million empty structures',
    only('Items', Buffer.concat([hex('9a 001e8480'), Buffer.alloc(2_000_000, 0xa0)])),
    /more than 1000000 values/,
  ],
]
for (const [what, bytes, message] of refused)
  test(`${what} is refused in words`, () => {
    assert.throws(
      () => readCbor(members, bytes),
      error => error instanceof Fault && error.code === 'SerializationException' && message.test(error.message),
    )
  })

test('a member that nobody declared is refused by its name', () => {
  assert.throws(
    () => readCbor(members, only('Items', Buffer.concat([hex('81'), only('Other', hex('01'))]))),
    error => error instanceof UndeclaredMember && error.member === 'Items[0].Other',
  )
})

test('whatever the bytes, the answer is a value, a fault or the name of what nobody declared', () => {
  const tame = (bytes: Uint8Array) => {
    try {
      readCbor(members, bytes)
    } catch (error) {
      if (!(error instanceof Fault || error instanceof UndeclaredMember)) throw error
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), tame), { numRuns: tries(5000) })
  // Sound bodies with some bytes changed get further than noise does.
  const changed = fc.tuple(values, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }))
  fc.assert(
    fc.property(changed, ([value, changes]) => {
      const bytes = Buffer.from(writeCbor(members, value))
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      tame(bytes)
    }),
    { numRuns: tries(2000) },
  )
})

test('the body of a fault is a map of plain values', () => {
  const detail = { __type: 'A', message: 'ü', Count: 3, Ratio: 0.5, Flag: true }
  assert.deepEqual(plain(cbor.deserialize(writeAnyCbor(detail))), detail)
})
