/**
 * `lake.client()`: settings with which the AWS SDK for JavaScript's own clients reach a lake in this process. The SDK builds,
 * signs and reads its messages as ever; only the socket between them is left out. Nothing of the SDK is imported: the types
 * are the parts of its own that are used.
 */
import { Readable } from 'node:stream'
import type { Body, HttpRequest, HttpResponse } from '../gateway/message.ts'
import { whileOpen } from './body.ts'

/** Fits every client's constructor: `new KinesisClient(lake.client())`. */
export interface ClientSettings {
  readonly endpoint: string
  readonly region: string
  readonly credentials: () => Promise<{
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }>
  readonly requestHandler: SdkHandler
  /** S3: the bucket in the path, for no name leads to it. */
  readonly forcePathStyle: true
}

/** The SDK's request. */
export interface SdkRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface SdkResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Readable
}

export interface SdkHandler {
  readonly metadata: { readonly handlerProtocol: 'http/1.1' }
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: unknown; readonly requestTimeout?: number },
  ): Promise<{ readonly response: SdkResponse }>
  destroy(): void
  updateHttpClientConfig(): void
  httpHandlerConfigs(): Record<string, never>
}

/** No name that anything listens on. */
export const inProcessEndpoint = 'http://localhost'

/** `closing` is aborted when the lake closes. */
export function sdkHandler(handle: (request: HttpRequest) => Promise<HttpResponse>, closing: AbortSignal): SdkHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, { abortSignal } = {}) {
      const gone = new AbortController()
      const aborted = onAbort(abortSignal, gone)
      const message: HttpRequest = {
        method: request.method,
        path: request.path,
        query: queryOf(request.query ?? {}),
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: bodyOf(request),
        signal: gone.signal,
      }
      const { status, headers, body } = await Promise.race([handle(message), aborted])
      return { response: { statusCode: status, headers: { ...headers }, body: readableOf(body, gone, closing) } }
    },
    // The lake is closed by who opened it.
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

/** Rejects as the SDK's own handlers do. Takes a web AbortSignal, and the SDK's older one that has only `onabort`. */
function onAbort(signal: unknown, gone: AbortController): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => undefined)
  if (typeof signal !== 'object' || signal === null) return promise
  const abort = () => {
    gone.abort()
    reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))
  }
  if ('aborted' in signal && signal.aborted === true) abort()
  else if (signal instanceof EventTarget) signal.addEventListener('abort', abort, { once: true })
  else if ('onabort' in signal) signal.onabort = abort
  return promise
}

/** As the SDK writes it where it signs. */
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

function queryOf(query: NonNullable<SdkRequest['query']>): string {
  return Object.entries(query)
    .flatMap(([name, value]) => {
      const values = value === null || typeof value === 'string' ? [value] : value
      return values.map(one => (one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`))
    })
    .join('&')
}

/** A stream once, as from a socket: what may be read whole, the pipeline reads whole. */
function bodyOf({ headers, body }: SdkRequest): Body {
  const whole = wholeOf(body)
  const length = headers['content-length'] ?? headers['Content-Length']
  const declaredBytes = whole?.length ?? (length === undefined ? undefined : Number(length))
  return {
    ...(declaredBytes !== undefined && { declaredBytes }),
    stream: () => (whole ? Readable.from(whole.length > 0 ? [whole] : []) : streamOf(body)),
  }
}

function wholeOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null) return new Uint8Array()
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  return undefined
}

/** Node's stream, the web's, or anything that gives chunks. */
async function* streamOf(body: unknown): AsyncIterable<Uint8Array> {
  const chunks = body instanceof Blob ? body.stream() : body
  if (typeof chunks !== 'object' || chunks === null || !(Symbol.asyncIterator in chunks))
    throw new TypeError(`A request's body of the kind ${Object.prototype.toString.call(body)} cannot be read.`)
  for await (const chunk of chunks as AsyncIterable<unknown>) {
    if (chunk instanceof Uint8Array) yield chunk
    else yield Buffer.from(String(chunk))
  }
}

/** Whoever stops reading half-way lets go of what the lake holds for him. */
function readableOf(body: HttpResponse['body'], gone: AbortController, closing: AbortSignal): Readable {
  if (body === undefined) return Readable.from([])
  if (typeof body === 'string' || body instanceof Uint8Array) return Readable.from([Buffer.from(body)])
  const readable = Readable.from(whileOpen(body, closing), { objectMode: false })
  readable.once('close', () => gone.abort())
  return readable
}
