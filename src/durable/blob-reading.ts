// Streams a range of a blob's file in large pieces, reading the next piece while the caller works on this one.

import type { DiskFile } from '../world/disk.ts'

const firstChunkBytes = 256 * 1024
const chunkBytes = 1024 * 1024

interface Range {
  readonly id: string
  readonly from: number
  readonly end: number
  readonly open: () => Promise<DiskFile>
  /** Let go as soon as the file is open: then it stays readable by itself. */
  readonly held: Disposable
}

export async function* readBlobFile({ id, from, end, open, held }: Range): AsyncGenerator<Uint8Array> {
  const file = await open().finally(() => held[Symbol.dispose]())
  let ahead: Promise<Uint8Array> | undefined
  try {
    let position = from
    ahead = position < end ? readChunk(file, id, position, Math.min(end, position + firstChunkBytes)) : undefined
    while (ahead !== undefined) {
      const chunk = await ahead
      position += chunk.byteLength
      ahead = position < end ? readChunk(file, id, position, Math.min(end, position + chunkBytes)) : undefined
      // Its failure is told when its turn comes; the caller may also leave before.
      ahead?.catch(() => undefined)
      yield chunk
    }
  } finally {
    await Promise.allSettled([ahead])
    await file.close()
  }
}

async function readChunk(file: DiskFile, id: string, from: number, end: number): Promise<Uint8Array> {
  const chunk = Buffer.allocUnsafeSlow(end - from)
  const bytes = await file.read(chunk, from)
  if (bytes < chunk.byteLength) {
    throw new Error(`The file of blob ${id} ends at ${from + bytes}, before byte ${end}: it was changed from outside.`)
  }
  return chunk
}
