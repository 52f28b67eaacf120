// The bytes of a segment file, and nothing about files or time. All numbers are little-endian.
//
//   segment  = header frame*
//   header   = "biwaseg" version:u8 crc:u32 zero:u32 firstIndex:u64 notBefore:u64        32 bytes
//   frame    = crc:u32 length:u32 at:u64 index:u64 body                                  24 bytes + body
//   body     = payload | several (length:u32 payload)                                    several: from version 2 on
//
//   notBefore  the `at` of the record before the first: known even when that record's segment was trimmed
//   header crc CRC-32 of what follows it in the header
//
//   length   bits 0..26 the body's bytes; bit 31 set: the first frame of a batch (of one write and one fsync);
//            bit 30 set: the body holds several records of one append, each with its length before it
//   crc      CRC-32 (zlib) of everything in the frame after the crc itself
//   at       milliseconds since 1970 UTC, never smaller than in the frame before
//   index    of the first record: one more than the record before
//
// A batch is written only after the one before it is durable. So a frame that does not verify may be the torn end of
// the last batch, unless the first frame of a later batch follows: then durable bytes were damaged.
//
// Several records in a frame cost one checksum and one head for all of them. A frame ends at 64 KiB, so that whoever wants
// one record reads and verifies little else.

import { crc32 } from 'node:zlib'

export const segmentHeaderBytes = 32
export const frameHeaderBytes = 24
export const payloadBytesMax = 64 * 1024 * 1024
/** Of a frame with several records, which may be less; of one record `payloadBytesMax`. */
export const frameBodyBytesMax = 64 * 1024
/** Before each record of several. */
export const lengthBytes = 4
export const segmentVersion = 2
const batchStartBit = 0x8000_0000
const severalBit = 0x4000_0000
const magic = Buffer.from('biwaseg', 'latin1')

export interface SegmentStart {
  readonly firstIndex: number
  readonly notBefore: number
}

export interface FrameHeader {
  /** Of its first record. */
  readonly index: number
  readonly at: number
  readonly bodyBytes: number
  readonly several: boolean
  readonly startsBatch: boolean
}

export function segmentHeader({ firstIndex, notBefore }: SegmentStart): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes)
  magic.copy(bytes)
  bytes[7] = segmentVersion
  writeU64(bytes, firstIndex, 16)
  writeU64(bytes, notBefore, 24)
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8)
  return bytes
}

/** What the header says; undefined when it was not written wholly. Throws when a newer Biwa wrote it. */
export function segmentStart(bytes: Buffer, path: string): (SegmentStart & { readonly version: number }) | undefined {
  if (bytes.byteLength < segmentHeaderBytes || bytes.compare(magic, 0, 7, 0, 7) !== 0) return undefined
  const version = bytes.readUInt8(7)
  if (version > segmentVersion) {
    throw new Error(
      `${path} has segment format ${version}, this Biwa knows ${segmentVersion}: start the newer Biwa that wrote it.`,
    )
  }
  if (version === 0 || crc32(bytes.subarray(12, segmentHeaderBytes)) !== bytes.readUInt32LE(8)) return undefined
  return { version, firstIndex: readU64(bytes, 16), notBefore: readU64(bytes, 24) }
}

/** Completes a frame at `offset` whose body stands there already. */
export function sealFrame(into: Buffer, offset: number, frame: FrameHeader): void {
  const { bodyBytes, several, startsBatch, at, index } = frame
  into.writeUInt32LE((bodyBytes | (several ? severalBit : 0) | (startsBatch ? batchStartBit : 0)) >>> 0, offset + 4)
  writeU64(into, at, offset + 8)
  writeU64(into, index, offset + 16)
  into.writeUInt32LE(crc32(into.subarray(offset + 4, offset + frameHeaderBytes + bodyBytes)), offset)
}

/** The header at `offset`, not yet verified; undefined where there are too few bytes for one. */
export function headerAt(bytes: Buffer, offset: number): FrameHeader | undefined {
  if (offset + frameHeaderBytes > bytes.byteLength) return undefined
  const length = bytes.readUInt32LE(offset + 4)
  return {
    index: readU64(bytes, offset + 16),
    at: readU64(bytes, offset + 8),
    bodyBytes: (length & ~batchStartBit & ~severalBit) >>> 0,
    several: (length & severalBit) !== 0,
    startsBatch: length >= batchStartBit,
  }
}

/** Whether the whole frame at `offset` is in `bytes` and is what was written. */
export function verifies(bytes: Buffer, offset: number, bodyBytes: number): boolean {
  const end = offset + frameHeaderBytes + bodyBytes
  return end <= bytes.byteLength && crc32(bytes.subarray(offset + 4, end)) === bytes.readUInt32LE(offset)
}

export function segmentName(firstIndex: number): string {
  return `${String(firstIndex).padStart(16, '0')}.segment`
}

export function firstIndexIn(name: string): number | undefined {
  const digits = /^(\d{16})\.segment$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function writeU64(bytes: Buffer, value: number, offset: number): void {
  bytes.writeUInt32LE(value >>> 0, offset)
  bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), offset + 4)
}

function readU64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * 0x1_0000_0000
}
