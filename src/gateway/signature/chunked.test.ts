/**
 * Property: however an aws-chunked body is cut on its way, the bytes that were sent come out, and every signature, length
 * and trailer is held to; whatever else arrives ends in a Fault, never in another error and never in silence.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { Fault } from '../fault.ts'
import { wholeBody } from '../message.ts'
import { ChunkedBody, type chunkedForm } from './chunked.ts'
import { bodyHash, checkedBody, hashBeside } from './payload-hash.ts'
import type { SignedRequest } from './request.ts'
import { identify, isV4 } from './signature.ts'
import { emptyBodyHash, type SeedContext, verify } from './v4.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function collected(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of body) all.push(piece)
  return Buffer.concat(all)
}

/** The request of AWS's two examples: 65 KiB of `a` in chunks of 64 KiB, 1 KiB and nothing. */
function published(trailer: boolean): { request: SignedRequest; seed: SeedContext } {
  const signed = trailer
    ? 'content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer'
    : 'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class'
  const signature = trailer
    ? '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
    : '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
  const request = {
    method: 'PUT',
    path: '/examplebucket/chunkObject.txt',
    query: '',
    headers: {
      host: 's3.amazonaws.com',
      'content-encoding': 'aws-chunked',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-decoded-content-length': '66560',
      'x-amz-content-sha256': `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? '-TRAILER' : ''}`,
      ...(trailer ? { 'x-amz-trailer': 'x-amz-checksum-crc32c' } : { 'content-length': '66824' }),
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=${signature}`,
    },
  }
  const claim = identify(request)
  assert.ok(isV4(claim))
  return { request, seed: verify(claim, request, { secret, now: Date.UTC(2013, 4, 24) }) }
}

const data = Buffer.alloc(66_560, 'a')
const chunk = (bytes: Buffer, signature: string): Buffer =>
  Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)};chunk-signature=${signature}\r\n`),
    bytes,
    Buffer.from(bytes.length > 0 ? '\r\n' : ''),
  ])

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
const publishedBody = Buffer.concat([
  chunk(data.subarray(0, 65_536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
  chunk(data.subarray(65_536), '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
  chunk(data.subarray(0, 0), 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
  Buffer.from('\r\n'),
])
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
const publishedTrailerBody = Buffer.concat([
  chunk(data.subarray(0, 65_536), 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'),
  chunk(data.subarray(65_536), '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'),
  chunk(data.subarray(0, 0), '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992'),
  Buffer.from(
    'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  ),
])

const signed = { signed: true, trailer: false }
const signedTrailer = { signed: true, trailer: true }
const unsigned = { signed: false, trailer: true }

describe("AWS's published example of signed chunks", () => {
  for (const size of [1, 7, 1000, 100_000])
    test(`is decoded when it arrives ${size} bytes at a time`, async () => {
      const { request, seed } = published(false)
      assert.ok((await collected(new ChunkedBody(pieces(publishedBody, size), request, signed, seed))).equals(data))
    })

  test('is decoded with its signed trailer', async () => {
    const { request, seed } = published(true)
    const body = new ChunkedBody(pieces(publishedTrailerBody, 4096), request, signedTrailer, seed)
    assert.ok((await collected(body)).equals(data))
    assert.deepEqual({ ...body.trailers }, { 'x-amz-checksum-crc32c': 'sOO8/Q==' })
  })

  test('is refused when a byte of the data, of a signature or of the trailer changed', async () => {
    const { request, seed } = published(true)
    const text = publishedTrailerBody.toString('latin1')
    for (const [from, to] of [
      ['aaaa', 'aaab'],
      ['=b474', '=b475'],
      ['=2ca2', '=2ca3'],
      ['sOO8', 'sOO9'],
      ['d81f', 'd81e'],
      [/x-amz-trailer-signature.*\r\n/, ''],
    ] as const) {
      const altered = Buffer.from(text.replace(from, to), 'latin1')
      await assert.rejects(collected(new ChunkedBody(pieces(altered, 4096), request, signedTrailer, seed)), {
        code: 'SignatureDoesNotMatch',
        status: 403,
      })
    }
  })

  test('is decoded without checking signatures where no seed is given', async () => {
    const { request } = published(false)
    const altered = Buffer.from(publishedBody.toString('latin1').replace('=ad80', '=ad81'), 'latin1')
    assert.ok((await collected(new ChunkedBody(pieces(altered, 4096), request, signed))).equals(data))
  })
})

const announcing = (bytes: number | string, trailer?: string): SignedRequest => ({
  method: 'PUT',
  path: '/bucket/key',
  query: '',
  headers: {
    'x-amz-decoded-content-length': String(bytes),
    ...(trailer !== undefined && { 'x-amz-trailer': trailer }),
  },
})
const decode = (
  text: string | Buffer,
  bytes: number,
  form: ReturnType<typeof chunkedForm> = unsigned,
  trailer?: string,
) => collected(new ChunkedBody(pieces(Buffer.from(text), 5), announcing(bytes, trailer), form))

describe('unsigned chunks', () => {
  test('any data in any chunks, cut anywhere, comes out as it was sent, and the trailers with it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom('\r\n', '\n'),
        async (chunks, size, lineEnd) => {
          const sent = Buffer.concat([
            ...chunks.flatMap(part => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
            Buffer.from(`0\r\nX-Amz-Checksum-CRC32: AAAAAA==${lineEnd}\r\n`),
          ])
          const whole = Buffer.concat(chunks)
          const body = new ChunkedBody(pieces(sent, size), announcing(whole.length, 'x-amz-checksum-crc32'), unsigned)
          assert.ok((await collected(body)).equals(whole))
          assert.deepEqual({ ...body.trailers }, { 'x-amz-checksum-crc32': 'AAAAAA==' })
        },
      ),
      { numRuns: tries(200) },
    )
  })

  test('a body that ends early is incomplete', async () => {
    for (const text of ['', '5', '5\r\nab', '5\r\nabcde\r\n', '5\r\nabcde\r\n3\r\n'])
      await assert.rejects(decode(text, 5), { code: 'IncompleteBody', status: 400 }, text)
  })

  test('more or less data than announced is refused', async () => {
    await assert.rejects(decode('3\r\nabc\r\n0\r\n\r\n', 5), {
      code: 'IncompleteBody',
      message: /expected 5 bytes, got 3/,
    })
    await assert.rejects(decode('6\r\nabcdef\r\n0\r\n\r\n', 5), { code: 'IncompleteBody' })
  })

  test('no announced length is refused before a byte is read', () => {
    for (const length of ['', '-1', 'x', '1e9', '99999999999999999'])
      assert.throws(() => new ChunkedBody(pieces(Buffer.of(), 1), announcing(length), unsigned), {
        code: 'MissingContentLength',
        status: 411,
      })
  })

  test('sizes that are no size are refused', async () => {
    for (const size of ['zz', '-5', '', '5;chunk-signature=short', '0x5', 'ffffffffffffffff', '5'.repeat(2000)])
      await assert.rejects(decode(`${size}\r\nabcde\r\n0\r\n\r\n`, 5), { code: 'InvalidRequest', status: 400 }, size)
  })

  test('a chunk longer than its size is refused', async () => {
    await assert.rejects(decode('3\r\nabcde\r\n0\r\n\r\n', 3), { code: 'InvalidRequest' })
  })

  test('a chunk without a signature is refused where signatures are announced', async () => {
    await assert.rejects(decode('5\r\nabcde\r\n0\r\n\r\n', 5, signed), { message: /has no chunk-signature/ })
  })

  test('a trailer that was not announced, is not sent or is no trailer is refused', async () => {
    const end = '5\r\nabcde\r\n0\r\n'
    const refusal = { code: 'MalformedTrailerError', status: 400 }
    await assert.rejects(decode(`${end}x-amz-checksum-crc32:AA==\r\n\r\n`, 5), refusal)
    await assert.rejects(decode(`${end}\r\n`, 5, unsigned, 'x-amz-checksum-crc32'), refusal)
    await assert.rejects(decode(`${end}what\r\n\r\n`, 5, unsigned, 'x-amz-checksum-crc32'), refusal)
    await assert.rejects(decode(`${end}__proto__:x\r\n`, 5, unsigned, '__proto__'), refusal)
    await assert.rejects(decode(`${end}${'x'.repeat(20_000)}`, 5, unsigned), { code: 'InvalidRequest' })
  })

  test('a reader that stops early lets go of the source', async () => {
    let released = false
    async function* endless() {
      try {
        for (;;) yield Buffer.from('1\r\na\r\n')
      } finally {
        released = true
      }
    }
    for await (const _ of new ChunkedBody(endless(), announcing(1000), unsigned)) break
    assert.ok(released)
  })

  test('whatever a stranger sends is decoded or ends in a Fault', async () => {
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)),
      fc
        .constantFrom('\r\n', '0\r\n', '5\r\nabcde\r\n', ';chunk-signature=', 'x-amz-checksum-crc32:', ':')
        .map(Buffer.from),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 12 }),
        fc.constantFrom(signed, signedTrailer, unsigned),
        async (parts, form) => {
          const { seed } = published(true)
          try {
            await collected(new ChunkedBody(pieces(Buffer.concat(parts), 3), announcing(5), form, seed))
          } catch (error) {
            assert.ok(error instanceof Fault, String(error))
          }
        },
      ),
      { numRuns: tries(500) },
    )
  })
})

