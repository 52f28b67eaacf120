// Bodies of PutObject and UploadPart: their length, and the one that is not there.
import { missingContentLength } from '../faults.ts'

export const noBody: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} }

/** Of the body itself: the gateway has taken off how it travelled. Without a length AWS takes no body. */
export function bodyBytes(contentLength: number | undefined): number {
  if (contentLength === undefined) throw missingContentLength()
  return contentLength
}
