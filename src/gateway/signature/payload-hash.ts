/**
 * Holds a body to the hash that the request announced and signed. The bytes pass through as they come; the verdict falls
 * when the body ends, so nothing may be published before the iteration has ended well.
 */
import { createHash } from 'node:crypto'
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
export function bodyHash(body: Uint8Array, request: SignedRequest, announced: string | undefined): string {
  const computed = createHash('sha256').update(body).digest('hex')
  if (isBodyHash(announced) && announced !== computed) throw bodyHashMismatch(request, { announced, computed })
  return computed
}