describe('a body held to its hash', () => {
  const s3 = announcing(0)
  const json: SignedRequest = { ...s3, headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord' } }
  const hash = createHash('sha256').update('hello').digest('hex')

  test('passes when it is what was announced', async () => {
    assert.equal((await collected(checkedBody(pieces(Buffer.from('hello'), 2), s3, hash))).toString(), 'hello')
    assert.equal(bodyHash(wholeBody(Buffer.from('hello')), json, hash), hash)
    assert.equal(bodyHash(wholeBody(Buffer.of()), json, undefined), emptyBodyHash)
  })

  test('of a large body is worked out beside the event loop, and believed no more than any other', async () => {
    const large = Buffer.alloc(100_000, 'a')
    const sha256 = await hashBeside(large)
    assert.equal(sha256, createHash('sha256').update(large).digest('hex'))
    assert.equal(bodyHash(wholeBody(large, sha256), json, sha256), sha256)
    assert.throws(() => bodyHash(wholeBody(large, sha256), json, hash), { code: 'InvalidSignatureException' })
    assert.equal(await hashBeside(Buffer.from('hello')), undefined)
  })

  test('is refused in the words of its service when it is not', async () => {
    await assert.rejects(collected(checkedBody(pieces(Buffer.from('hellO'), 2), s3, hash)), {
      code: 'XAmzContentSHA256Mismatch',
      status: 400,
    })
    assert.throws(() => bodyHash(wholeBody(Buffer.from('hellO')), json, hash), { code: 'InvalidSignatureException' })
  })
})

test('chunk signatures chain: two chunks changed for one another are refused', async () => {
  const { request, seed } = published(false)
  const sign = (previous: string, part: string): string =>
    createHmac('sha256', seed.signingKey)
      .update(
        `AWS4-HMAC-SHA256-PAYLOAD\n${seed.timestamp}\n${seed.scope}\n${previous}\n${emptyBodyHash}\n${createHash('sha256').update(part).digest('hex')}`,
      )
      .digest('hex')
  const headers = { ...request.headers, 'x-amz-decoded-content-length': '2' }
  const first = sign(seed.signature, 'a')
  const second = sign(first, 'b')
  const last = sign(second, '')
  const a = chunk(Buffer.from('a'), first)
  const b = chunk(Buffer.from('b'), second)
  const end = Buffer.concat([chunk(Buffer.of(), last), Buffer.from('\r\n')])
  const decodeParts = (...parts: Buffer[]) =>
    collected(new ChunkedBody(pieces(Buffer.concat(parts), 9), { ...request, headers }, signed, seed))
  assert.equal((await decodeParts(a, b, end)).toString(), 'ab')
  await assert.rejects(decodeParts(b, a, end), { code: 'SignatureDoesNotMatch' })
  await assert.rejects(decodeParts(a, end), { code: 'SignatureDoesNotMatch' })
})
