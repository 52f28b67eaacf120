/**
 * Property: what Hadoop's writers of Snappy and LZ4 packed is unpacked, in whatever pieces it comes; what is cut off or
 * damaged is an error, and never shorter or other text.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../test/testing/tries.ts'
import { hadoopBlocks, type Unpack } from './hadoop-blocks.ts'
import { PackedMalformed } from './packed.ts'
import { hadoopSnappy } from './snappy.ts'
import { lz4Block, snappyBlock } from './unpacked-block.ts'

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
const all = async (chunks: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(chunks))
const unpacked = (bytes: Uint8Array, unpack: Unpack, size?: number) => all(hadoopBlocks(pieces(bytes, size), unpack))

const text = Buffer.from(`1,the quick brown fox\n2,the quick brown dog\n3,${'a'.repeat(300)}\n`)
/** By the lz4 of the LZ4 library, level 9. */
const lz4 = Buffer.from('AAABWwAAAC39CDEsdGhlIHF1aWNrIGJyb3duIGZveAoyFgB/ZG9nCjMsYQEA/xVQYWFhYQo=', 'base64')

test('LZ4: what its library packed is unpacked, block by block', async () => {
  for (const size of [1, 3, 1000]) assert.deepEqual(await unpacked(lz4, lz4Block, size), text)
  assert.deepEqual(await unpacked(Buffer.concat([lz4, lz4]), lz4Block), Buffer.concat([text, text]))
})

test('one length of plain text may stand before several pieces', async () => {
  const piece = lz4.subarray(4)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length * 2)
  const two = await unpacked(Buffer.concat([length, piece, piece]), lz4Block)
  assert.deepEqual(two, Buffer.concat([text, text]))
})

test('Snappy: any bytes are unpacked as they were packed', async () => {
  const repeated = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(5000)), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(repeated, fc.integer({ min: 1, max: 5000 }), async (runs, size) => {
      const bytes = Buffer.concat(runs.flatMap(([run, times]) => Array.from({ length: times }, () => run)))
      const packed = await all(hadoopSnappy(pieces(bytes)))
      assert.ok((await unpacked(packed, snappyBlock, size)).equals(bytes))
    }),
    { numRuns: tries(50) },
  )
})

test('LZ4: a small piece takes no more memory than it can need, and the most that it can stand for', () => {
  assert.ok(lz4Block(Uint8Array.of(0x10, 0x61), 32 * 1024 * 1024).buffer.byteLength <= 2 * 255)
  // One literal, and it once more 19 + 1000 × 255 + 1 times.
  const longest = Uint8Array.from([0x1f, 0x61, 1, 0, ...Array.from({ length: 1000 }, () => 255), 1, 0x10, 0x62])
  const plain = Buffer.from(lz4Block(longest, 32 * 1024 * 1024)).toString('latin1')
  assert.equal(plain, `${'a'.repeat(1 + 19 + 255_000 + 1)}b`)
})

for (const [name, unpack] of [
  ['Snappy', snappyBlock],
  ['LZ4', lz4Block],
] as const) {
  const packedOf = async () => (name === 'LZ4' ? lz4 : await all(hadoopSnappy(pieces(text))))

  test(`${name}: what is cut off anywhere is an error that says so`, async () => {
    const packed = await packedOf()
    for (let end = 1; end < packed.length; end += 1)
      await assert.rejects(
        unpacked(packed.subarray(0, end), unpack),
        cause => cause instanceof PackedMalformed && cause.isCutOff,
      )
  })

  test(`${name}: bytes that are changed end in an error of this kind or in as much text`, async () => {
    const packed = await packedOf()
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(packed)
        changed[at] = (changed[at] ?? 0) ^ change
        try {
          const { length } = await unpacked(changed, unpack)
          // Four bytes are the length that is said.
          if (at >= 4) assert.equal(length, text.length)
        } catch (cause) {
          assert.ok(cause instanceof PackedMalformed, String(cause))
        }
      }),
      { numRuns: tries(300) },
    )
  })
}
