// Walks the records of a segment file in large reads, verifying each frame. It decides nothing: what one that does not
// verify means (a torn end, damage) is known to whoever walks.

import assert from 'node:assert/strict'
import type { DiskFile } from '../world/disk.ts'
import {
  type FrameHeader,
  frameHeaderBytes,
  headerAt,
  lengthBytes,
  payloadBytesMax,
  segmentHeaderBytes,
  segmentStart,
  verifies,
} from './segment-format.ts'
import type { SparseIndex } from './sparse-index.ts'

const pieceBytes = 1024 * 1024

export interface Walk {
  readonly from: number
  /** Where the durable bytes end. */
  readonly to: number
  readonly firstIndex: number
  /** Records before it are stepped over: their place is checked, not their content. */
  readonly visitFrom?: number
  readonly pieceBytes?: number
  /** Answers whether to go on. */
  visit(record: Found, bytes: Buffer): boolean
}

export interface Found {
  readonly index: number
  readonly at: number
  /** In the bytes given. */
  readonly payloadStart: number
  readonly payloadEnd: number
  /** Of its frame, in the file. */
  readonly framePosition: number
}

/** Where it ended: behind the last frame gone through, and whether that was for a record that does not verify. */
export interface WalkEnd {
  readonly position: number
  readonly nextIndex: number
  readonly broken: boolean
}

export async function walk(file: DiskFile, { from, to, firstIndex, visit, ...options }: Walk): Promise<WalkEnd> {
  let position = from
  let nextIndex = firstIndex
  const visitFrom = options.visitFrom ?? firstIndex
  let readBytes = options.pieceBytes ?? pieceBytes
  while (position < to) {
    const bytes = Buffer.allocUnsafeSlow(Math.min(readBytes, to - position))
    const held = bytes.subarray(0, await file.read(bytes, position))
    let offset = 0
    readBytes = options.pieceBytes ?? pieceBytes
    for (;;) {
      const header = headerAt(held, offset)
      if (header === undefined) break
      const frameBytes = frameHeaderBytes + header.bodyBytes
      if (header.bodyBytes > payloadBytesMax || header.index !== nextIndex || position + offset + frameBytes > to) {
        return { position: position + offset, nextIndex, broken: true }
      }
      if (offset + frameBytes > held.byteLength) {
        readBytes = Math.max(readBytes, frameBytes)
        break
      }
      // How many records there are stands in the body, so that of several is never taken unverified.
      if ((header.several || nextIndex >= visitFrom) && !verifies(held, offset, header.bodyBytes)) {
        return { position: position + offset, nextIndex, broken: true }
      }
      const goOn = eachRecord(held, offset, header, position, found => {
        nextIndex = found.index + 1
        return found.index < visitFrom || visit(found, held)
      })
      if (!goOn) return { position: position + offset + frameBytes, nextIndex, broken: false }
      offset += frameBytes
    }
    // A piece that ends the durable bytes and holds no whole header any more, or a file shorter than it was.
    if (offset === 0 && (held.byteLength === to - position || held.byteLength < bytes.byteLength)) {
      return { position, nextIndex, broken: true }
    }
    position += offset
  }
  return { position, nextIndex, broken: false }
}

/** The records of a frame that verifies, until told to stop. */
function eachRecord(
  bytes: Buffer,
  offset: number,
  { index, at, several, bodyBytes }: FrameHeader,
  position: number,
  visit: (found: Found) => boolean,
): boolean {
  const framePosition = position + offset
  let payloadStart = offset + frameHeaderBytes
  const end = payloadStart + bodyBytes
  if (!several) return visit({ index, at, payloadStart, payloadEnd: end, framePosition })
  for (let nth = index; payloadStart < end; nth++) {
    const payloadEnd = payloadStart + lengthBytes + bytes.readUInt32LE(payloadStart)
    assert(payloadEnd <= end, `record ${nth} lies inside its frame`)
    if (!visit({ index: nth, at, payloadStart: payloadStart + lengthBytes, payloadEnd, framePosition })) return false
    payloadStart = payloadEnd
  }
  return true
}

/** What the segment's header says; undefined when it was not written wholly. Throws when a newer Biwa wrote it. */
export async function readStart(file: DiskFile, path: string): Promise<ReturnType<typeof segmentStart>> {
  const header = Buffer.alloc(segmentHeaderBytes)
  const headerBytes = await file.read(header, 0)
  return segmentStart(header.subarray(0, headerBytes), path)
}

/** Fills `index`, which knows a beginning of the segment or nothing, with the rest; answers whether all of it verifies. */
export async function survey(
  file: DiskFile,
  segment: { readonly path: string; readonly firstIndex: number; readonly bytes: number },
  index: SparseIndex,
): Promise<boolean> {
  if (index.segmentBytes === 0) {
    const start = await readStart(file, segment.path)
    if (start?.firstIndex !== segment.firstIndex) return false
    index.extend(start.firstIndex, start.notBefore, segmentHeaderBytes)
  }
  let lastAt = index.lastAt
  const end = await walk(file, {
    from: index.segmentBytes,
    to: segment.bytes,
    firstIndex: index.endIndex,
    visit(record) {
      index.mark({ index: record.index, at: record.at, position: record.framePosition })
      lastAt = record.at
      return true
    },
  })
  index.extend(end.nextIndex, lastAt, end.position)
  return !end.broken
}

/**
 * Whether a batch begins behind `position`. Batches are written only once the one before is durable, so such a one proves
 * that what does not verify at `position` had been durable.
 */
export async function laterBatchFollows(
  file: DiskFile,
  position: number,
  to: number,
  nextIndex: number,
): Promise<boolean> {
  const bytes = Buffer.alloc(to - position)
  const held = bytes.subarray(0, await file.read(bytes, position))
  const lastPossibleIndex = nextIndex + Math.floor(held.byteLength / lengthBytes)
  for (let offset = 1; offset + frameHeaderBytes <= held.byteLength; offset++) {
    const header = headerAt(held, offset)
    if (header === undefined || !header.startsBatch || header.index <= nextIndex || header.index > lastPossibleIndex)
      continue
    if (verifies(held, offset, header.bodyBytes)) return true
  }
  return false
}
