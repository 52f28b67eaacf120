// A record with where it came from, as bytes in a spool: what is converted is read twice, once for the engine and once more
// for the records that did not fit.
//
//   data bytes (4) · raw bytes (4; all ones: the data are the raw ones) · at (8) · index (8) · part (4) · lane (4) · data · raw
import assert from 'node:assert/strict'
import type { FlowRecord } from './flow.ts'

export interface Frame {
  readonly data: Uint8Array
  readonly raw: Uint8Array
  readonly at: number
  readonly index: number
  readonly part: number
  /** As the writer numbered them. */
  readonly lane: number
}

const headBytes = 32
const sameAsData = 0xffff_ffff

export function frameOf({ data, raw, origin, part }: FlowRecord, lane: number): readonly Uint8Array[] {
  const head = Buffer.allocUnsafe(headBytes)
  const isSame = raw === data
  head.writeUInt32LE(data.length, 0)
  head.writeUInt32LE(isSame ? sameAsData : raw.length, 4)
  head.writeDoubleLE(origin.at, 8)
  head.writeDoubleLE(origin.index, 16)
  head.writeUInt32LE(part, 24)
  head.writeUInt32LE(lane, 28)
  return isSame ? [head, data] : [head, data, raw]
}

export async function* framesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let parts: Uint8Array[] = []
  let length = 0
  let needed = headBytes
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
    // A large frame is put together once, not with each chunk of it.
    if (length < needed) continue
    const held = Buffer.concat(parts)
    let at = 0
    for (needed = bytesNeeded(held, at); at + needed <= held.length; needed = bytesNeeded(held, at)) {
      yield frame(held.subarray(at, at + needed))
      at += needed
    }
    parts = [held.subarray(at)]
    length = held.length - at
  }
  assert(length === 0, 'frames are read whole')
}

/** Of the frame at `at`, as far as can be told from what is there. */
function bytesNeeded(held: Buffer, at: number): number {
  if (at + headBytes > held.length) return headBytes
  const raw = held.readUInt32LE(at + 4)
  return headBytes + held.readUInt32LE(at) + (raw === sameAsData ? 0 : raw)
}

function frame(bytes: Buffer): Frame {
  const dataEnd = headBytes + bytes.readUInt32LE(0)
  const data = bytes.subarray(headBytes, dataEnd)
  return {
    data,
    raw: bytes.readUInt32LE(4) === sameAsData ? data : bytes.subarray(dataEnd),
    at: bytes.readDoubleLE(8),
    index: bytes.readDoubleLE(16),
    part: bytes.readUInt32LE(24),
    lane: bytes.readUInt32LE(28),
  }
}
