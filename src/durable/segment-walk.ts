// Walks the records of a segment file in large reads, verifying each. It decides nothing: what a record that does not
// verify means (a torn end, damage) is known to whoever walks.

import type { DiskFile } from '../world/disk.ts'
import {
  headerAt,
  payloadBytesMax,
  type RecordHeader,
  recordHeaderBytes,
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
  /** Answers whether to go on. `payloadOffset` is in `bytes`, `position` in the file. */
  visit(header: RecordHeader, bytes: Buffer, payloadOffset: number, position: number): boolean
}

/** Where it ended: behind the last record visited, and whether that was for a record that does not verify. */
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
      const recordBytes = recordHeaderBytes + header.payloadBytes
      if (header.payloadBytes > payloadBytesMax || header.index !== nextIndex || position + offset + recordBytes > to) {
        return { position: position + offset, nextIndex, broken: true }
      }
      if (offset + recordBytes > held.byteLength) {
        readBytes = Math.max(readBytes, recordBytes)
        break
      }
      const wanted = nextIndex >= visitFrom
      if (wanted && !verifies(held, offset, header.payloadBytes)) {
        return { position: position + offset, nextIndex, broken: true }
      }
      const goOn = !wanted || visit(header, held, offset + recordHeaderBytes, position + offset)
      offset += recordBytes
      nextIndex++
      if (!goOn) return { position: position + offset, nextIndex, broken: false }
    }
    // A piece that ends the durable bytes and holds no whole header any more, or a file shorter than it was.
    if (offset === 0 && (held.byteLength === to - position || held.byteLength < bytes.byteLength)) {
      return { position, nextIndex, broken: true }
    }
    position += offset
  }
  return { position, nextIndex, broken: false }
}

/** Fills `index`, which knows a beginning of the segment or nothing, with the rest; answers whether all of it verifies. */
export async function survey(
  file: DiskFile,
  segment: { readonly path: string; readonly firstIndex: number; readonly bytes: number },
  index: SparseIndex,
): Promise<boolean> {
  if (index.segmentBytes === 0) {
    const header = Buffer.alloc(segmentHeaderBytes)
    const headerBytes = await file.read(header, 0)
    const start = segmentStart(header.subarray(0, headerBytes), segment.path)
    if (start?.firstIndex !== segment.firstIndex) return false
    index.extend(start.firstIndex, start.notBefore, segmentHeaderBytes)
  }
  let lastAt = index.lastAt
  const end = await walk(file, {
    from: index.segmentBytes,
    to: segment.bytes,
    firstIndex: index.endIndex,
    visit(record, _bytes, _offset, position) {
      index.mark({ index: record.index, at: record.at, position })
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
  const lastPossibleIndex = nextIndex + Math.floor(held.byteLength / recordHeaderBytes)
  for (let offset = 1; offset + recordHeaderBytes <= held.byteLength; offset++) {
    const header = headerAt(held, offset)
    if (header === undefined || !header.startsBatch || header.index <= nextIndex || header.index > lastPossibleIndex)
      continue
    if (verifies(held, offset, header.payloadBytes)) return true
  }
  return false
}
