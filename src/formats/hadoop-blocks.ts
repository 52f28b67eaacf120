// Packed text in blocks as Hadoop writes it, for any way to pack a block; one block is in memory at a time.
//
//   (length of the plain text, (length of the packed piece, piece)* until that many bytes came of them)*
//   Lengths have four bytes, the first is the highest.
//
// https://github.com/apache/hadoop/blob/trunk/hadoop-common-project/hadoop-common/src/main/java/org/apache/hadoop/io/compress/BlockDecompressorStream.java

import { ByteQueue, PackedMalformed } from './packed.ts'

/** A piece of as many plain bytes at most. Throws PackedMalformed. */
export type Unpack = (piece: Uint8Array, plainBytesMax: number) => Uint8Array

/** Hadoop's own writers make 256 KiB, others up to some megabytes. */
const pieceBytesMax = 32 * 1024 * 1024

export async function* hadoopBlocks(chunks: AsyncIterable<Uint8Array>, unpack: Unpack): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(chunks)
  const length = async () => {
    const bytes = await queue.take(4)
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  }
  while ((await queue.fill(1)) > 0) {
    let left = await length()
    while (left > 0) {
      const packed = await length()
      if (packed > pieceBytesMax)
        throw new PackedMalformed(`a block of ${packed} bytes: these are not blocks as Hadoop writes them`)
      const plain = unpack(await queue.take(packed), Math.min(left, pieceBytesMax))
      // Else it would never end.
      if (plain.length === 0 && packed === 0) throw new PackedMalformed('a block of no bytes')
      left -= plain.length
      if (plain.length > 0) yield plain
    }
  }
}
