/**
 * Reads CBOR (RFC 8949) item by item, from strangers. What it knows of the grammar:
 *
 *     item     = head [argument] content        head: major type (3 bits), how long the argument is (5 bits)
 *     0 unsigned · 1 negative · 2 bytes · 3 text · 4 list · 5 map · 6 tag · 7 simple values and floats
 *
 * Lengths may be indefinite, texts and byte strings then come in pieces. Whatever a head claims, nothing is allocated for
 * it before its bytes are there. Tags but 1 are refused by number, bignums (2 and 3) among them. What the items mean to a
 * shape is `cbor-reading.ts`'s business.
 */
import { isUtf8 } from 'node:buffer'
import { Fault } from '../fault.ts'

export type CborKind = 'integer' | 'float' | 'bytes' | 'text' | 'list' | 'map' | 'boolean' | 'null' | 'timestamp'

/** Deeper than any document of AWS's; a hundred thousand levels are somebody's attempt on the stack. */
export const depthMax = 64

/** A byte can be an empty list or a piece of a text, which take a hundred in memory. AWS's largest request has some thousand values. */
const valuesMax = 1_000_000

const indefinite = 31
const breakByte = 0xff
const timestampTag = 1
const kinds: readonly CborKind[] = ['integer', 'integer', 'bytes', 'text', 'list', 'map', 'timestamp']

export class CborReader {
  readonly #bytes: Buffer
  #at = 0
  #values = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** What comes next, without taking it. */
  kind(): CborKind {
    const head = this.#byte()
    const kind = kinds[head >> 5]
    if (kind !== undefined) return kind
    const minor = head & 31
    if (minor === 20 || minor === 21) return 'boolean'
    if (minor === 22 || minor === 23) return 'null' // JavaScript's undefined among them
    if (minor >= 25 && minor <= 27) return 'float'
    throw this.#broken(head === breakByte ? 'an end where nothing is open' : `the simple value ${minor}`)
  }

  /** An integer or a float. Refuses integers that a double does not hold. */
  number(): number {
    const start = this.#at
    const head = this.#byte()
    const major = head >> 5
    if (major === 7) return this.#float(head & 31)
    const value = this.#argument()
    if (value === undefined || !Number.isSafeInteger(value))
      throw this.#broken('an integer beyond 2^53, which is not supported', start)
    return major === 0 ? value : -1 - value
  }

  boolean(): boolean {
    return (this.#bytes[this.#at++] as number) === 0xf5
  }

  skipNull() {
    this.#at++
  }

  /** Takes the tag off a timestamp; the number of milliseconds follows. */
  timestampTag() {
    const start = this.#at
    const tag = this.#argument()
    if (tag !== timestampTag) throw this.#broken(`the tag ${tag ?? 'without a number'}, which is not supported`, start)
    const kind = this.kind()
    if (kind !== 'integer' && kind !== 'float') throw this.#broken(`a timestamp that is ${kind}`)
  }

  text(): string {
    const start = this.#at
    const length = this.#argument()
    const pieces = length === undefined ? this.#pieces(3) : this.#bytes
    const from = length === undefined ? 0 : this.#take(length)
    const to = length === undefined ? pieces.length : from + length
    const text = pieces.toString('utf8', from, to)
    // Decoding puts another character in the place of broken ones: what is kept must be what was sent.
    if (text.includes('\ufffd') && !isUtf8(pieces.subarray(from, to)))
      throw this.#broken('a text that is not valid UTF-8', start)
    return text
  }

  /** Takes the item that is spelled like this, if it is what comes next. */
  matches(spelling: Uint8Array): boolean {
    const bytes = this.#bytes
    const at = this.#at
    for (let i = 0; i < spelling.length; i++) if (bytes[at + i] !== spelling[i]) return false
    this.#at = at + spelling.length
    return true
  }

  /** A view of the body, not a copy. */
  bytes(): Uint8Array {
    const length = this.#argument()
    return length === undefined ? this.#pieces(2) : this.#piece(length)
  }

  /** Calls `item` at each item of a list or each key of a map; `item` takes what stands there. */
  each(item: (index: number) => void): void {
    const start = this.#at
    const count = this.#argument()
    if (count !== undefined && count > this.#bytes.length - this.#at)
      throw this.#broken('a list or a map that is longer than the body', start)
    for (let index = 0; count === undefined ? !this.#ended() : index < count; index++) {
      this.#count()
      item(index)
    }
  }

  /** Nothing may follow the one item that a body is. */
  end(): void {
    if (this.#at < this.#bytes.length) throw this.#broken('more after its end')
  }

  refuseDepth(): never {
    throw this.#broken(`values nested deeper than ${depthMax} levels`)
  }

  #byte(): number {
    const head = this.#bytes[this.#at]
    if (head === undefined) throw this.#broken('an end in the middle of a value')
    return head
  }

  #ended(): boolean {
    if (this.#byte() !== breakByte) return false
    this.#at++
    return true
  }

  /** Takes a head with its argument; undefined when the length is indefinite. */
  #argument(): number | undefined {
    const start = this.#at
    const head = this.#byte()
    const minor = head & 31
    this.#at++
    if (minor < 24) return minor
    if (minor === indefinite && head >> 5 >= 2 && head >> 5 <= 5) return undefined
    if (minor > 27) throw this.#broken(`the malformed head 0x${head.toString(16)}`, start)
    const size = 1 << (minor - 24)
    const at = this.#take(size)
    if (size === 8) return this.#bytes.readUInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4)
    return this.#bytes.readUIntBE(at, size)
  }

  #float(minor: number): number {
    this.#at++
    if (minor === 27) return this.#bytes.readDoubleBE(this.#take(8))
    if (minor === 26) return this.#bytes.readFloatBE(this.#take(4))
    return halfFloat(this.#bytes.readUInt16BE(this.#take(2)))
  }

  #pieces(major: 2 | 3): Buffer {
    const pieces: Buffer[] = []
    while (!this.#ended()) {
      const start = this.#at
      const head = this.#byte()
      if (head >> 5 !== major || (head & 31) === indefinite)
        throw this.#broken('a string whose pieces are of another kind', start)
      this.#count()
      pieces.push(this.#piece(this.#argument() as number))
    }
    return Buffer.concat(pieces)
  }

  #count(): void {
    if (++this.#values > valuesMax) throw this.#broken(`more than ${valuesMax} values`)
  }

  #piece(length: number): Buffer {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Moves on by `length` bytes and says where they begin. */
  #take(length: number): number {
    const at = this.#at
    if (length > this.#bytes.length - at) throw this.#broken('an end in the middle of a value')
    this.#at += length
    return at
  }

  #broken(what: string, at = this.#at): Fault {
    return new Fault(
      'SerializationException',
      400,
      `The request's body is not CBOR as AWS takes it: it has ${what}, at byte ${at}.`,
    )
  }
}

/** IEEE 754's 16 bits: sign, 5 of exponent, 10 of fraction. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
