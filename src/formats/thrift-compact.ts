// Reads Thrift's compact protocol, as far as file footers use it. Fields that nobody asks for are stepped over. Every
// length is held against what is left, and nesting against a bound, because the bytes come from strangers.
//
//   struct = { field } 0x00           field = (delta << 4 | type) | (type, zigzag id)   value
//   list   = (size << 4 | type) | (0xf0 | type, varint size)   { value }
//   map    = 0x00 | varint size, (key type << 4 | value type)   { key value }
//   i16, i32, i64 = zigzag varint     binary = varint size, bytes     bool is its type inside a struct, a byte in a list

export class ThriftMalformed extends Error {
  override readonly name = 'ThriftMalformed'
}

/** By field id. A handler reads exactly its value. */
export type Fields = Readonly<Record<number, (input: ThriftInput, type: number) => void>>

const depthMax = 64
const types = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
}

export class ThriftInput {
  readonly #bytes: Uint8Array
  #at = 0
  #depth = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Where the next byte lies: within a handler, the first one of its value. */
  get at(): number {
    return this.#at
  }

  /** What follows the field `last` is left unread, so that nothing can be read behind such a struct. */
  struct(fields: Fields, last?: number): void {
    this.#nest(() => {
      let id = 0
      for (let header = this.#byte(); header !== 0; header = this.#byte()) {
        const [delta, type] = [header >> 4, header & 15]
        id = delta === 0 ? this.integer() : id + delta
        const read = fields[id]
        if (read) read(this, type)
        else this.skip(type)
        if (id === last) return
      }
    })
  }

  list(read: (input: ThriftInput, index: number, type: number) => void): void {
    this.#nest(() => {
      const header = this.#byte()
      const size = header >> 4 === 15 ? this.#length() : header >> 4
      // A value takes a byte at least, so a size that lies is told before anything is made of it.
      if (size > this.#left) throw this.#malformed(`a list of ${size} values in ${this.#left} bytes`)
      for (let i = 0; i < size; i++) read(this, i, header & 15)
    })
  }

  /** i8 to i32, and an i64 that fits a double exactly. */
  integer(): number {
    const value = this.long()
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
      throw this.#malformed(`the integer ${value}`)
    return Number(value)
  }

  long(): bigint {
    const value = this.#varint()
    return (value >> 1n) ^ -(value & 1n)
  }

  int8(): number {
    return (this.#byte() << 24) >> 24
  }

  boolean(type: number): boolean {
    return type === types.true
  }

  text(): string {
    return new TextDecoder().decode(this.#take(this.#length()))
  }

  skip(type: number): void {
    switch (type) {
      case types.true:
      case types.false:
        return
      case types.byte:
        this.#take(1)
        return
      case types.i16:
      case types.i32:
      case types.i64:
        this.#varint()
        return
      case types.double:
        this.#take(8)
        return
      case types.binary:
        this.#take(this.#length())
        return
      case types.list:
      case types.set:
        this.list((input, _, element) => input.#skipElement(element))
        return
      case types.map:
        this.#skipMap()
        return
      case types.struct:
        this.struct({})
        return
      default:
        throw this.#malformed(`the type ${type}`)
    }
  }

  #skipMap(): void {
    this.#nest(() => {
      const size = this.#length()
      if (size === 0) return
      if (size > this.#left) throw this.#malformed(`a map of ${size} entries in ${this.#left} bytes`)
      const kinds = this.#byte()
      for (let i = 0; i < size; i++) {
        this.#skipElement(kinds >> 4)
        this.#skipElement(kinds & 15)
      }
    })
  }

  /** In a list or map a boolean is a byte of its own. */
  #skipElement(type: number): void {
    if (type === types.true || type === types.false) this.#take(1)
    else this.skip(type)
  }

  get #left(): number {
    return this.#bytes.length - this.#at
  }

  #nest(read: () => void): void {
    if (++this.#depth > depthMax) throw this.#malformed(`more than ${depthMax} levels`)
    read()
    this.#depth--
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw this.#malformed('an end where a value must be')
    this.#at++
    return byte
  }

  #take(count: number): Uint8Array {
    if (count > this.#left) throw this.#malformed(`${count} bytes where ${this.#left} are left`)
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  #length(): number {
    const value = this.#varint()
    if (value > 0x7fffffffn) throw this.#malformed(`a length of ${value}`)
    return Number(value)
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw this.#malformed('an integer of more than ten bytes')
  }

  #malformed(what: string): ThriftMalformed {
    return new ThriftMalformed(`Not Thrift's compact protocol: ${what} at byte ${this.#at}.`)
  }
}
