// Walks the records of a segment file in large reads, verifying each frame. It decides nothing: what one that does not
// verify means (a torn end, damage) is known to whoever walks.

import assert from 'node:assert/strict'
import type { DiskFile } from '../world/disk.ts'
import { LogRecord } from './log-record.ts'
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
  /** Hears where in the file the record's frame stands; answers whether to go on. */
  visit(record: LogRecord, framePosition: number): boolean
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
      const frame = visitFrame(held, offset, header, visitFrom, record => visit(record, position + offset))
      nextIndex = frame.nextIndex
      if (frame.stopped) return { position: position + offset + frameBytes, nextIndex, broken: false }
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

/** The records of a frame that verifies, from `visitFrom` on, until told to stop. */
function visitFrame(
  bytes: Buffer,
  offset: number,
  { index, at, several, bodyBytes }: FrameHeader,
  visitFrom: number,
  visit: (record: LogRecord) => boolean,
): { readonly nextIndex: number; readonly stopped: boolean } {
  let start = offset + frameHeaderBytes
  const bodyEnd = start + bodyBytes
  let nextIndex = index
  do {
    const end = several ? start + lengthBytes + bytes.readUInt32LE(start) : bodyEnd
    assert(end <= bodyEnd, `record ${nextIndex} lies inside its frame`)
    const record = nextIndex++
    if (record >= visitFrom) {
      const payloadStart = several ? start + lengthBytes : start
      if (!visit(new LogRecord(record, at, bytes, payloadStart, end))) return { nextIndex, stopped: true }
    }
    start = end
  } while (start < bodyEnd)
  return { nextIndex, stopped: false }
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
    visit(record, framePosition) {
      index.mark({ index: record.index, at: record.at, position: framePosition })
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
