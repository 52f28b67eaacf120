/**
 * A stream of events is framed so that AWS's own decoders read it, over both versions of HTTP; it goes on as fast as the
 * client reads, and whatever it was made from is let go when the client goes or the server closes.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { type TestContext, test } from 'node:test'
import { cbor, tag } from '@smithy/core/cbor'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { Authenticator } from '../authenticate.ts'
import { faultClass } from '../fault.ts'
import { HttpServer } from '../http.ts'
import { type Call, on, operation, service } from '../operation.ts'
import { Pipeline } from '../pipeline.ts'
import { blob, eventStream, integer, string, structure, timestamp } from '../shape.ts'

const Gone = faultClass('ResourceNotFoundException')
interface Item {
  readonly Text?: { readonly Words: string; readonly At: number } | undefined
  readonly Bytes?: { readonly Data: Uint8Array } | undefined
}
type Source = (call: Call) => AsyncIterable<Item>

const Watch = operation({
  input: { Name: string() },
  output: {
    Started: integer(),
    Events: eventStream({
      Text: structure({ Words: string(), At: timestamp() }),
      Bytes: structure({ Data: blob() }),
    }),
  },
  handle: (part: { readonly source: Source }, _input, call) => ({ Started: 7, Events: part.source(call) }),
})

async function serving(context: TestContext, source: Source) {
  const reports: unknown[] = []
  const identities = { credential: () => undefined, decide: () => ({ allowed: true }), used() {} }
  const now = () => 0
  const pipeline = new Pipeline({
    services: { tiny: service({ protocol: 'aws-json-1.1', target: 'Tiny', operations: on({ source }, { Watch }) }) },
    authenticator: new Authenticator({ mode: 'open', identities, account: '1', region: 'r', signatureNow: now }),
    now,
    requestId: () => 'id',
    report: (_text, cause) => reports.push(cause),
  })
  const server = new HttpServer(
    request => pipeline.handle(request),
    error => reports.push(error),
  )
  const port = await server.listen(0, '127.0.0.1')
  context.after(() => server.close(0))
  return { port, server, reports, pipeline }
}

const headers = { 'x-amz-target': 'Tiny.Watch', 'content-type': 'application/x-amz-json-1.1' }

/** What the client holds: the body, and a way to go. */
interface Client {
  readonly body: Readable
  readonly contentType: string
  leave(): void
}
const versions: Readonly<Record<string, (context: TestContext, port: number) => Promise<Client>>> = {
  'HTTP/1.1': async (_context, port) => {
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', headers })
    request.end('{"Name":"a"}')
    const [body] = (await once(request, 'response')) as [http.IncomingMessage]
    body.on('error', () => {})
    return { body, contentType: body.headers['content-type'] ?? '', leave: () => void request.destroy() }
  },
  'HTTP/2': async (context, port) => {
    const session = http2.connect(`http://127.0.0.1:${port}`)
    context.after(() => session.destroy())
    session.on('error', () => {})
    const request = session.request({ ':method': 'POST', ':path': '/', ...headers })
    request.on('error', () => {})
    request.end('{"Name":"a"}')
    const [answer] = (await once(request, 'response')) as [http2.IncomingHttpHeaders]
    return {
      body: request,
      contentType: answer['content-type'] ?? '',
      leave: () => request.close(http2.constants.NGHTTP2_CANCEL),
    }
  },
}

interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Buffer
}
const codec = new EventStreamCodec(
  bytes => Buffer.from(bytes).toString('utf8'),
  text => Buffer.from(text),
)
/** As they come, decoded by Smithy's codec, which checks lengths and both checksums. */
async function* messages(body: Readable): AsyncGenerator<Message> {
  let held = Buffer.alloc(0)
  for await (const chunk of body) {
    held = Buffer.concat([held, chunk as Buffer])
    while (held.length >= 4 && held.length >= held.readUInt32BE(0)) {
      const bytes = held.readUInt32BE(0)
      const { headers: found, body: payload } = codec.decode(held.subarray(0, bytes))
      held = held.subarray(bytes)
      const named = Object.entries(found).map(([name, header]) => [name, String(header.value)])
      yield { headers: Object.fromEntries(named), payload: Buffer.from(payload) }
    }
  }
  assert.equal(held.length, 0, 'half a message is left')
}

const event = (type: string, value: object): Message => ({
  headers: { ':message-type': 'event', ':event-type': type, ':content-type': 'application/x-amz-json-1.1' },
  payload: Buffer.from(JSON.stringify(value)),
})

