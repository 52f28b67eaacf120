/**
 * What passes between the lake and a function's process, over one socket: frames of a header and a body. The header is
 * JSON, the body is bytes that nobody on the way looks into (events and answers up to 6 MB).
 *
 *     u32 bytes of header · u32 bytes of body · header · body        little-endian
 *
 * The lake believes nothing that comes out of a function's process: lengths are bounded before anything is kept.
 */

/** To the process. `init` comes first, once; then one `invoke` after the other. `stop`: it will be killed presently. */
export type ToFunction =
  | {
      readonly kind: 'init'
      readonly environment: Readonly<Record<string, string>>
      readonly handler: string
      /** `nodejs22.x` */
      readonly runtime: string
      readonly answerBytesMax: number
      /** Where a simulated clock stands, in milliseconds since 1970 UTC. */
      readonly lakeTime?: number
    }
  | {
      readonly kind: 'invoke'
      readonly requestId: string
      readonly arn: string
      readonly remainingMilliseconds: number
      /** As in `init`. */
      readonly lakeTime?: number
      /** JSON, as the caller sent it. */
      readonly clientContext?: string
      /** To be written to stdout and stderr when all else of the invocation has been. */
      readonly mark: string
    }
  | { readonly kind: 'stop' }

/** From the process. The body is the answer, or the error as JSON. */
export type FromFunction =
  /** The process stands, nothing of the function's is loaded yet. */
  | { readonly kind: 'started' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed' }
  /** As `failed`, and the process ends. */
  | { readonly kind: 'given up' }

export interface Frame {
  readonly header: unknown
  readonly body: Uint8Array
}

const prefixBytes = 8
export const headerBytesMax = 256 * 1024

export function encodeFrame(header: ToFunction | FromFunction, body: Uint8Array = new Uint8Array()): Uint8Array {
  const text = Buffer.from(JSON.stringify(header))
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeUInt32LE(text.length, 0)
  prefix.writeUInt32LE(body.length, 4)
  return Buffer.concat([prefix, text, body])
}

/** Takes a stream apart into frames. */
export class FrameReader {
  readonly #bodyBytesMax: number
  #chunks: Uint8Array[] = []
  #bytes = 0

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax
  }

  /** The frames that are complete now. Throws where the other side announces more than it may. */
  read(chunk: Uint8Array): readonly Frame[] {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    const frames: Frame[] = []
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame)
    return frames
  }

  #next(): Frame | undefined {
    if (this.#bytes < prefixBytes) return undefined
    const prefix = this.#peek(prefixBytes)
    const headerBytes = prefix.readUInt32LE(0)
    const bodyBytes = prefix.readUInt32LE(4)
    if (headerBytes > headerBytesMax || bodyBytes > this.#bodyBytesMax)
      throw new RangeError(`a frame of ${headerBytes} and ${bodyBytes} bytes is larger than may be`)
    const total = prefixBytes + headerBytes + bodyBytes
    if (this.#bytes < total) return undefined
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = total < whole.length ? [whole.subarray(total)] : []
    this.#bytes = whole.length - total
    const header: unknown = JSON.parse(whole.toString('utf8', prefixBytes, prefixBytes + headerBytes))
    return { header, body: whole.subarray(prefixBytes + headerBytes, total) }
  }

  #peek(count: number): Buffer {
    const first = this.#chunks[0]
    if (first !== undefined && first.length >= count) return Buffer.from(first.buffer, first.byteOffset, first.length)
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = [whole]
    return whole
  }
}
