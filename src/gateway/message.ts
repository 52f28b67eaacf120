/** An HTTP request and answer as the pipeline sees them: no sockets, no versions of HTTP, bodies as streams. */
import { Readable } from 'node:stream'
import { Fault } from './fault.ts'

export interface HttpRequest {
  readonly method: string
  /** Still percent-encoded, without the query. */
  readonly path: string
  /** Raw, without the question mark. */
  readonly query: string
  /** Names in lower case; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>
  /** Goes on until somebody ends it: a server that closes aborts the request's signal instead of waiting. */
  readonly endless?: boolean
}

/** A request's body: a stream that is read once, or whole in memory. */
export interface Body {
  /** From Content-Length; undefined when the client did not say. */
  readonly declaredBytes?: number
  /** Present once it has been read into memory; `stream` then starts anew each time. */
  readonly whole?: Uint8Array
  /** Hex SHA-256 of `whole`, where it was worked out beside the event loop. */
  readonly sha256?: string
  /** `promptly`: cut off when it has not all come within the server's time, since what has come takes memory. */
  stream(how?: 'promptly'): AsyncIterable<Uint8Array>
}

export const wholeBody = (whole: Uint8Array, sha256?: string): Body => ({
  declaredBytes: whole.length,
  whole,
  ...(sha256 !== undefined && { sha256 }),
  async *stream() {
    yield whole
  },
})

/**
 * Reads all of it into memory, for the protocols whose bodies are small by definition. `hold` hears of the bytes as they
 * come, and says false when memory has no room for them: the rest is read past, so that the client hears of it.
 */
export async function readWhole(
  body: Body,
  bytesMax: number,
  fault: { readonly code: string; readonly status: number } = { code: 'RequestEntityTooLargeException', status: 413 },
  hold?: (bytes: number) => boolean,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new Fault(fault.code, fault.status, `The request's body is larger than the ${bytesMax} bytes this operation takes.`)
  if ((body.declaredBytes ?? 0) > bytesMax) throw tooLarge()
  if (body.whole) return body.whole
  const chunks: Uint8Array[] = []
  let bytes = 0
  let full = false
  await eachOf(body.stream('promptly'), chunk => {
    bytes += chunk.length
    if (bytes > bytesMax) throw tooLarge()
    if (hold?.(chunk.length) === false) full = true
    if (full) chunks.length = 0
    else chunks.push(chunk)
  })
  if (full)
    throw new Fault(
      'ServiceUnavailable',
      503,
      'The requests under way take all the memory that there is for requests. Try again, with fewer at once.',
    )
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, bytes)
}

/** A stream's own events, where it has them, cost a small body a fraction of what iterating does. */
async function eachOf(stream: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> {
  if (!(stream instanceof Readable) || stream.destroyed) {
    for await (const chunk of stream) take(chunk)
    return
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  stream.on('data', chunk => {
    try {
      take(chunk)
    } catch (cause) {
      reject(cause)
      stream.destroy()
    }
  })
  stream.on('end', resolve)
  stream.on('error', reject)
  stream.on('close', () => {
    if (!stream.readableEnded) reject(new Error('the body broke off'))
  })
  await promise
}
