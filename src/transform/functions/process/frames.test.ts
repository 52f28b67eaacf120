/** Property: frames come out as they went in, however the stream is cut; what announces too much is refused unread. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeFrame, FrameReader, headerBytesMax } from './frames.ts'

const bodyBytesMax = 1000

test('frames come out as they went in, however the stream is cut', () => {
  const body = fc.uint8Array({ maxLength: bodyBytesMax })
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(fc.array(body, { maxLength: 5 }), cuts, (bodies, sizes) => {
      const stream = Buffer.concat(bodies.map(one => encodeFrame({ kind: 'answered' }, one)))
      const reader = new FrameReader(bodyBytesMax)
      const found: Uint8Array[] = []
      for (let at = 0, cut = 0; at < stream.length; cut++) {
        const end = at + (sizes[cut % sizes.length] ?? 1)
        for (const frame of reader.read(stream.subarray(at, end))) {
          assert.deepEqual(frame.header, { kind: 'answered' })
          found.push(frame.body)
        }
        at = end
      }
      assert.deepEqual(
        found.map(one => Buffer.from(one)),
        bodies.map(one => Buffer.from(one)),
      )
    }),
  )
})

test('a frame that announces more than it may is refused before it is read', () => {
  const prefix = (header: number, body: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32LE(header, 0)
    bytes.writeUInt32LE(body, 4)
    return bytes
  }
  assert.throws(() => new FrameReader(bodyBytesMax).read(prefix(2, bodyBytesMax + 1)), RangeError)
  assert.throws(() => new FrameReader(bodyBytesMax).read(prefix(headerBytesMax + 1, 0)), RangeError)
  assert.throws(
    () => new FrameReader(bodyBytesMax).read(Buffer.concat([prefix(3, 0), Buffer.from('no!')])),
    SyntaxError,
  )
})
