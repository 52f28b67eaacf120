// The CRC of a whole from the CRCs of its parts, without reading them again: appending n bytes multiplies a CRC by
// x^(8n), modulo the polynomial, over GF(2). Polynomials are bit-reversed: the highest bit stands for x^0.

export type CrcAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME'

interface Field {
  readonly width: bigint
  readonly polynomial: bigint
}

const fields: Readonly<Record<CrcAlgorithm, Field>> = {
  CRC32: { width: 32n, polynomial: 0xedb88320n },
  CRC32C: { width: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
}

export const isCrc = (algorithm: string): algorithm is CrcAlgorithm => Object.hasOwn(fields, algorithm)

/** Checksums in base64, in the order of the parts. */
export function combineCrcs(
  algorithm: CrcAlgorithm,
  parts: readonly { readonly checksum: string; readonly bytes: number }[],
): string {
  const field = fields[algorithm]
  // Parts are mostly of one size.
  const shifts = new Map<number, bigint>()
  let whole = 0n
  for (const { checksum, bytes } of parts) {
    let shift = shifts.get(bytes)
    if (shift === undefined) {
      shift = powerOfX(field, BigInt(bytes) * 8n)
      shifts.set(bytes, shift)
    }
    const crc = BigInt(`0x${Buffer.from(checksum, 'base64').toString('hex')}`)
    whole = multiply(field, shift, whole) ^ crc
  }
  const digits = Number(field.width) / 4
  return Buffer.from(whole.toString(16).padStart(digits, '0'), 'hex').toString('base64')
}

function powerOfX(field: Field, exponent: bigint): bigint {
  let power = 1n << (field.width - 1n)
  let square = power >> 1n
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) power = multiply(field, square, power)
    square = multiply(field, square, square)
  }
  return power
}

function multiply({ width, polynomial }: Field, a: bigint, b: bigint): bigint {
  let product = 0n
  let shifted = b
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= shifted
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n
  }
  return product
}
