/**
 * Decodes aws-chunked bodies while they stream: the data goes on as views of the chunks that came in, nothing is held
 * but a line. Signatures, the announced length and the trailers are checked as their bytes pass; the last verdict falls
 * when the body ends, so nothing may be published before the iteration has ended well.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
 *
 *     body     = *chunk last [trailers] CRLF
 *     chunk    = hex-size [";chunk-signature=" 64 hex] CRLF data CRLF
 *     last     = "0" [";chunk-signature=" 64 hex] CRLF
 *     trailers = *(name ":" value LF) ["x-amz-trailer-signature:" 64 hex CRLF]
 */
import { createHash, createHmac, type Hash } from 'node:crypto'
import {
  bodyEndedEarly,
  chunkSignatureMismatch,
  incompleteBody,
  malformedChunks,
  malformedTrailer,
  missingDecodedLength,
} from './body-faults.ts'
import { headerOf, type SignedRequest } from './request.ts'
import { emptyBodyHash, equalInConstantTime, type SeedContext } from './v4.ts'

/** A size line with its signature takes 95 bytes. */
const lineBytesMax = 1024
const trailerBytesMax = 16 * 1024
/** No single upload is larger: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const chunkBytesMax = 5 * 1024 ** 3

export interface ChunkedForm {
  readonly signed: boolean
  readonly trailer: boolean
}

/** What `x-amz-content-sha256` says of the body's form; undefined when it is not aws-chunked. */
export function chunkedForm(announced: string | undefined): ChunkedForm | undefined {
  if (announced === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD') return { signed: true, trailer: false }
  if (announced === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER') return { signed: true, trailer: true }
  if (announced === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return { signed: false, trailer: true }
  return undefined
}

export class ChunkedBody implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>
  readonly #form: ChunkedForm
  readonly #signature: ChunkSignature | undefined
  readonly #announcedTrailers: ReadonlySet<string>
  readonly #trailers: Record<string, string> = {}
  /** Bytes that the decoded body has, as its sender announced. */
  readonly decodedBytes: number

  /** `seed`: what the request's own signature left; without it (open mode) the chunks' signatures are not checked. */
  constructor(source: AsyncIterable<Uint8Array>, request: SignedRequest, form: ChunkedForm, seed?: SeedContext) {
    const length = headerOf(request, 'x-amz-decoded-content-length')
    if (length === undefined || !/^\d{1,15}$/.test(length)) throw missingDecodedLength()
    this.decodedBytes = Number(length)
    this.#source = source
    this.#form = form
    this.#signature = form.signed && seed ? new ChunkSignature(seed) : undefined
    const names = headerOf(request, 'x-amz-trailer')?.toLowerCase().split(',') ?? []
    this.#announcedTrailers = new Set(names.map(name => name.trim()).filter(name => name !== ''))
  }

  /** What came after the data, names in lower case; complete once the iteration has ended. */
  get trailers(): Readonly<Record<string, string>> {
    return this.#trailers
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const input = new Input(this.#source)
    let got = 0
    try {
      for (;;) {
        const { bytes, signature } = parseSizeLine(await input.line(lineBytesMax), this.#form.signed)
        if (bytes === 0) {
          this.#signature?.close(signature)
          break
        }
        got += bytes
        if (got > this.decodedBytes) throw incompleteBody({ expected: this.decodedBytes, got })
        for (let left = bytes; left > 0; ) {
          const piece = await input.piece(left)
          left -= piece.length
          this.#signature?.update(piece)
          yield piece
        }
        this.#signature?.close(signature)
        if ((await input.line(2)) !== '') throw malformedChunks(`a chunk of ${bytes} bytes does not end with CRLF`)
      }
      if (got !== this.decodedBytes) throw incompleteBody({ expected: this.decodedBytes, got })
      await this.#readTrailers(input)
    } finally {
      await input.close()
    }
  }

  /** Lines up to the end of the body. Senders differ in how many line ends stand between the trailers and after them. */
  async #readTrailers(input: Input): Promise<void> {
    let canonical = ''
    let signature: string | undefined
    let bytes = 0
    for (;;) {
      const line = await input.lineOrEnd(trailerBytesMax)
      if (line === undefined) break
      if (line === '') continue
      bytes += line.length
      const colon = line.indexOf(':')
      if (!this.#form.trailer) throw malformedChunks('there is more after the last chunk')
      if (colon <= 0 || bytes > trailerBytesMax) throw malformedTrailer('a trailer is a line of name:value')
      const name = line.slice(0, colon).trim().toLowerCase()
      const value = line.slice(colon + 1).trim()
      if (name === 'x-amz-trailer-signature') {
        signature = value
        continue
      }
      if (!this.#announcedTrailers.has(name)) throw malformedTrailer('x-amz-trailer does not announce what was sent')
      this.#trailers[name] = value
      canonical += `${name}:${value}\n`
    }
    for (const name of this.#announcedTrailers)
      if (!Object.hasOwn(this.#trailers, name)) throw malformedTrailer(`${name} was announced and not sent`)
    if (this.#form.trailer) this.#signature?.closeTrailers(canonical, signature)
  }
}

function parseSizeLine(line: string, signed: boolean): { bytes: number; signature: string | undefined } {
  const parts = /^([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
  if (!parts?.[1]) throw malformedChunks(`expected a chunk's size${signed ? ' and signature' : ''}`)
  if (signed && parts[2] === undefined) throw malformedChunks('a chunk has no chunk-signature')
  const bytes = Number.parseInt(parts[1], 16)
  if (bytes > chunkBytesMax) throw malformedChunks(`a chunk of ${bytes} bytes is larger than 5 GiB`)
  return { bytes, signature: parts[2] }
}

/** The chain of signatures: each chunk's continues from the one before it, the first from the request's. */
class ChunkSignature {
  readonly #seed: SeedContext
  #previous: string
  #hash: Hash = createHash('sha256')

  constructor(seed: SeedContext) {
    this.#seed = seed
    this.#previous = seed.signature
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  close(given: string | undefined): void {
    const hash = this.#hash.digest('hex')
    this.#hash = createHash('sha256')
    this.#check('AWS4-HMAC-SHA256-PAYLOAD', `${emptyBodyHash}\n${hash}`, given)
  }

  closeTrailers(canonical: string, given: string | undefined): void {
    const hash = createHash('sha256').update(canonical, 'latin1').digest('hex')
    this.#check('AWS4-HMAC-SHA256-TRAILER', hash, given)
  }

  #check(algorithm: string, hashes: string, given: string | undefined): void {
    const { timestamp, scope, signingKey } = this.#seed
    const stringToSign = `${algorithm}\n${timestamp}\n${scope}\n${this.#previous}\n${hashes}`
    const signature = createHmac('sha256', signingKey).update(stringToSign).digest('hex')
    if (!equalInConstantTime(signature, given ?? ''))
      throw chunkSignatureMismatch({ StringToSign: stringToSign, SignatureProvided: given ?? '' })
    this.#previous = signature
  }
}

/** Lines and pieces out of a stream of chunks, without copying the pieces. */
class Input {
  readonly #source: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = new Uint8Array(0)
  #at = 0
  #ended = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Between 1 and `most` bytes. */
  async piece(most: number): Promise<Uint8Array> {
    if (!(await this.#fill())) throw bodyEndedEarly()
    const piece = this.#chunk.subarray(this.#at, this.#at + most)
    this.#at += piece.length
    return piece
  }

  async line(bytesMax: number): Promise<string> {
    const line = await this.lineOrEnd(bytesMax)
    if (line === undefined) throw bodyEndedEarly()
    return line
  }

  /** Without its line end; undefined at the end of the body. What stands before the end without a line end is a line. */
  async lineOrEnd(bytesMax: number): Promise<string | undefined> {
    let text = ''
    while (await this.#fill()) {
      const end = this.#chunk.indexOf(10, this.#at)
      const until = end < 0 ? this.#chunk.length : end
      if (text.length + until - this.#at > bytesMax) throw malformedChunks('a line does not end')
      text += Buffer.from(this.#chunk.buffer, this.#chunk.byteOffset + this.#at, until - this.#at).toString('latin1')
      this.#at = end < 0 ? until : end + 1
      if (end >= 0) return text.endsWith('\r') ? text.slice(0, -1) : text
    }
    return text === '' ? undefined : text
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.()
  }

  async #fill(): Promise<boolean> {
    while (this.#at >= this.#chunk.length && !this.#ended) {
      const next = await this.#source.next()
      if (next.done) this.#ended = true
      else this.#chunk = next.value
      this.#at = 0
      if (next.done) this.#chunk = new Uint8Array(0)
    }
    return this.#at < this.#chunk.length
  }
}
