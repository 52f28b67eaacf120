/** An object's bytes as a program gets them: read once, chunk by chunk or whole, as the AWS SDK's `Body` is. */
import { LakeMistake } from '../world/mistake.ts'

export interface Body extends AsyncIterable<Uint8Array> {
  /** All of it as text, UTF-8 unless told otherwise. */
  transformToString(encoding?: BufferEncoding): Promise<string>
  transformToByteArray(): Promise<Uint8Array>
  transformToWebStream(): ReadableStream<Uint8Array>
}

/** The bytes lie in the lake, and are read when they are asked for. */
export async function* whileOpen(
  chunks: AsyncIterable<Uint8Array>,
  closing: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  try {
    if (closing.aborted) throw unread()
    yield* chunks
  } catch (cause) {
    throw closing.aborted ? unread(cause) : cause
  }
}

const unread = (cause?: unknown) =>
  new LakeMistake(
    "This lake was closed before the object's body was read to its end, and its bytes lie in the lake. Read it first, as by await Body.transformToString(), and then close the lake.",
    { cause },
  )

export function bodyOf(chunks: AsyncIterable<Uint8Array>): Body {
  const whole = async () => Buffer.concat(await Array.fromAsync(chunks))
  return {
    [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator](),
    transformToString: async (encoding = 'utf8') => (await whole()).toString(encoding),
    transformToByteArray: async () => new Uint8Array(await whole()),
    transformToWebStream: () => ReadableStream.from(chunks),
  }
}
