/**
 * One port for HTTP/1.1 and HTTP/2 without TLS. The first bytes of a connection say which: `PRI * HTTP/2.0` is the
 * preface of a client that speaks HTTP/2 with prior knowledge (the AWS SDK for JavaScript's Kinesis client does), all
 * else is HTTP/1.1. What the request means is the pipeline's business.
 */
import { once } from 'node:events'
import type http from 'node:http'
import type http2 from 'node:http2'
import net from 'node:net'
import type { HttpRequest, HttpResponse } from './message.ts'

// Importing node:http as a module evaluates every export of it, an HTTP client of 35 ms among them; asked for, it does not.
// HTTP/2 takes as long to load, and is asked for by the first client that speaks it.
const { createServer } = process.getBuiltinModule('node:http')

type Handle = (request: HttpRequest) => Promise<HttpResponse>
type Incoming = http.IncomingMessage | http2.Http2ServerRequest
/** What both kinds of response have in common. */
interface Outgoing extends NodeJS.EventEmitter {
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly writableFinished: boolean
  writeHead(status: number, headers: Readonly<Record<string, string | number>>): unknown
  write(chunk: Uint8Array): boolean
  end(chunk?: Uint8Array | string, encoding?: BufferEncoding): unknown
  destroy(): unknown
  /** HTTP/2 only. */
  readonly stream?: { close(code: number): void }
}

const preface = Buffer.from('PRI * HTTP/2.0')
/** How long the other side may do nothing before it is cut off, and how much of it is taken at once. */
export interface Bounds {
  /** Between the requests of a connection. Longer than clients keep theirs, so that it is they who close. */
  readonly idleMilliseconds: number
  /** For a client that takes nothing of its answer, which holds what was read ahead for it, or sends no more of its upload. */
  readonly stalledMilliseconds: number
  /** For a body that is read into memory: all of it. */
  readonly arrivalMilliseconds: number
  /** Requests at once on a connection of HTTP/2; its client waits with more. */
  readonly streamsMax: number
}
/** What a stream of HTTP/2 may send before somebody reads it; Node keeps that much in memory for each. */
const unreadBytesMax = 256 * 1024
/** And all streams of a connection before its client hears of more room: with Node's 64 KB a PutRecords waits in its middle. */
const connectionBytesMax = 4 * 1024 * 1024
/** An answer up to here is left to the connection, whether its client takes it or not. */
const unmindedBytes = 64 * 1024

const usual: Bounds = {
  idleMilliseconds: 75_000,
  stalledMilliseconds: 300_000,
  arrivalMilliseconds: 300_000,
  streamsMax: 128,
}

/** S3 takes 8 KiB of headers, policies in queries and long presigned URLs some more. */
const headerBytesMax = 64 * 1024
/** How long a connection may take for its first bytes, and to hang up after it was told what it sent is no HTTP. */
const greetingMilliseconds = 60_000
const partingMilliseconds = 5_000

export class HttpServer {
  readonly #handle: Handle
  readonly #onFailure: (error: unknown) => void
  readonly #bounds: Bounds
  readonly #sockets = new Set<net.Socket>()
  readonly #http1: http.Server
  #http2: http2.Http2Server | undefined
  readonly #port: net.Server
  /** Answers that end only when somebody ends them. */
  readonly #endless = new Set<AbortController>()
  #closing = false
  #underWay = 0
  #idle: (() => void) | undefined

