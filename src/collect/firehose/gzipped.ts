// Compresses as it goes: one gzip member, on libuv's threads, holding a window's worth.
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip()
  // Its failure destroys `gzip`, which the reading below throws.
  const feeding = pipeline(chunks, gzip)
  feeding.catch(() => undefined)
  yield* gzip
  await feeding
}
