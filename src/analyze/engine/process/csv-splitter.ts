// Cuts a stream of bytes into the records of delimited text (RFC 4180): fields between delimiters, a field in quotes may hold
// delimiters, line breaks and doubled quotes. Each record becomes a JSON document of its object's columns, so that it is judged
// as a record of JSON is; what is no record comes out as a reject with its reason, and no byte is dropped but blank lines.
//
// A quote that is never closed must not swallow the records behind it: it is given up after `recordBytesMax` or at the end, its
// line is a reject, and the next line begins anew.

import { isUtf8 } from 'node:buffer'
import type { Cutter } from './raw-object.ts'
import type { Piece } from './splitter.ts'

export interface CsvFormat {
  /** Whether the first record of every object names its columns; else they are the schema's, by place. */
  readonly header: boolean
  /** One ASCII character each. */
  readonly delimiter: string
  readonly quote: string
}

export interface Field {
  readonly text: string
  readonly isQuoted: boolean
}

/** What a record says, or why it says nothing. */
export type Reading = { readonly document: Uint8Array } | { readonly reason: string }

/** Told the header's fields where there is one; throws RangeError for a header that cannot be. */
export type RecordReader = {
  header(fields: readonly Field[]): void
  record(fields: readonly Field[], raw: string): Reading
}

const newline = 0x0a
const carriageReturn = 0x0d
const recordBytesMax = 1024 ** 2
const byteOrderMark = '\ufeff'

export class CsvSplitter implements Cutter {
  readonly glued = false
  readonly #emit: (piece: Piece) => void
  readonly #reader: RecordReader
  readonly #delimiter: number
  readonly #quote: number
  #rest: Uint8Array = new Uint8Array(0)
  /** Where the scan of `#rest` goes on; the record under way begins at its first byte. */
  #at = 0
  /** `after`: behind a quote that may have closed its field. */
  #state: 'begin' | 'plain' | 'quoted' | 'after' = 'begin'
  #line = 1
  #startLine = 1
  #isHeaderDue: boolean

  constructor(format: CsvFormat, reader: RecordReader, emit: (piece: Piece) => void) {
    this.#emit = emit
    this.#reader = reader
    this.#delimiter = format.delimiter.charCodeAt(0)
    this.#quote = format.quote.charCodeAt(0)
    this.#isHeaderDue = format.header
  }

  push(chunk: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#scan()
  }

  /** `reason` says that the stream was cut: then its last record is not to be trusted. */
  end(reason?: string): void {
    while (this.#rest.length > 0 && this.#state === 'quoted') {
      this.#giveUp()
      this.#scan()
    }
    if (reason !== undefined) this.#reject(this.#rest, reason)
    else if (this.#rest.length > 0) this.#take(this.#rest)
    this.#rest = new Uint8Array(0)
  }

  #scan(): void {
    let from = 0
    for (let at = this.#at; at < this.#rest.length; at += 1) {
      const byte = this.#rest[at] ?? 0
      if (byte === newline) this.#line += 1
      if (this.#state === 'quoted') {
        if (byte === this.#quote) this.#state = 'after'
        else if (at - from > recordBytesMax) {
          this.#rest = this.#rest.subarray(from)
          this.#giveUp()
          from = 0
          at = -1
        }
      } else if (byte === newline) {
        this.#take(this.#rest.subarray(from, at))
        from = at + 1
        this.#startLine = this.#line
        this.#state = 'begin'
      } else if (byte === this.#quote && this.#state !== 'plain') this.#state = 'quoted'
      else this.#state = byte === this.#delimiter ? 'begin' : 'plain'
    }
    this.#rest = this.#rest.subarray(from)
    this.#at = this.#rest.length
    if (this.#state !== 'quoted' && this.#rest.length > recordBytesMax)
      throw new RangeError(`line ${this.#startLine} begins a record of more than ${recordBytesMax} bytes`)
  }

  /** The line that opened the quote is a reject; what follows it is read anew. */
  #giveUp(): void {
    const end = this.#rest.indexOf(newline)
    this.#reject(end < 0 ? this.#rest : this.#rest.subarray(0, end), 'a quote is not closed')
    this.#rest = end < 0 ? new Uint8Array(0) : this.#rest.subarray(end + 1)
    this.#startLine += 1
    this.#line = this.#startLine
    this.#at = 0
    this.#state = 'begin'
  }

  #take(record: Uint8Array): void {
    const bytes = record.at(-1) === carriageReturn ? record.subarray(0, -1) : record
    if (bytes.length === 0) return
    if (!isUtf8(bytes)) {
      this.#reject(bytes, 'not valid UTF-8')
      return
    }
    const decoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    const text = this.#startLine === 1 && decoded.startsWith(byteOrderMark) ? decoded.slice(1) : decoded
    const fields = fieldsOf(text, String.fromCharCode(this.#delimiter), String.fromCharCode(this.#quote))
    if (this.#isHeaderDue) {
      this.#isHeaderDue = false
      if (fields === undefined) throw new RangeError('its header has characters behind a closing quote')
      this.#reader.header(fields)
      return
    }
    const read: Reading =
      fields === undefined ? { reason: 'characters behind a closing quote' } : this.#reader.record(fields, text)
    if ('reason' in read) this.#reject(bytes, read.reason)
    else this.#emit({ line: this.#startLine, ordinal: 1, bytes: read.document })
  }

  #reject(bytes: Uint8Array, reason: string): void {
    this.#emit({ line: this.#startLine, ordinal: 1, bytes, reason })
  }
}

/** Undefined where something stands between a closing quote and the next delimiter. */
export function fieldsOf(text: string, delimiter: string, quote: string): readonly Field[] | undefined {
  const fields: Field[] = []
  for (let at = 0; at <= text.length; ) {
    if (text[at] !== quote) {
      const end = text.indexOf(delimiter, at)
      fields.push({ text: text.slice(at, end < 0 ? undefined : end), isQuoted: false })
      if (end < 0) return fields
      at = end + 1
      continue
    }
    let value = ''
    let from = at + 1
    for (;;) {
      const end = text.indexOf(quote, from)
      if (end < 0) return undefined
      value += text.slice(from, end)
      from = end + 1
      if (text[from] !== quote) break
      value += quote
      from += 1
    }
    fields.push({ text: value, isQuoted: true })
    if (from === text.length) return fields
    if (text[from] !== delimiter) return undefined
    at = from + 1
  }
  return fields
}
