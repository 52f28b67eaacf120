/** Writes CBOR (RFC 8949) item by item: definite lengths, shortest heads, floats as doubles. */

const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const

const firstBytes = 1024
const headBytesMax = 9
/** Up to here a text is written faster character by character than by asking the platform for it. */
const shortText = 64

export class CborWriter {
  #bytes = Buffer.allocUnsafe(firstBytes)
  #length = 0

  integer(value: number): void {
    if (value >= 0) this.#head(major.unsigned, value)
    else this.#head(major.negative, -1 - value)
  }

  double(value: number): void {
    this.#room(headBytesMax)
    this.#bytes[this.#length] = 0xfb
    this.#bytes.writeDoubleBE(value, this.#length + 1)
    this.#length += headBytesMax
  }

  boolean(value: boolean): void {
    this.#simple(value ? 0xf5 : 0xf4)
  }

  null(): void {
    this.#simple(0xf6)
  }

  text(value: string): void {
    if (value.length <= shortText && this.#ascii(value)) return
    const length = Buffer.byteLength(value)
    this.#head(major.text, length)
    this.#room(length)
    this.#bytes.write(value, this.#length)
    this.#length += length
  }

  bytes(value: Uint8Array): void {
    this.#head(major.bytes, value.length)
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** An item that was written before. */
  spelled(item: Uint8Array): void {
    this.#room(item.length)
    this.#bytes.set(item, this.#length)
    this.#length += item.length
  }

  /** The items follow. */
  list(items: number): void {
    this.#head(major.list, items)
  }

  /** Keys and values follow in turn. */
  map(entries: number): void {
    this.#head(major.map, entries)
  }

  /** The tagged item follows. */
  tag(number: number): void {
    this.#head(major.tag, number)
  }

  /** What was written so far; the writer is not used afterwards. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** False, and nothing is written, when the text has other characters: then its bytes must be counted first. */
  #ascii(value: string): boolean {
    const start = this.#length
    this.#head(major.text, value.length)
    this.#room(value.length)
    const bytes = this.#bytes
    let at = this.#length
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) {
        this.#length = start
        return false
      }
      bytes[at++] = code
    }
    this.#length = at
    return true
  }

  #simple(byte: number) {
    this.#room(1)
    this.#bytes[this.#length++] = byte
  }

  #head(kind: number, argument: number) {
    this.#room(headBytesMax)
    const bytes = this.#bytes
    const at = this.#length
    const top = kind << 5
    if (argument < 24) {
      bytes[at] = top | argument
      this.#length += 1
    } else if (argument < 0x100) {
      bytes[at] = top | 24
      bytes[at + 1] = argument
      this.#length += 2
    } else if (argument < 0x10000) {
      bytes[at] = top | 25
      bytes.writeUInt16BE(argument, at + 1)
      this.#length += 3
    } else if (argument < 0x100000000) {
      bytes[at] = top | 26
      bytes.writeUInt32BE(argument, at + 1)
      this.#length += 5
    } else {
      bytes[at] = top | 27
      bytes.writeUInt32BE(Math.floor(argument / 0x100000000), at + 1)
      bytes.writeUInt32BE(argument % 0x100000000, at + 5)
      this.#length += headBytesMax
    }
  }

  /** Doubles, so that what is copied in all stays below twice what is written. */
  #room(bytes: number) {
    const wanted = this.#length + bytes
    if (wanted <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
