// Compresses as it goes: one gzip member, on libuv's threads. What comes next is read while they work: where others keep the
// event loop busy, each way there and back costs milliseconds, and a delivery that waits for all of them falls behind.
import type { TransformOptions } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, type ZlibOptions } from 'node:zlib'

/** Streams' own options are taken too, though the types do not say so. */
const options: ZlibOptions & TransformOptions = { highWaterMark: 512 * 1024, chunkSize: 128 * 1024 }

export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip(options)
  // Its failure destroys `gzip`, which the reading below throws.
  const feeding = pipeline(chunks, gzip)
  feeding.catch(() => undefined)
  yield* gzip
  await feeding
}
