// Records on their way into a log. The log says where each goes, so whoever makes a record writes it where it goes to the
// disk from: nothing is copied in between.

import { lengthBytes } from './segment-format.ts'

export interface Payloads {
  readonly count: number
  bytesOf(nth: number): number
  /** Writes exactly `bytesOf(nth)` bytes. */
  write(nth: number, into: Buffer, offset: number): void
  /** Records `[first, end)`, each behind its length, 4 bytes little endian, as a frame of several has them. */
  writeSeveral(first: number, end: number, into: Buffer, offset: number): void
}

/** `writeSeveral` for whoever writes them one by one. */
export function writeEach(
  payloads: Pick<Payloads, 'bytesOf' | 'write'>,
  [first, end]: readonly [number, number],
  into: Buffer,
  offset: number,
): void {
  let at = offset
  for (let nth = first; nth < end; nth++) {
    const bytes = payloads.bytesOf(nth)
    into.writeUInt32LE(bytes, at)
    payloads.write(nth, into, at + lengthBytes)
    at += lengthBytes + bytes
  }
}

/** Records whose bytes stand somewhere already. */
export function givenPayloads(given: readonly Uint8Array[]): Payloads {
  const payload = (nth: number) => given[nth] as Uint8Array
  const payloads: Payloads = {
    count: given.length,
    bytesOf: nth => payload(nth).byteLength,
    write: (nth, into, offset) => into.set(payload(nth), offset),
    writeSeveral: (first, end, into, offset) => writeEach(payloads, [first, end], into, offset),
  }
  return payloads
}
