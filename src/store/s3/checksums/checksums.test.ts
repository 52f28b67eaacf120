// Every checksum agrees with its published check value, however the bytes are cut; and the CRC of a whole follows from
// those of its parts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { combineCrcs } from './combine.ts'
import { type ChecksumAlgorithm, checksumAlgorithms, digestFor, isChecksum } from './digest.ts'

const of = (algorithm: ChecksumAlgorithm, ...pieces: readonly Uint8Array[]) => {
  const digest = digestFor(algorithm)
  for (const piece of pieces) digest.update(piece)
  return digest.digest()
}

// https://reveng.sourceforge.io/crc-catalogue/all.htm: "check", the CRC of the digits 1 to 9.
const checkValues: Readonly<Partial<Record<ChecksumAlgorithm, string>>> = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
}

for (const [algorithm, expected] of Object.entries(checkValues)) {
  test(`${algorithm} of 123456789 is the catalogue's check value`, () => {
    assert.equal(of(algorithm as ChecksumAlgorithm, Buffer.from('123456789')).toString('hex'), expected)
  })
}

test('a checksum does not depend on how the body was cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), pieces => {
      const whole = Buffer.concat(pieces)
      for (const algorithm of checksumAlgorithms)
        assert.deepEqual(of(algorithm, ...pieces), of(algorithm, whole), algorithm)
    }),
  )
})

test('the CRCs of parts combine to the CRC of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { minLength: 1 }), pieces => {
      for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
        const parts = pieces.map(piece => ({
          checksum: of(algorithm, piece).toString('base64'),
          bytes: piece.byteLength,
        }))
        assert.equal(combineCrcs(algorithm, parts), of(algorithm, Buffer.concat(pieces)).toString('base64'), algorithm)
      }
    }),
  )
})

test('only base64 of the right length is taken for a checksum', () => {
  assert.ok(isChecksum('CRC32', 'AAAAAA=='))
  assert.ok(!isChecksum('CRC32', 'AAAAAAA='))
  assert.ok(!isChecksum('CRC32', 'AAAA AA='))
  assert.ok(!isChecksum('SHA1', 'AAAAAA=='))
  assert.ok(!isChecksum('CRC32', ''))
})
