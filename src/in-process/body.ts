/** An object's bytes as a program gets them: read once, chunk by chunk or whole, as the AWS SDK's `Body` is. */

export interface Body extends AsyncIterable<Uint8Array> {
  /** All of it as text, UTF-8 unless told otherwise. */
  transformToString(encoding?: BufferEncoding): Promise<string>
  transformToByteArray(): Promise<Uint8Array>
  transformToWebStream(): ReadableStream<Uint8Array>
}

export function bodyOf(chunks: AsyncIterable<Uint8Array>): Body {
  const whole = async () => Buffer.concat(await Array.fromAsync(chunks))
  return {
    [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator](),
    transformToString: async (encoding = 'utf8') => (await whole()).toString(encoding),
    transformToByteArray: async () => new Uint8Array(await whole()),
    transformToWebStream: () => ReadableStream.from(chunks),
  }
}
