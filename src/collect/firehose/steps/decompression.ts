// Unpacks what CloudWatch Logs sends: each record is a gzip of one JSON document. With `messages`, only the texts of its
// events are left, a line each; a document without events (a CONTROL_MESSAGE) leaves an empty record, as in AWS.
// https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Batches, Fail, FlowRecord, RecordFailure } from '../flow.ts'

const gunzipped = promisify(gunzip)
/** A record of 10 MiB may hold more than memory does. */
const documentBytesMax = 64 * 1024 * 1024
const batchBytesMax = 4 * 1024 * 1024

const failure: RecordFailure = {
  type: 'decompression-failed',
  code: 'Decompression failed.',
  message: 'The record is not a gzip of a JSON document as CloudWatch Logs sends it.',
  attempts: 1,
}

export const decompression = ({ messages }: { readonly messages: boolean }) =>
  async function* (batches: Batches, fail: Fail): Batches {
    for await (const batch of batches) {
      let left: FlowRecord[] = []
      let bytes = 0
      // One after the other: what one record becomes may be much larger than the batch.
      for (const record of batch) {
        const data = await unpacked(record.data, messages)
        if (data === undefined) {
          fail(record, failure)
          continue
        }
        left.push({ ...record, data })
        bytes += data.length
        if (bytes < batchBytesMax) continue
        yield left
        left = []
        bytes = 0
      }
      yield left
    }
  }

async function unpacked(data: Uint8Array, messages: boolean): Promise<Uint8Array | undefined> {
  try {
    const document = await gunzipped(data, { maxOutputLength: documentBytesMax })
    const parsed: unknown = JSON.parse(document.toString())
    return messages ? messagesOf(parsed) : document
  } catch {
    return undefined
  }
}

function messagesOf(document: unknown): Uint8Array | undefined {
  if (typeof document !== 'object' || document === null || !('messageType' in document)) return undefined
  if (document.messageType === 'CONTROL_MESSAGE') return new Uint8Array()
  if (!('logEvents' in document) || !Array.isArray(document.logEvents)) return undefined
  const texts = document.logEvents.map((event: unknown) => messageOf(event))
  return texts.some(text => text === undefined) ? undefined : Buffer.from(texts.map(text => `${text}\n`).join(''))
}

const messageOf = (event: unknown): string | undefined =>
  typeof event === 'object' && event !== null && 'message' in event && typeof event.message === 'string'
    ? event.message
    : undefined
