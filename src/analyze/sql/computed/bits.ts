// Bits and bytes. https://trino.io/docs/current/functions/bitwise.html, …/binary.html
import { type ComputedTable, ComputeFault, computed, invalid } from './computed.ts'

function needBits(value: bigint, bits: bigint): void {
  if (bits <= 1n || bits > 64n) throw invalid(`Bits specified in bit_count must be between 2 and 64, got ${bits}`)
  if (BigInt.asIntN(Number(bits), value) !== value)
    throw invalid(
      `Number must be representable with the bits specified. ${value} cannot be represented with ${bits} bits`,
    )
}

const atMost = (value: bigint, most: bigint): bigint => (value > most ? most : value)

/** Of a number that is `bits` wide; what is shifted out is gone. */
const shift = (move: (value: bigint, by: bigint, bits: number) => bigint) =>
  computed(['BIGINT', 'BIGINT', 'BIGINT'], 'BIGINT', (value, by, bits) => {
    const width = Number(bits)
    if (by < 0n) throw invalid('shift must be positive')
    return BigInt.asIntN(width, move(value, atMost(by, bits), width))
  })

function bytesOf(data: Uint8Array, size: number, what: string): DataView {
  if (data.length !== size)
    throw invalid(`expected ${size}-byte input for ${what}, but got instead: ${data.length} bytes`)
  return new DataView(data.buffer, data.byteOffset, data.byteLength)
}

function float(data: Uint8Array, size: number): DataView {
  if (data.length !== size) throw invalid(`Input floating-point value must be exactly ${size} bytes long`)
  return bytesOf(data, size, '')
}

function written(size: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(size))
  write(view)
  return new Uint8Array(view.buffer)
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function fromBase32(text: string): Uint8Array {
  let [bits, buffer] = [0, 0]
  const bytes: number[] = []
  for (const sign of text.replace(/=+$/, '')) {
    const value = alphabet.indexOf(sign)
    if (value < 0) throw invalid(`Unrecognized character: ${sign}`)
    buffer = (buffer << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((buffer >> bits) & 255)
    }
    buffer &= (1 << bits) - 1
  }
  return Uint8Array.from(bytes)
}

function toBase32(data: Uint8Array): string {
  const bits = [...data].map(byte => byte.toString(2).padStart(8, '0')).join('')
  const text = (bits.match(/.{1,5}/g) ?? []).map(five => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

function fromBase64(text: string, url: boolean): Uint8Array {
  const digits = text.replace(/={1,2}$/, '')
  const known = url ? /^[A-Za-z0-9_-]*$/ : /^[A-Za-z0-9+/]*$/
  const isPadded = digits.length === text.length || text.length % 4 === 0
  if (!known.test(digits) || digits.length % 4 === 1 || !isPadded)
    throw invalid(`Input is no base64: ${text.slice(0, 100)}`)
  return Buffer.from(digits, url ? 'base64url' : 'base64')
}

export const bits: ComputedTable = {
  athena_bit_count: computed(['BIGINT', 'BIGINT'], 'BIGINT', (value, width) => {
    needBits(value, width)
    return BigInt(BigInt.asUintN(Number(width), value).toString(2).replaceAll('0', '').length)
  }),
  athena_shift_left: shift((value, by) => value << by),
  athena_shift_right: shift((value, by, width) => BigInt.asUintN(width, value) >> by),
  athena_shift_right_arithmetic: shift((value, by) => value >> by),
  athena_from_hex: computed(['VARCHAR'], 'BLOB', text => {
    if (!/^(?:[0-9A-Fa-f]{2})*$/.test(text))
      throw invalid(`Input is not a valid hexadecimal value: ${text.slice(0, 100)}`)
    return Buffer.from(text, 'hex')
  }),
  athena_from_base64: computed(['VARCHAR'], 'BLOB', text => fromBase64(text, false)),
  athena_from_base64url: computed(['VARCHAR'], 'BLOB', text => fromBase64(text, true)),
  athena_to_base64url: computed(['BLOB'], 'VARCHAR', data =>
    Buffer.from(data).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  ),
  athena_from_base32: computed(['VARCHAR'], 'BLOB', fromBase32),
  athena_to_base32: computed(['BLOB'], 'VARCHAR', toBase32),
  athena_decode: computed(['BLOB', 'VARCHAR'], 'VARCHAR', (data, replacement) => {
    if ([...replacement].length > 1) throw invalid('Replacement character string must empty or a single character')
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(data).replaceAll('\uFFFD', () => replacement)
  }),
  athena_pad_binary: computed(['BLOB', 'BIGINT', 'BLOB', 'BOOLEAN'], 'BLOB', (data, size, fill, left) => {
    if (size < 0n || size > 2147483647n) throw invalid('Target length must be in the range [0..2147483647]')
    if (fill.length === 0) throw invalid('Padding bytes must not be empty')
    const wanted = Number(size)
    if (data.length >= wanted) return data.slice(0, wanted)
    const padding = Uint8Array.from({ length: wanted - data.length }, (_, index) => fill[index % fill.length] ?? 0)
    return Buffer.concat(left ? [padding, data] : [data, padding])
  }),
  athena_part_binary: computed(['BLOB', 'BIGINT', 'BIGINT'], 'BLOB', (data, start, length) => {
    const size = BigInt(data.length)
    const from = start < 0n ? size + start : start - 1n
    if (start === 0n || from < 0n || from >= size || length <= 0n) return new Uint8Array()
    const to = from + length
    return data.slice(Number(from), Number(to > size ? size : to))
  }),
  athena_to_big_endian_64: computed(['BIGINT'], 'BLOB', value => written(8, view => view.setBigInt64(0, value))),
  athena_to_big_endian_32: computed(['BIGINT'], 'BLOB', value => written(4, view => view.setInt32(0, Number(value)))),
  athena_from_big_endian_64: computed(['BLOB'], 'BIGINT', data =>
    bytesOf(data, 8, 'from_big_endian_64').getBigInt64(0),
  ),
  athena_from_big_endian_32: computed(['BLOB'], 'BIGINT', data =>
    BigInt(bytesOf(data, 4, 'from_big_endian_32').getInt32(0)),
  ),
  athena_to_ieee754_64: computed(['DOUBLE'], 'BLOB', value => written(8, view => view.setFloat64(0, value))),
  athena_to_ieee754_32: computed(['DOUBLE'], 'BLOB', value => written(4, view => view.setFloat32(0, value))),
  athena_from_ieee754_64: computed(['BLOB'], 'DOUBLE', data => float(data, 8).getFloat64(0)),
  athena_from_ieee754_32: computed(['BLOB'], 'DOUBLE', data => float(data, 4).getFloat32(0)),
  /** Fails with a message that begins with the name of an error. */
  athena_fail: computed(['VARCHAR'], 'BOOLEAN', text => {
    throw new ComputeFault(text)
  }),
}
