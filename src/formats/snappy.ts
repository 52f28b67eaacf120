// Snappy in the two containers that Firehose writes, as streams: one block of the input is in memory at a time. Neither
// is Google's framing format. What a block itself looks like is the library's business.
//
//   snappy-java:  82 "SNAPPY" 00 | version, compatible version (4 bytes each) | (length, block)*
//   Hadoop:       (length of the plain text, length of the block, block)*
//   Lengths have four bytes, the first is the highest; a block holds up to 32 KiB of the input.

import { createRequire } from 'node:module'

// It comes without types.
const snappy = createRequire(import.meta.url)('snappyjs') as { compress(plain: Uint8Array): Uint8Array }

const blockBytes = 32 * 1024
/** Blocks leave together, so that the reader is not woken for each. */
const gatheredBytes = 256 * 1024
const snappyJavaHeader = Uint8Array.of(0x82, ...new TextEncoder().encode('SNAPPY'), 0, ...number(1), ...number(1))

/** What Firehose calls `Snappy`: what SnappyOutputStream of snappy-java writes, its header also for no input. */
export async function* snappyJava(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield snappyJavaHeader
  yield* containers(chunks, block => {
    const compressed = snappy.compress(block)
    return [number(compressed.length), compressed]
  })
}

/** What Firehose calls `HADOOP_SNAPPY`: what Hadoop's SnappyCodec reads. No input makes no bytes. */
export function hadoopSnappy(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return containers(chunks, block => {
    const compressed = snappy.compress(block)
    return [number(block.length), number(compressed.length), compressed]
  })
}

async function* containers(
  chunks: AsyncIterable<Uint8Array>,
  contained: (block: Uint8Array) => readonly Uint8Array[],
): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = []
  let bytes = 0
  for await (const block of blocks(chunks)) {
    const parts = contained(block)
    gathered.push(...parts)
    for (const part of parts) bytes += part.length
    if (bytes >= gatheredBytes) {
      yield Buffer.concat(gathered)
      gathered = []
      bytes = 0
    }
  }
  if (bytes > 0) yield Buffer.concat(gathered)
}

/** The same bytes in blocks of one size, the last one smaller. A block is valid until the next is asked for. */
async function* blocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const block = new Uint8Array(blockBytes)
  let filled = 0
  for await (const chunk of chunks) {
    let from = 0
    while (from < chunk.length) {
      const part = chunk.subarray(from, from + blockBytes - filled)
      block.set(part, filled)
      filled += part.length
      from += part.length
      if (filled < blockBytes) continue
      yield block
      filled = 0
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
