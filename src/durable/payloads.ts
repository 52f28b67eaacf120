// Records on their way into a log. The log says where each goes, so whoever makes a record writes it where it goes to the
// disk from: nothing is copied in between.

export interface Payloads {
  readonly count: number
  bytesOf(nth: number): number
  /** Writes exactly `bytesOf(nth)` bytes. */
  write(nth: number, into: Buffer, offset: number): void
}

/** Records whose bytes stand somewhere already. */
export function givenPayloads(payloads: readonly Uint8Array[]): Payloads {
  const given = (nth: number) => payloads[nth] as Uint8Array
  return {
    count: payloads.length,
    bytesOf: nth => given(nth).byteLength,
    write: (nth, into, offset) => into.set(given(nth), offset),
  }
}
