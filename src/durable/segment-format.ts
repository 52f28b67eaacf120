// The bytes of a segment file, and nothing about files or time. All numbers are little-endian.
//
//   segment  = header record*
//   header   = "biwaseg" version:u8 crc:u32 zero:u32 firstIndex:u64 notBefore:u64        32 bytes
//   record   = crc:u32 length:u32 at:u64 index:u64 payload                               24 bytes + payload
//
//   notBefore  the `at` of the record before the first: known even when that record's segment was trimmed
//   header crc CRC-32 of what follows it in the header
//
//   length   bits 0..30 the payload's bytes; bit 31 set: the first record of a batch (of one write and one fsync)
//   crc      CRC-32 (zlib) of everything in the record after the crc itself
//   at       milliseconds since 1970 UTC, never smaller than the record before
//   index    one more than the record before
//
// A batch is written only after the one before it is durable. So a record that does not verify may be the torn end of
// the last batch, unless the first record of a later batch follows: then durable bytes were damaged.

import { crc32 } from 'node:zlib'

export const segmentHeaderBytes = 32
export const recordHeaderBytes = 24
export const payloadBytesMax = 64 * 1024 * 1024
const version = 1
const batchStartBit = 0x8000_0000
const magic = Buffer.from('biwaseg', 'latin1')

export interface LogRecord {
  readonly index: number
  readonly at: number
  readonly payload: Uint8Array
}

export interface SegmentStart {
  readonly firstIndex: number
  readonly notBefore: number
}

export interface RecordHeader {
  readonly index: number
  readonly at: number
  readonly payloadBytes: number
  readonly startsBatch: boolean
}

export function segmentHeader({ firstIndex, notBefore }: SegmentStart): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes)
  magic.copy(bytes)
  bytes[7] = version
  writeU64(bytes, firstIndex, 16)
  writeU64(bytes, notBefore, 24)
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8)
  return bytes
}

/** What the header says; undefined when it was not written wholly. Throws when a newer Biwa wrote it. */
export function segmentStart(bytes: Buffer, path: string): SegmentStart | undefined {
  if (bytes.byteLength < segmentHeaderBytes || bytes.compare(magic, 0, 7, 0, 7) !== 0) return undefined
  const found = bytes.readUInt8(7)
  if (found > version) {
    throw new Error(
      `${path} has segment format ${found}, this Biwa knows ${version}: start the newer Biwa that wrote it.`,
    )
  }
  if (found !== version || crc32(bytes.subarray(12, segmentHeaderBytes)) !== bytes.readUInt32LE(8)) return undefined
  return { firstIndex: readU64(bytes, 16), notBefore: readU64(bytes, 24) }
}

/** Writes a record at `offset` and returns the offset behind it. */
export function encodeRecord(into: Buffer, offset: number, record: LogRecord, startsBatch: boolean): number {
  const { payload } = record
  const end = offset + recordHeaderBytes + payload.byteLength
  into.writeUInt32LE((payload.byteLength | (startsBatch ? batchStartBit : 0)) >>> 0, offset + 4)
  writeU64(into, record.at, offset + 8)
  writeU64(into, record.index, offset + 16)
  into.set(payload, offset + recordHeaderBytes)
  into.writeUInt32LE(crc32(into.subarray(offset + 4, end)), offset)
  return end
}

/** The header at `offset`, not yet verified; undefined where there are too few bytes for one. */
export function headerAt(bytes: Buffer, offset: number): RecordHeader | undefined {
  if (offset + recordHeaderBytes > bytes.byteLength) return undefined
  const length = bytes.readUInt32LE(offset + 4)
  return {
    index: readU64(bytes, offset + 16),
    at: readU64(bytes, offset + 8),
    payloadBytes: (length & ~batchStartBit) >>> 0,
    startsBatch: length >= batchStartBit,
  }
}

/** Whether the whole record at `offset` is in `bytes` and is what was written. */
export function verifies(bytes: Buffer, offset: number, payloadBytes: number): boolean {
  const end = offset + recordHeaderBytes + payloadBytes
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
