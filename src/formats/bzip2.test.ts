/**
 * Property: what bzip2 packed is unpacked, also where streams follow one another; what is cut off or damaged is an error.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../test/testing/tries.ts'
import { bunzip2 } from './bzip2.ts'
import { PackedMalformed } from './packed.ts'

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
const unpacked = async (bytes: Uint8Array, size?: number) =>
  Buffer.concat(await Array.fromAsync(bunzip2(pieces(bytes, size))))

const text = Buffer.from(`1,the quick brown fox\n2,${'a'.repeat(300)}\n`)
/** Three streams by the bzip2 library, the last one of nothing. */
const packed = Buffer.from(
  'QlpoOTFBWSZTWZHVuTcAAALZgAAQQAQgABtptsAgACKBkD1D1PUKZMTIMjFoYszgTPtpFyUofF3JFOFCQkdW5NxCWmg5MUFZJlNZ+o/MXQAA' +
    'AdkAgBAAJBAAIAAACCAAIYAMAVsZ2YHF3JFOFCQ+o/MXQEJaaDkXckU4UJAAAAAA',
  'base64',
)

test('streams one behind the other are one text, in whatever pieces they come', async () => {
  for (const size of [1, 7, 1000]) assert.deepEqual(await unpacked(packed, size), text)
  assert.equal((await unpacked(Buffer.alloc(0))).length, 0)
})

test('what is cut off within a stream is an error that says so', async () => {
  const ends = [packed.indexOf('BZh9', 1, 'latin1'), packed.lastIndexOf('BZh9', packed.length, 'latin1')]
  for (let end = 1; end < packed.length; end += 1)
    if (!ends.includes(end))
      await assert.rejects(
        unpacked(packed.subarray(0, end)),
        cause => cause instanceof PackedMalformed && cause.isCutOff,
        String(end),
      )
})

test('a byte that is changed is an error, or changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(packed)
      changed[at] = (changed[at] ?? 0) ^ change
      try {
        assert.deepEqual(await unpacked(changed), text)
      } catch (cause) {
        assert.ok(cause instanceof PackedMalformed, String(cause))
      }
    }),
    { numRuns: tries(300) },
  )
})

const hasProgram = spawnSync('bzip2', ['--help']).status === 0

test('any bytes that the program packed, over several blocks', { skip: !hasProgram && 'no bzip2 here' }, async () => {
  const repeated = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(3000)), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(repeated, async runs => {
      const bytes = Buffer.concat(runs.flatMap(([run, times]) => Array.from({ length: times }, () => run)))
      const { stdout } = spawnSync('bzip2', ['-1', '-c'], { input: bytes, maxBuffer: 1e9 })
      assert.ok((await unpacked(stdout, 65_536)).equals(bytes))
    }),
    { numRuns: tries(10) },
  )
})
