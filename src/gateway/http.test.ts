/** Whatever a client does to its connection, an answer under way ends, lets go of what it reads, and is never dropped in silence. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Bounds, HttpServer } from './http.ts'
import { type HttpRequest, type HttpResponse, readWhole } from './message.ts'

async function serving(
  context: TestContext,
  answer: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>,
  bounds: Partial<Bounds> = {},
) {
  const failures: unknown[] = []
  const server = new HttpServer(
    async request => answer(request),
    error => failures.push(error),
    bounds,
  )
  const port = await server.listen(0, '127.0.0.1')
  context.after(() => server.close(0))
  return { url: `http://127.0.0.1:${port}`, port, server, failures }
}

/** An answer whose second piece waits until it is released; it tells when it has begun and when it was let go. */
function paused() {
  const begun = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  async function* body() {
    try {
      begun.resolve()
      yield Buffer.alloc(1)
      await released.promise
      for (;;) yield Buffer.alloc(256 * 1024)
    } finally {
      ended.resolve()
    }
  }
  return { begun: begun.promise, release: released.resolve, ended: ended.promise, body }
}

test('a stream of HTTP/2 that is reset while its answer is made lets go of what it reads', async context => {
  const { begun, release, ended, body } = paused()
  const { url, failures } = await serving(context, () => ({ status: 200, headers: {}, body: body() }))
  const session = http2.connect(url)
  context.after(() => session.destroy())
  const request = session.request({ ':path': '/' })
  request.on('error', () => {})
  await begun
  request.close(http2.constants.NGHTTP2_CANCEL)
  await once(request, 'close')
  await new Promise(resolve => session.ping(resolve)) // the server has seen the reset when it answers this
  release()
  await ended
  assert.deepEqual(failures, [])
})

test('a connection of HTTP/1.1 that ends in the middle of its answer lets go of what it reads', async context => {
  const { begun, release, ended, body } = paused()
  const { port, failures } = await serving(context, () => ({ status: 200, headers: {}, body: body() }))
  const socket = net.connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await begun
  socket.destroy()
  release()
  await ended
  assert.deepEqual(failures, [])
})

test('an answer that no header can carry is a 500 and a report, not a connection that ends', async context => {
  const headers = { 'x-text': 'a\r\nx-forged: b' }
  const { url, failures } = await serving(context, () => ({ status: 200, headers, body: 'x' }))
  const answer = await fetch(url)
  assert.equal(answer.status, 500)
  assert.equal(answer.headers.get('x-forged'), null)
  assert.equal(failures.length, 1)
})

test('headers come as they were given, byte for byte, also beside a length', async context => {
  const disposition = 'attachment; filename="\u00e3\u0081\u0082.txt"'
  const headers = { 'content-length': '1', 'content-disposition': disposition }
  const { port } = await serving(context, () => ({ status: 200, headers, body: Buffer.from('x') }))
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1')
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const [text] = (await once(socket, 'data')) as [string]
  assert.ok(text.includes(disposition), text)
  socket.destroy()
})

test('a connection of HTTP/2 on which nothing happens is closed; what is open on it comes to its end', async context => {
  const released = Promise.withResolvers<void>()
  const answer = async () => {
    await released.promise
    return { status: 200, headers: {}, body: 'late' }
  }
  const { url } = await serving(context, answer, { idleMilliseconds: 20 })
  const session = http2.connect(url)
  context.after(() => session.destroy())
  const closed = once(session, 'close')
  const request = session.request({ ':path': '/' })
  await once(session, 'goaway')
  released.resolve()
  assert.equal(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString(), 'late')
  await closed
})

const large: Readonly<Record<string, () => AsyncIterable<Uint8Array> | Uint8Array>> = {
  'in pieces': endless,
  'at once': () => Buffer.alloc(64 * 1024 * 1024),
}
for (const [how, body] of Object.entries(large))
  test(`a client that takes nothing of an answer, sent ${how}, is cut off`, async context => {
    const answer = () => ({ status: 200, headers: {}, body: body() })
    const { port, url, failures } = await serving(context, answer, { stalledMilliseconds: 20 })
    const socket = net.connect(port, '127.0.0.1').pause()
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
    const session = http2.connect(url)
    context.after(() => session.destroy())
    const request = session.request({ ':path': '/' })
    request.on('error', () => {})
    request.pause()
    await new Promise(resolve => request.once('close', resolve))
    socket.resume()
    await once(socket, 'close')
    assert.deepEqual(failures, [])
  })

