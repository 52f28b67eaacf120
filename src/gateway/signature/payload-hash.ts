/**
 * Holds a body to the hash that the request announced and signed. The bytes pass through as they come; the verdict falls
 * when the body ends, so nothing may be published before the iteration has ended well.
 */
import { createHash, hash } from 'node:crypto'
import type { Body } from '../message.ts'
import { bodyHashMismatch } from './faults.ts'
import type { SignedRequest } from './request.ts'

/** True when `announced` is a hash of the whole body rather than `UNSIGNED-PAYLOAD` or a streaming form. */
export const isBodyHash = (announced: string | undefined): announced is string =>
  announced !== undefined && /^[0-9a-f]{64}$/.test(announced)

export async function* checkedBody(
  body: AsyncIterable<Uint8Array>,
  request: SignedRequest,
  announced: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256')
  for await (const chunk of body) {
    hash.update(chunk)
    yield chunk
  }
  const computed = hash.digest('hex')
  if (computed !== announced) throw bodyHashMismatch(request, { announced, computed })
}

/** For bodies that are in memory anyway: their hash, which is the announced one if one was announced. */
export function bodyHash(body: Body, request: SignedRequest, announced: string | undefined): string {
  const computed = body.sha256 ?? hash('sha256', body.whole ?? nothing, 'hex')
  if (isBodyHash(announced) && announced !== computed) throw bodyHashMismatch(request, { announced, computed })
  return computed
}

const nothing = new Uint8Array(0)

/** From here on a thread of the pool hashes faster than the event loop can afford: 100 KB take it 0.3 ms, the hand-over 0.05. */
const besideBytesMin = 32 * 1024

/** The hash of a large body, worked out beside the event loop; undefined for a small one, which is not worth the way. */
export async function hashBeside(whole: Uint8Array): Promise<string | undefined> {
  if (whole.length < besideBytesMin) return undefined
  const digest = await crypto.subtle.digest('SHA-256', whole as Uint8Array<ArrayBuffer>)
  return Buffer.from(digest).toString('hex')
}
