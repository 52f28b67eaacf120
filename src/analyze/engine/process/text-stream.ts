// The bytes of a file of text, unpacked where it is packed.

import type { Readable } from 'node:stream'
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { bunzip2 } from '../../../formats/bzip2.ts'
import { hadoopBlocks } from '../../../formats/hadoop-blocks.ts'
import { PackedMalformed } from '../../../formats/packed.ts'
import { lz4Block, snappyBlock } from '../../../formats/unpacked-block.ts'
import { EngineFault } from '../fault.ts'
import { reading, size } from './files.ts'

/** Readers cannot mix compressions in one call, and blobs have no extension to tell them by. */
export type Compression = 'none' | 'gzip' | 'zstd' | OwnCompression
/** DuckDB does not read these: they are unpacked here. */
export type OwnCompression = 'deflate' | 'snappy' | 'lz4' | 'bzip2'

/** A file of text: what the user calls it, where it lies for the statement, and where it always lies. */
export interface TextFile {
  readonly path: string
  readonly file: string
  readonly blob: string
  readonly bytes: number
  readonly compression: Compression
}

export interface TextStream extends Disposable {
  readonly bytes: AsyncIterable<Buffer>
}

const byEnd: Readonly<Record<string, Compression>> = {
  ...{ gz: 'gzip', zst: 'zstd', deflate: 'deflate', snappy: 'snappy', lz4: 'lz4', bz2: 'bzip2' },
}

/** As the end of its name says, in Athena too. */
export function compressionOf(path: string): Compression {
  const end = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  if (end === 'lzo' || end === 'xz')
    throw new EngineFault(
      'unsupported',
      `Compression ${end} of ${path} is not supported by this engine yet; gzip, zstd, bzip2, deflate, and Hadoop's snappy and lz4 are`,
    )
  return byEnd[end] ?? 'none'
}

export const isOwn = (compression: Compression): compression is OwnCompression =>
  compression !== 'none' && compression !== 'gzip' && compression !== 'zstd'

export function textStream(file: string, compression: Compression): TextStream {
  if (isOwn(compression)) return unpackedHere(file, compression)
  const raw = reading(file)
  const text: Readable =
    compression === 'none' ? raw : raw.pipe(compression === 'gzip' ? createGunzip() : createZstdDecompress())
  if (text !== raw) raw.on('error', cause => text.destroy(cause))
  return {
    bytes: text as AsyncIterable<Buffer>,
    [Symbol.dispose]() {
      text.destroy()
      raw.destroy()
    },
  }
}

function unpackedHere(file: string, compression: OwnCompression): TextStream {
  const open = new Set<Readable>()
  const hold: Hold = stream => {
    open.add(stream)
    return stream.once('close', () => open.delete(stream))
  }
  const raw = (): AsyncIterable<Buffer> => hold(reading(file))
  const unpacked: Readonly<Record<OwnCompression, () => AsyncIterable<Uint8Array>>> = {
    deflate: () => inflated(file, hold),
    snappy: () => hadoopBlocks(raw(), snappyBlock),
    lz4: () => hadoopBlocks(raw(), lz4Block),
    bzip2: () => bunzip2(raw()),
  }
  return {
    bytes: buffers(unpacked[compression]()),
    [Symbol.dispose]() {
      for (const stream of open) stream.destroy()
    },
  }
}

/** Has it closed when nobody reads on. */
type Hold = <S extends Readable>(stream: S) => S

/** Several streams one behind the other are one text; Node's own reader is content with the first. */
async function* inflated(file: string, hold: Hold): AsyncIterable<Uint8Array> {
  const bytes = size(file)
  for (let from = 0; from < bytes; ) {
    const raw = hold(reading(file, from))
    const text = hold(raw.pipe(createInflate()))
    raw.on('error', cause => text.destroy(cause))
    yield* text as AsyncIterable<Uint8Array>
    from += text.bytesWritten
    // There may be thousands of them, and it has read beyond this one's end.
    raw.destroy()
  }
}

async function* buffers(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
}

/** Of an error while it was read, what the file is. */
export function damaged({ path, compression }: Pick<TextFile, 'path' | 'compression'>, cause: unknown): EngineFault {
  const { code, message } = cause as NodeJS.ErrnoException
  const isCutOff = code === 'Z_BUF_ERROR' || (cause instanceof PackedMalformed && cause.isCutOff)
  const why = isCutOff ? 'Unexpected end of input stream' : `Corrupt ${compression} stream (${message})`
  return new EngineFault('data', `HIVE_CURSOR_ERROR: ${why}: ${path}`, undefined, cause)
}