async function* endless() {
  for (;;) yield Buffer.alloc(256 * 1024)
}

test('a body for memory that does not come to its end is cut off', async context => {
  const answer = async (request: HttpRequest) => {
    await readWhole(request.body, 1000)
    return { status: 200, headers: {} }
  }
  const { port, url, failures } = await serving(context, answer, { arrivalMilliseconds: 20 })
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume().write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf')
  await once(socket, 'close')
  const session = http2.connect(url)
  context.after(() => session.destroy())
  const request = session.request({ ':path': '/', ':method': 'POST' })
  request.on('error', () => {})
  request.resume().write('half')
  await new Promise(resolve => request.once('close', resolve))
  assert.deepEqual(failures, [])
})

test('an upload of which nothing comes any more is cut off; one that has come may be worked on for longer', async context => {
  const come: string[] = []
  const answer = async (request: HttpRequest) => {
    let text = ''
    try {
      for await (const chunk of request.body.stream()) text += chunk
    } finally {
      come.push(text)
    }
    await once(AbortSignal.timeout(60), 'abort')
    return { status: 200, headers: {} }
  }
  const { port, url, failures } = await serving(context, answer, { stalledMilliseconds: 20 })
  assert.equal((await fetch(url, { method: 'PUT', body: 'all of it' })).status, 200)
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume().write('PUT / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf')
  await once(socket, 'close')
  const session = http2.connect(url)
  context.after(() => session.destroy())
  const request = session.request({ ':path': '/', ':method': 'PUT' })
  request.on('error', () => {})
  request.resume().write('half')
  await new Promise(resolve => request.once('close', resolve))
  assert.deepEqual(come, ['all of it', 'half', 'half'])
  assert.deepEqual(failures, [])
})

test('a connection of HTTP/2 has no more requests under way at once than it may, and the others after them', async context => {
  let underWay = 0
  let most = 0
  const answer = async () => {
    most = Math.max(most, ++underWay)
    await new Promise(setImmediate)
    underWay--
    return { status: 200, headers: {}, body: 'x' }
  }
  const { url } = await serving(context, answer, { streamsMax: 3 })
  const session = http2.connect(url)
  context.after(() => session.destroy())
  await once(session, 'remoteSettings')
  const answers = Array.from({ length: 20 }, async () => {
    const request = session.request({ ':path': '/' })
    const [headers] = (await once(request, 'response')) as [http2.IncomingHttpHeaders & { ':status': number }]
    request.resume()
    return headers[':status']
  })
  assert.deepEqual(new Set(await Promise.all(answers)), new Set([200]))
  assert.equal(most, 3)
})

test('a server that closes cuts no connection before what it answered has left', async context => {
  const { url, server } = await serving(context, () => ({
    status: 200,
    headers: {},
    body: Buffer.alloc(4 * 1024 * 1024),
  }))
  const session = http2.connect(url)
  context.after(() => session.destroy())
  const request = session.request({ ':path': '/' })
  await once(request, 'response')
  const closed = server.close(60_000)
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length
  assert.equal(bytes, 4 * 1024 * 1024)
  await closed
})

test('an answer that breaks off in its middle looks broken to its client, over both versions of HTTP', async context => {
  const cause = new Error('the disk is gone')
  async function* body() {
    yield Buffer.alloc(1000)
    throw cause
  }
  const { port, url, failures } = await serving(context, () => ({ status: 200, headers: {}, body: body() }))
  await assert.rejects(async () => (await fetch(`http://127.0.0.1:${port}`)).arrayBuffer())
  const session = http2.connect(url)
  context.after(() => session.destroy())
  await assert.rejects(Array.fromAsync(session.request({ ':path': '/' })), { code: 'ERR_HTTP2_STREAM_ERROR' })
  assert.deepEqual(failures, [cause, cause])
})
