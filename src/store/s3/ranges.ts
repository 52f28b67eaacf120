// Byte ranges of objects: `bytes=0-99`, `bytes=100-`, `bytes=-100`. As in S3 one range only: several, or one that
// cannot be read, mean the whole object.
import { copyRangeOutside, invalidArgument, invalidRange } from './faults.ts'

export interface ByteRange {
  readonly from: number
  readonly toExclusive: number
}

/** Undefined means the whole. @throws InvalidRange when it lies outside */
export function parseRange(header: string | undefined, bytes: number): ByteRange | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (header === undefined || match === null) return undefined
  const [first, last] = [match[1] ?? '', match[2] ?? '']
  if (first === '') {
    if (last === '') return undefined
    const length = Math.min(Number(last), bytes)
    if (length === 0) throw invalidRange(header, bytes)
    return { from: bytes - length, toExclusive: bytes }
  }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return undefined
  if (from >= bytes) throw invalidRange(header, bytes)
  return { from, toExclusive: last === '' ? bytes : Math.min(Number(last) + 1, bytes) }
}

/** Of UploadPartCopy: both ends, within the source. */
export function parseCopyRange(header: string, bytes: number): ByteRange {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header)
  const [from, last] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || last < from)
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    )
  if (from >= bytes) throw copyRangeOutside()
  if (last >= bytes)
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${bytes}`,
      'x-amz-copy-source-range',
      header,
    )
  return { from, toExclusive: last + 1 }
}
