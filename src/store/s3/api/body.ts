// Bodies of PutObject and UploadPart: their length, and the one that is not there.
import type { Call } from '../../../gateway/operation.ts'
import { missingContentLength } from '../faults.ts'

export const noBody: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} }

/** Of the body itself, however it travelled. Without a length AWS takes no body. */
export function bodyBytes(call: Call, contentLength: number | undefined): number {
  const decoded = call.headers['x-amz-decoded-content-length']
  const bytes = decoded === undefined ? contentLength : Number(decoded)
  if (bytes === undefined || !Number.isSafeInteger(bytes)) throw missingContentLength()
  return bytes
}
