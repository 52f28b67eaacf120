/** Whatever a client does to its connection, an answer under way ends, lets go of what it reads, and is never dropped in silence. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import { type TestContext, test } from 'node:test'
import { HttpServer } from './http.ts'
import type { HttpResponse } from './message.ts'

async function serving(context: TestContext, answer: () => HttpResponse) {
  const failures: unknown[] = []
  const server = new HttpServer(
    async () => answer(),
    error => failures.push(error),
  )
  const port = await server.listen(0, '127.0.0.1')
  context.after(() => server.close(0))
  return { url: `http://127.0.0.1:${port}`, port, failures }
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
