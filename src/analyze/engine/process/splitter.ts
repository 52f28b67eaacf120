// Cuts a stream of bytes into JSON documents, however they are set apart: a line each, glued `{…}{…}`, or printed over
// several lines. It does not judge whether a document is good JSON; it says where each one is and never drops a byte that
// is not white space: what is no document comes out as a reject with its reason.
//
//   outside ──{ or [──▶ document ──matching end──▶ outside
//      └── anything else ──▶ rubbish ──newline──▶ outside
//
// A broken document must not swallow the good ones behind it. A line break inside a string is never JSON, and a line that
// begins with `{` where a document cannot go on with `{` begins a new one: both end the broken document there.

import { isUtf8 } from 'node:buffer'

export interface Piece {
  /** Absent for a document. */
  readonly reason?: string
  /** Both from 1; the ordinal counts what begins on one line. */
  readonly line: number
  readonly ordinal: number
  readonly bytes: Uint8Array
}

const newline = 0x0a
const quote = 0x22
const backslash = 0x5c
const openObject = 0x7b
const closeObject = 0x7d
const openArray = 0x5b
const closeArray = 0x5d
const comma = 0x2c
const colon = 0x3a

/** A document larger than this is more likely a damaged object than a record. */
export const documentBytesMax = 16 * 1024 ** 2

export class Splitter {
  readonly #emit: (piece: Piece) => void
  #rest: Uint8Array = new Uint8Array(0)
  /** Where the scan of `#rest` goes on. */
  #at = 0
  #from = -1
  #state: 'outside' | 'document' | 'rubbish' = 'outside'
  #inString = false
  #escaped = false
  /** Kinds of the open brackets. */
  #open: number[] = []
  /** The last byte that was no white space, inside a document and outside its strings. */
  #last = 0
  #broken: string | undefined
  #line = 1
  #startLine = 1
  #ordinal = 1
  /** The line on which the piece before ended. */
  #endLine = 0
  /** Whether two documents shared a line. */
  glued = false

  constructor(emit: (piece: Piece) => void) {
    this.#emit = emit
  }

  push(chunk: Uint8Array): void {
    const from = this.#from < 0 ? this.#at : this.#from
    this.#rest = from >= this.#rest.length ? chunk : Buffer.concat([this.#rest.subarray(from), chunk])
    this.#at -= from
    if (this.#from >= 0) this.#from = 0
    this.#scan()
    if (this.#from >= 0 && this.#rest.length - this.#from > documentBytesMax) {
      throw new RangeError(`line ${this.#startLine} begins a document of more than ${documentBytesMax} bytes`)
    }
  }

  /** What is still open is broken; `reason` says more where the stream itself was cut. */
  end(reason?: string): void {
    if (this.#from < 0) {
      if (reason === undefined) return
      this.#startLine = this.#line
      this.#ordinal = 1
      this.#out(new Uint8Array(0), reason)
      return
    }
    const text = this.#rest.subarray(this.#from)
    const plain = this.#state === 'document' ? 'the document is not closed' : 'not a JSON document'
    this.#out(text, reason ?? plain)
    this.#from = -1
  }

  #scan(): void {
    const bytes = this.#rest
    for (let at = this.#at; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0
      if (this.#state === 'outside') {
        if (byte === newline) this.#line += 1
        else if (byte > 0x20) at = this.#begin(at, byte)
      } else if (this.#state === 'rubbish') {
        if (byte === newline) this.#close(at, 'not a JSON document')
      } else if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#inString = false
        else if (byte === newline) this.#close(at, 'a line break inside a string')
        else if (byte < 0x20) this.#broken = 'a control character inside a string'
      } else if (byte > 0x20) {
        at = this.#inside(at, byte)
      } else if (byte === newline) this.#line += 1
      else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) this.#broken = 'a control character in a document'
    }
    this.#at = bytes.length
  }

  #begin(at: number, byte: number): number {
    this.#from = at
    this.#startLine = this.#line
    this.#ordinal = this.#line === this.#endLine ? this.#ordinal + 1 : 1
    this.#broken = undefined
    if (byte !== openObject && byte !== openArray) {
      this.#state = 'rubbish'
      return at
    }
    if (this.#ordinal > 1) this.glued = true
    this.#state = 'document'
    this.#open = [byte]
    this.#last = byte
    this.#inString = false
    return at
  }

  #inside(at: number, byte: number): number {
    if (byte === openObject && this.#line > this.#startLine && !this.#mayOpen() && this.#firstOfLine(at)) {
      // The document before was cut off; what begins here is another one.
      const end = this.#rest.lastIndexOf(newline, at)
      this.#line -= 1
      this.#close(end, 'the document is not closed')
      return end
    }
    this.#last = byte
    if (byte === quote) this.#inString = true
    else if (byte === openObject || byte === openArray) this.#open.push(byte)
    else if (byte === closeObject || byte === closeArray) {
      const opened = this.#open.pop()
      if ((opened === openObject) !== (byte === closeObject)) this.#broken = 'a bracket closes another kind of bracket'
      if (this.#open.length === 0) {
        this.#out(this.#rest.subarray(this.#from, at + 1), this.#broken)
        this.#from = -1
        this.#state = 'outside'
      }
    }
    return at
  }

  /** Whether JSON allows an object here: after a colon, in an array after its start or a comma. */
  #mayOpen(): boolean {
    if (this.#last === colon || this.#last === openArray) return true
    return this.#last === comma && this.#open.at(-1) === openArray
  }

  #firstOfLine(at: number): boolean {
    for (let index = at - 1; index >= 0; index -= 1) {
      const byte = this.#rest[index] ?? 0
      if (byte === newline) return true
      if (byte > 0x20) return false
    }
    return false
  }

  /** Ends what is open before the newline at `at`. */
  #close(at: number, reason: string): void {
    this.#out(this.#rest.subarray(this.#from, at), reason)
    this.#from = -1
    this.#state = 'outside'
    this.#inString = false
    this.#escaped = false
    this.#line += 1
  }

  #out(bytes: Uint8Array, reason: string | undefined): void {
    this.#endLine = this.#line
    const why = reason ?? (isUtf8(bytes) ? undefined : 'not valid UTF-8')
    this.#emit({ line: this.#startLine, ordinal: this.#ordinal, bytes, ...(why === undefined ? {} : { reason: why }) })
  }
}
