/** Property: all text before a mark is heard before the mark is reached, and no part of a mark ever is. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { MarkedOutput } from './marked-output.ts'

const mark = '\u0000mark\n'

test('what comes before the mark is heard before it, what comes after it later, however the stream is cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', '\n', '\u0000', 'm', 'ma'), maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(text, text, fc.integer({ min: 1, max: 9 }), async (before, after, size) => {
      const stream = new PassThrough()
      let heard = ''
      const output = new MarkedOutput(stream, piece => {
        heard += piece
      })
      const reached = output.until(mark)
      const bytes = Buffer.from(before + mark + after)
      const heardAtMark = reached.then(() => heard)
      for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size))
      stream.end()
      assert.ok((await heardAtMark).startsWith(before))
      await once(stream, 'close')
      assert.equal(heard, before + after)
    }),
  )
})

test('a stream that closes without the mark is not waited for', async () => {
  const stream = new PassThrough()
  let heard = ''
  const output = new MarkedOutput(stream, piece => {
    heard += piece
  })
  const reached = output.until(mark)
  stream.end('the last words\u0000ma')
  await reached
  assert.equal(heard, 'the last words\u0000ma')
  await output.until(mark)
})
