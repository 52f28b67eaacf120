// A file of lines, read by the child itself: once to learn whether DuckDB's reader of lines can be trusted with it, and
// again for the lines that only the slow way judges right. Lines are numbered from 0 and come without their newline.

import { isUtf8 } from 'node:buffer'
import { reading } from './files.ts'

export interface LinesSurvey {
  readonly bytes: number
  /** No line is longer. */
  readonly longestBytesMax: number
  /** Nothing in it that DuckDB's reader would take for a line break, a column or the end, or refuse. */
  readonly plain: boolean
}

const newline = 0x0a
const blank = Uint8Array.of(newline, newline)
/** What separates columns in the reader of lines, and what it may take for a line break or an end. */
const trouble = [0x00, 0x01, 0x0d]
/** It drops a byte order mark at the beginning, and with it a reason to refuse the line. */
const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf)
const strideBytes = 64 * 1024

/** Looks at the whole of it, but not at every line: the reader of lines counts them. */
export async function survey(file: string): Promise<LinesSurvey> {
  let bytes = 0
  let longestBytesMax = strideBytes
  let plain = true
  await regions(file, region => {
    if (!isUtf8(region) || trouble.some(byte => region.includes(byte))) plain = false
    if (region[0] === newline || region.includes(blank)) plain = false
    if (bytes === 0 && region.indexOf(byteOrderMark) === 0) plain = false
    bytes += region.length
    // From the beginning of a line to that of a line within the stride: all between are shorter.
    for (let from = 0; from < region.length - strideBytes; ) {
      let end = region.lastIndexOf(newline, from + strideBytes)
      if (end < from) {
        end = region.indexOf(newline, from)
        longestBytesMax = Math.max(longestBytesMax, (end < 0 ? region.length : end) - from)
        if (end < 0) break
      }
      from = end + 1
    }
  })
  return { bytes, longestBytesMax, plain }
}

/** `wanted`: numbers in rising order; every line without. `settle` is awaited now and then. Answers how many lines there are. */
export async function eachLine(
  file: string,
  wanted: readonly number[] | undefined,
  visit: (line: Buffer, number: number) => void,
  settle: () => Promise<void>,
): Promise<number> {
  let number = 0
  let next = 0
  await regions(file, async region => {
    for (let from = 0; from < region.length; ) {
      const end = region.indexOf(newline, from)
      const to = end < 0 ? region.length : end
      if (wanted === undefined || wanted[next] === number) {
        next += 1
        visit(region.subarray(from, to), number)
      }
      number += 1
      from = to + 1
    }
    await settle()
  })
  return number
}

/** Whole lines together, the last one perhaps without its newline. */
async function regions(file: string, visit: (region: Buffer) => void | Promise<void>): Promise<void> {
  let kept: Buffer[] = []
  for await (const chunk of reading(file) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(newline)
    if (end < 0) {
      kept.push(chunk)
      continue
    }
    await visit(Buffer.concat([...kept, chunk.subarray(0, end + 1)]))
    kept = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : []
  }
  if (kept.length > 0) await visit(Buffer.concat(kept))
}
