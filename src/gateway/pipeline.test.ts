/** Requests whose bodies are read into memory take no more of it together than there is for them, and those that come afterwards find it free. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Authenticator } from './authenticate.ts'
import type { HttpRequest } from './message.ts'
import { on, operation, service } from './operation.ts'
import { Pipeline } from './pipeline.ts'

const Rest = operation({ input: {}, output: {}, handle: (_part: object) => ({}) })
const now = () => 0
const identities = { credential: () => undefined, decide: () => ({ allowed: true }), used() {} }

const newPipeline = () =>
  new Pipeline({
    services: { tiny: service({ protocol: 'aws-json-1.1', target: 'Tiny', operations: on({}, { Rest }) }) },
    authenticator: new Authenticator({ mode: 'open', identities, account: '1', region: 'r', signatureNow: now }),
    now,
    requestId: () => 'id',
    report() {},
  })
const requestOf = (stream: () => AsyncIterable<Uint8Array>): HttpRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: { 'x-amz-target': 'Tiny.Rest' },
  body: { stream },
  signal: new AbortController().signal,
})
async function* small() {
  yield Buffer.from('{}')
}

test('requests that nobody finishes sending take their share of memory, and give it back', async () => {
  const pipeline = newPipeline()
  const mebibyte = Buffer.alloc(1024 * 1024)
  const gone = Promise.withResolvers<void>()
  const asked = Array.from({ length: 16 }, () => Promise.withResolvers<void>())
  const stalled = asked.map(({ resolve }) =>
    pipeline.handle(
      requestOf(async function* () {
        for (let piece = 0; piece < 32; piece++) yield mebibyte
        resolve()
        await gone.promise
        throw new Error('the client has gone')
      }),
    ),
  )
  await Promise.all(asked.map(one => one.promise))
  const refused = await pipeline.handle(requestOf(small))
  assert.equal(refused.status, 503)
  assert.match(String(refused.body), /"__type":"ServiceUnavailable".*Try again/)
  gone.resolve()
  await Promise.all(stalled)
  assert.equal((await pipeline.handle(requestOf(small))).status, 200)
})
