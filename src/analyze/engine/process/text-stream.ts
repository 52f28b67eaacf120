// The bytes of a file of text, unpacked where it is packed.

import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { EngineFault } from '../fault.ts'
import { reading } from './files.ts'

/** Readers cannot mix compressions in one call, and blobs have no extension to tell them by. */
export type Compression = 'none' | 'gzip' | 'zstd'

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

export function textStream(file: string, compression: Compression): TextStream {
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

/** Of an error while it was read, what the file is. */
export function damaged({ path, compression }: Pick<TextFile, 'path' | 'compression'>, cause: unknown): EngineFault {
  const { code, message } = cause as NodeJS.ErrnoException
  const why = code === 'Z_BUF_ERROR' ? 'Unexpected end of input stream' : `Corrupt ${compression} stream (${message})`
  return new EngineFault('data', `HIVE_CURSOR_ERROR: ${why}: ${path}`, undefined, cause)
}
