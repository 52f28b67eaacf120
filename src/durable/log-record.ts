// A record as it was read: a part of the piece that was read with it. A reader goes through hundreds of thousands of them a
// second, so none has a Buffer of its own until somebody asks for its payload.

export class LogRecord {
  readonly index: number
  readonly at: number
  /** What it was read with, which it keeps in memory. */
  readonly bytes: Buffer
  readonly start: number
  readonly end: number

  constructor(index: number, at: number, bytes: Buffer, start: number, end: number) {
    this.index = index
    this.at = at
    this.bytes = bytes
    this.start = start
    this.end = end
  }

  get payload(): Buffer {
    return this.bytes.subarray(this.start, this.end)
  }

  get byteLength(): number {
    return this.end - this.start
  }
}
