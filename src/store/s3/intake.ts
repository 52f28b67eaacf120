// Takes a body in: into a blob that is durable when this resolves, with its MD5 and checksum computed on the way and
// held against what the caller announced. Whatever goes wrong, nothing of the body stays.
import { createHash } from 'node:crypto'
import type { Blob, Blobs } from '../../durable/blobs.ts'
import { Fault } from '../../gateway/fault.ts'
import { type ChecksumAlgorithm, digestFor, isChecksum } from './checksums/digest.ts'
import { badChecksum, badMd5, entityTooLarge, incompleteBody, invalidMd5, invalidRequest } from './faults.ts'
import { putBytesMax } from './limits.ts'

export interface Announced {
  /** How many bytes the caller said there are. */
  readonly bytes?: number | undefined
  /** Content-MD5 as it came: base64. */
  readonly md5?: string | undefined
  readonly checksum?: AnnouncedChecksum | undefined
}

export interface AnnouncedChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** Base64; asked for after the body, because it may come behind it. Undefined: compute it, there is nothing to compare. */
  readonly value: () => string | undefined
}

export interface TakenIn {
  readonly blob: Blob
  /** 32 hex digits. */
  readonly md5: string
  /** Base64, of the announced algorithm. */
  readonly checksum: string | undefined
}

export async function takeIn(
  blobs: Blobs,
  body: AsyncIterable<Uint8Array>,
  announced: Announced,
  /** Runs when the body is in and sound, before it is made durable: the last moment at which refusing it is cheap. */
  beforeFinish: () => void = () => undefined,
): Promise<TakenIn> {
  const wantedMd5 = announced.md5 === undefined ? undefined : md5Of(announced.md5)
  if ((announced.bytes ?? 0) > putBytesMax) throw entityTooLarge(announced.bytes ?? 0)
  const md5 = createHash('md5')
  const digest = announced.checksum && digestFor(announced.checksum.algorithm)
  const writer = blobs.writer()
  try {
    let bytes = 0
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > putBytesMax) throw entityTooLarge(bytes)
      // The disk works on the chunk while its digests are computed.
      const written = writer.write(chunk)
      md5.update(chunk)
      digest?.update(chunk)
      await written
    }
    if (announced.bytes !== undefined && bytes !== announced.bytes) throw incompleteBody()
    const md5Hex = md5.digest('hex')
    if (wantedMd5 !== undefined && wantedMd5 !== md5Hex)
      throw badMd5(announced.md5 as string, Buffer.from(md5Hex, 'hex').toString('base64'))
    const checksum = digest?.digest().toString('base64')
    if (announced.checksum !== undefined && checksum !== undefined) compare(announced.checksum, checksum)
    beforeFinish()
    return { blob: await writer.finish(), md5: md5Hex, checksum }
  } catch (cause) {
    await writer.abort()
    throw cause
  }
}

/** Runs the commit that makes the blob somebody's; when it is refused, the blob goes now instead of at the next start. */
export async function orDiscard<T>(blobs: Blobs, blob: Blob, commit: () => Promise<T>): Promise<T> {
  try {
    return await commit()
  } catch (cause) {
    // Anything but a refusal leaves open what became of the commit.
    if (cause instanceof Fault) await blobs.discard(blob)
    throw cause
  }
}

function md5Of(base64: string): string {
  if (!/^[A-Za-z0-9+/]{22}==$/.test(base64)) throw invalidMd5(base64)
  return Buffer.from(base64, 'base64').toString('hex')
}

function compare(announced: AnnouncedChecksum, computed: string): void {
  const { algorithm } = announced
  const value = announced.value()
  if (value === undefined) return
  if (!isChecksum(algorithm, value))
    throw invalidRequest(`Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`)
  if (value !== computed) throw badChecksum(algorithm)
}