for (const [version, open] of Object.entries(versions)) {
  test(`${version}: the initial response comes at once, then each event as it happens`, async context => {
    const second = Promise.withResolvers<void>()
    const { port, reports } = await serving(context, async function* () {
      yield { Text: { Words: 'über', At: 1500 } }
      await second.promise
      yield { Bytes: { Data: Uint8Array.of(0, 255) } }
    })
    const { body, contentType } = await open(context, port)
    assert.equal(contentType, 'application/vnd.amazon.eventstream')
    const read = messages(body)
    assert.deepEqual((await read.next()).value, event('initial-response', { Started: 7 }))
    assert.deepEqual((await read.next()).value, event('Text', { Words: 'über', At: 1.5 }))
    second.resolve()
    assert.deepEqual((await read.next()).value, event('Bytes', { Data: 'AP8=' }))
    assert.equal((await read.next()).done, true)
    assert.deepEqual(reports, [])
  })

  test(`${version}: a fault in the middle is an exception and the end`, async context => {
    const { port, reports } = await serving(context, async function* () {
      yield { Text: { Words: 'a', At: 0 } }
      throw new Gone('Stream a is gone.')
    })
    const [, , last, ...more] = await Array.fromAsync(messages((await open(context, port)).body))
    assert.deepEqual(last, {
      headers: {
        ':message-type': 'exception',
        ':exception-type': 'ResourceNotFoundException',
        ':content-type': 'application/x-amz-json-1.1',
      },
      payload: Buffer.from(JSON.stringify({ __type: 'ResourceNotFoundException', message: 'Stream a is gone.' })),
    })
    assert.deepEqual([more, reports], [[], []])
  })

  test(`${version}: a failure in the middle is an error without its cause, which is reported`, async context => {
    const cause = new Error('the disk is on fire')
    const { port, reports } = await serving(context, async function* () {
      yield { Text: { Words: 'a', At: 0 } }
      throw cause
    })
    const [, , last] = await Array.fromAsync(messages((await open(context, port)).body))
    assert.equal(last?.headers[':message-type'], 'error')
    assert.equal(last?.headers[':error-code'], 'InternalFailure')
    assert.doesNotMatch(last?.headers[':error-message'] ?? '', /fire/)
    assert.deepEqual(reports, [cause])
  })

  test(`${version}: nobody asks for the next event while the client does not read`, async context => {
    let asked = 0
    const ended = Promise.withResolvers<void>()
    const { port } = await serving(context, async function* () {
      try {
        for (;;) {
          asked++
          yield { Bytes: { Data: Buffer.alloc(256 * 1024) } }
        }
      } finally {
        ended.resolve()
      }
    })
    const client = await open(context, port)
    for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate)
    // What the sockets and windows between the two hold; a thousand would have been made without waiting.
    assert.ok(asked < 100, `${asked} events were made`)
    client.leave()
    await ended.promise
  })

  test(`${version}: a client that goes while no event comes lets go of the source`, async context => {
    const signalled = Promise.withResolvers<void>()
    const returned = Promise.withResolvers<void>()
    const { port, reports } = await serving(context, call => {
      call.signal.addEventListener('abort', () => signalled.resolve())
      const never = () => new Promise<IteratorResult<Item>>(() => {})
      const letGo = async () => {
        returned.resolve()
        return { done: true as const, value: undefined }
      }
      return { [Symbol.asyncIterator]: () => ({ next: never, return: letGo }) }
    })
    const client = await open(context, port)
    await messages(client.body).next()
    client.leave()
    await Promise.all([signalled.promise, returned.promise])
    assert.deepEqual(reports, [])
  })

  test(`${version}: a server that closes ends the stream well, without waiting for its grace`, async context => {
    const { port, server, reports } = await serving(context, async function* (call) {
      yield { Text: { Words: 'a', At: 0 } }
      await once(call.signal, 'abort')
      throw new Error('nobody hears this any more')
    })
    const read = messages((await open(context, port)).body)
    await read.next()
    await read.next()
    const minutes = 60_000
    await Promise.all([server.close(10 * minutes), read.next().then(end => assert.equal(end.done, true))])
    assert.deepEqual(reports, [])
  })
}

test('events are CBOR for a client that speaks CBOR', async context => {
  const { port } = await serving(context, async function* () {
    yield { Text: { Words: 'a', At: 1500 } }
    throw new Gone('Stream a is gone.')
  })
  const contentType = 'application/x-amz-cbor-1.1'
  const answer = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': contentType },
    body: Buffer.from(cbor.serialize({ Name: 'a' })),
  })
  assert.equal(answer.headers.get('content-type'), 'application/vnd.amazon.eventstream')
  const read = await Array.fromAsync(messages(Readable.fromWeb(answer.body as ReadableStream)))
  assert.deepEqual(
    read.map(message => message.headers[':content-type']),
    [contentType, contentType, contentType],
  )
  assert.deepEqual(
    read.map(message => cbor.deserialize(message.payload)),
    [
      { Started: 7 },
      { Words: 'a', At: tag({ tag: 1, value: 1500 }) },
      { __type: 'ResourceNotFoundException', message: 'Stream a is gone.' },
    ],
  )
})

test('a fault before the stream is an answer like any other', async context => {
  const { port } = await serving(context, () => {
    throw new Gone('Stream a is gone.')
  })
  const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body: '{"Name":"a"}' })
  assert.deepEqual(
    [answer.status, await answer.json()],
    [400, { __type: 'ResourceNotFoundException', message: 'Stream a is gone.' }],
  )
})

test('the in-process door hands the events on as JSON has them, and lets go of the source', async context => {
  let ended = false
  const { pipeline } = await serving(context, async function* () {
    try {
      yield { Bytes: { Data: Uint8Array.of(0, 255) } }
      yield { Text: { Words: 'a', At: 0 } }
    } finally {
      ended = true
    }
  })
  const principal = { kind: 'root', account: '1', arn: 'a', id: '1' } as const
  const output = await pipeline.invoke({ account: '1', region: 'r', principal }, 'tiny', 'Watch', { Name: 'a' })
  assert.equal(output.Started, 7)
  for await (const item of output.Events as AsyncIterable<unknown>) {
    assert.deepEqual(item, { Bytes: { Data: 'AP8=' } })
    break
  }
  assert.equal(ended, true)
})