  constructor(handle: Handle, onFailure: (error: unknown) => void, bounds: Partial<Bounds> = {}) {
    this.#handle = handle
    this.#onFailure = onFailure
    this.#bounds = { ...usual, ...bounds }
    const { idleMilliseconds } = this.#bounds
    // No bound on a request's whole time: an upload of gigabytes takes what it takes. Headers must come promptly.
    this.#http1 = createServer(
      { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: idleMilliseconds, maxHeaderSize: headerBytesMax },
      (incoming, outgoing) => void this.#serve(incoming, outgoing),
    )
    this.#http1.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      silence(socket as net.Socket, partingMilliseconds)
    })
    // Node minds the time of headers from when its own server listens, which this one never does by itself.
    this.#http1.emit('listening')
    this.#port = net.createServer({ noDelay: true }, socket => this.#accept(socket))
  }

  /** Resolves with the port once requests are accepted. Rejects when the address is taken. */
  async listen(port: number, host: string): Promise<number> {
    this.#port.listen(port, host)
    await once(this.#port, 'listening')
    return (this.#port.address() as net.AddressInfo).port
  }

  /** Stops accepting, lets what is under way finish for up to `graceMilliseconds`, then cuts connections. */
  async close(graceMilliseconds: number): Promise<void> {
    this.#closing = true
    this.#port.close()
    for (const one of this.#endless) one.abort(closing)
    this.#http1.close() // ends its connections that wait for nothing
    if (this.#underWay > 0) {
      const idle = new Promise<void>(resolve => {
        this.#idle = resolve
      })
      await Promise.race([idle, once(AbortSignal.timeout(graceMilliseconds), 'abort')])
    }
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept(socket: net.Socket) {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    silence(socket, greetingMilliseconds)
    let seen = Buffer.alloc(0)
    const peek = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk])
      const known = Math.min(seen.length, preface.length)
      const couldBe = seen.subarray(0, known).equals(preface.subarray(0, known))
      if (couldBe && known < preface.length) return
      socket.off('data', peek)
      socket.removeAllListeners('timeout').setTimeout(0)
      socket.pause()
      socket.unshift(seen)
      // HTTP/2 takes what was put back out of the socket's buffer by itself and must find it paused.
      if (couldBe) this.#second().emit('connection', socket)
      else {
        this.#http1.emit('connection', socket)
        socket.resume()
      }
    }
    socket.on('data', peek)
  }

  #second(): http2.Http2Server {
    if (this.#http2) return this.#http2
    const { idleMilliseconds, streamsMax } = this.#bounds
    const settings = {
      maxConcurrentStreams: streamsMax,
      initialWindowSize: unreadBytesMax,
      maxHeaderListSize: headerBytesMax,
    }
    this.#http2 = process
      .getBuiltinModule('node:http2')
      .createServer({ settings }, (incoming, outgoing) => void this.#serve(incoming, outgoing))
    this.#http2.on('sessionError', () => {}) // the client broke the connection; its streams are aborted
    this.#http2.on('session', session => {
      session.setLocalWindowSize(connectionBytesMax)
      // Closing lets the streams that are open come to their end, and takes no more.
      session.setTimeout(idleMilliseconds, () => session.close())
    })
    return this.#http2
  }

  async #serve(incoming: Incoming, outgoing: Outgoing): Promise<void> {
    this.#underWay++
    const gone = new AbortController()
    let handled = false
    let closed = false
    const settled = () => {
      if (!handled || !closed) return
      this.#underWay--
      if (this.#underWay === 0) this.#idle?.()
    }
    outgoing.on('close', () => {
      // An HTTP/2 stream that the client reset counts as finished, though nobody ended it.
      if (!outgoing.writableEnded || !outgoing.writableFinished) gone.abort()
      closed = true // before that, what was acknowledged may not have left
      settled()
    })
    try {
      const late = () => {
        gone.abort()
        breakOff(outgoing)
      }
      const request = toRequest(incoming, gone.signal, { late, ...this.#bounds })
      const response = await this.#handle(request)
      if (response.endless) {
        this.#endless.add(gone)
        if (this.#closing) gone.abort(closing)
      }
      await send(request.method, response, outgoing, { gone: gone.signal, ...this.#bounds })
    } catch (error) {
      if (!gone.signal.aborted) this.#onFailure(error)
      if (outgoing.headersSent || gone.signal.aborted) breakOff(outgoing)
      else {
        outgoing.writeHead(500, { 'content-length': 0 })
        outgoing.end()
      }
    } finally {
      this.#endless.delete(gone)
      handled = true
      settled()
    }
  }
}

/** Why a signal aborts while its client is still there, and hears how the answer ends. */
const closing = new Error('The server closes.')

/** Whoever stays silent for so long is cut off. */
const silence = (socket: net.Socket, milliseconds: number) => socket.setTimeout(milliseconds, () => socket.destroy())

type Arriving = Pick<Bounds, 'arrivalMilliseconds' | 'stalledMilliseconds'> & { readonly late: () => void }

function toRequest(incoming: Incoming, signal: AbortSignal, arriving: Arriving): HttpRequest {
  const url = incoming.url ?? '/'
  const question = url.indexOf('?')
  const headers: Record<string, string> = {}
  for (const name in incoming.headers) {
    const value = incoming.headers[name]
    if (value === undefined) continue
    const plain = name === ':authority' ? 'host' : name
    if (!plain.startsWith(':')) headers[plain] = Array.isArray(value) ? value.join(',') : value
  }
  const declared = headers['content-length']
  const stream = (how?: 'promptly') => {
    // A small body mostly lies here whole already, and needs no timer.
    const isHere = incoming.complete || incoming.readableLength === Number(declared)
    if (how === 'promptly' && !isHere) {
      const timer = setTimeout(arriving.late, arriving.arrivalMilliseconds)
      incoming.on('close', () => clearTimeout(timer))
    } else if (!isHere) {
      // What goes to the disk as it comes may take what it takes, as long as some of it comes.
      incoming.setTimeout(arriving.stalledMilliseconds, arriving.late)
      incoming.on('end', () => incoming.setTimeout(0))
    }
    return incoming
  }
  return {
    method: incoming.method ?? 'GET',
    path: pathOf(question < 0 ? url : url.slice(0, question)),
    query: question < 0 ? '' : url.slice(question + 1),
    headers,
    body: { ...(declared !== undefined && { declaredBytes: Number(declared) }), stream },
    signal,
  }
}

/** A proxy's absolute form `GET http://host/path` is the same request. */
const pathOf = (path: string) => (path.startsWith('/') ? path : path.replace(/^https?:\/\/[^/]*/i, '') || '/')

const internalError = 2

/** Half an answer must not look whole: without a code, a stream of HTTP/2 would end as if all had been said. */
function breakOff(outgoing: Outgoing): void {
  if (outgoing.stream) outgoing.stream.close(internalError)
  else outgoing.destroy()
}

/** When there is room for more, or nobody is there any more; leaves no listener behind, however long the answer is. */
function drained(outgoing: Outgoing, { gone, stalledMilliseconds }: Sending): Promise<void> {
  return new Promise(resolve => {
    const stalled = setTimeout(() => breakOff(outgoing), stalledMilliseconds)
    const done = () => {
      clearTimeout(stalled)
      outgoing.off('drain', done)
      outgoing.off('close', done)
      resolve()
    }
    outgoing.on('drain', done)
    outgoing.on('close', done)
    if (gone.aborted) done()
  })
}

type Sending = Pick<Bounds, 'stalledMilliseconds'> & { readonly gone: AbortSignal }

async function send(method: string, response: HttpResponse, outgoing: Outgoing, sending: Sending): Promise<void> {
  const { gone } = sending
  const hasGone = () => gone.aborted && gone.reason !== closing
  if (hasGone()) return // a client that resets streams as fast as it opens them must not have their files read
  const { body } = response
  const whole = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  // Node spells Content-Disposition as UTF-8 where it stands behind Content-Length, and wrongly: so it goes first.
  const { 'content-disposition': disposition, ...others } = response.headers
  const headers: Record<string, string | number> = {
    ...(disposition !== undefined && { 'content-disposition': disposition }),
    ...others,
  }
  const bodyless = method === 'HEAD' || response.status === 204 || response.status === 304
  const bytes = whole && body !== undefined ? Buffer.byteLength(body) : 0
  if (whole && !bodyless) headers['content-length'] = bytes
  outgoing.writeHead(response.status, headers)
  if (bodyless || body === undefined) {
    outgoing.end()
    return
  }
  if (whole) {
    if (body.length > unmindedBytes) {
      const stalled = setTimeout(() => breakOff(outgoing), sending.stalledMilliseconds)
      outgoing.on('close', () => clearTimeout(stalled))
    }
    // A text of as many bytes as characters is ASCII, which goes out quicker when Node need not encode it.
    if (typeof body === 'string') outgoing.end(body, bytes === body.length ? 'latin1' : 'utf8')
    else outgoing.end(body)
    return
  }
  for await (const chunk of body) {
    if (hasGone()) return
    if (!outgoing.write(chunk)) await drained(outgoing, sending)
  }
  outgoing.end()
}
