/**
 * With enforcement on, nobody gets past the signature: whatever is missing, unknown, stale, altered or scoped elsewhere is
 * refused in AWS's words, by the JSON, the query and the REST services alike; and what is right is served.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startLake } from '../testing/lake.ts'
import { type Key, type Raw, type Signing, send, signed } from '../testing/signed.ts'

let lake: Awaited<ReturnType<typeof startLake>>
let key: Key
before(async () => {
  lake = await startLake({ auth: 'enforced' })
  const { iam } = await lake.lake.parts()
  key = await iam.root('000000000000')
})
after(() => lake.close())

interface Kind {
  readonly service: string
  readonly request: Partial<Raw>
  readonly codes: {
    readonly missing: string
    readonly unknown: string
    readonly mismatch: string
    readonly stale: string
    readonly scope: string
    readonly unsigned: string
    readonly body: string
  }
}

const kinds: readonly Kind[] = [
  {
    service: 'kinesis',
    request: {
      headers: { 'x-amz-target': 'Kinesis_20131202.ListStreams', 'content-type': 'application/x-amz-json-1.1' },
      body: '{"Limit":10}',
    },
    codes: {
      missing: 'MissingAuthenticationTokenException',
      unknown: 'UnrecognizedClientException',
      mismatch: 'InvalidSignatureException',
      stale: 'InvalidSignatureException',
      scope: 'InvalidSignatureException',
      unsigned: 'InvalidSignatureException',
      body: 'InvalidSignatureException',
    },
  },
  {
    service: 'iam',
    request: {
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: 'Action=ListUsers&Version=2010-05-08',
    },
    codes: {
      missing: 'MissingAuthenticationToken',
      unknown: 'InvalidClientTokenId',
      mismatch: 'SignatureDoesNotMatch',
      stale: 'SignatureDoesNotMatch',
      scope: 'SignatureDoesNotMatch',
      unsigned: 'SignatureDoesNotMatch',
      body: 'SignatureDoesNotMatch',
    },
  },
  {
    service: 's3',
    request: { method: 'GET', path: '/?prefix=a' },
    codes: {
      missing: 'AccessDenied',
      unknown: 'InvalidAccessKeyId',
      mismatch: 'SignatureDoesNotMatch',
      stale: 'RequestTimeTooSkewed',
      scope: 'AuthorizationHeaderMalformed',
      unsigned: 'AccessDenied',
      body: 'XAmzContentSHA256Mismatch',
    },
  },
]

/** The code of the fault, in whichever form the protocol writes it. */
const codeOf = (text: string): string | undefined =>
  /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? /"__type":"(?:[^"]*#)?(\w+)"/.exec(text)?.[1]

for (const { service, request, codes } of kinds)
  describe(service, () => {
    const make = (how: Partial<Signing> = {}, change: Partial<Raw> = {}) =>
      signed(lake.url, { ...request, ...change }, { key, service, ...how })
    const answer = async (raw: Raw) => send(lake.url, raw)
    const refused = async (raw: Raw, code: string) => {
      const { status, text } = await answer(raw)
      assert.equal(codeOf(text), code, text)
      assert.ok(status === 400 || status === 403, String(status))
    }
    const without = (raw: Raw, name: string): Raw => ({
      ...raw,
      headers: Object.fromEntries(Object.entries(raw.headers).filter(([header]) => header !== name)),
    })
    const withHeader = (raw: Raw, name: string, value: string): Raw => ({
      ...raw,
      headers: { ...raw.headers, [name]: value },
    })

    test('a right signature is served', async () => {
      const { status, text } = await answer(await make())
      assert.equal(status, 200, text)
    })
    test('a missing signature is refused', async () => {
      await refused(without(await make(), 'authorization'), codes.missing)
    })
    test('an unknown key is refused', async () => {
      await refused(await make({ key: { ...key, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } }), codes.unknown)
      await refused(await make({ key: { accessKeyId: '000000000000', secretAccessKey: 'test' } }), codes.unknown)
    })
    test('a wrong secret is refused', async () => {
      await refused(await make({ key: { ...key, secretAccessKey: `${key.secretAccessKey}x` } }), codes.mismatch)
    })
    test('a signature with one digit changed, cut short or left empty is refused', async () => {
      const raw = await make()
      const authorization = raw.headers.authorization ?? ''
      const last = authorization.at(-1) === '0' ? '1' : '0'
      await refused(withHeader(raw, 'authorization', authorization.slice(0, -1) + last), codes.mismatch)
      await refused(withHeader(raw, 'authorization', authorization.slice(0, -1)), codes.mismatch)
    })
    test('a date of twenty minutes ago, or to come, is refused', async () => {
      for (const minutes of [-20, 20])
        await refused(await make({ at: new Date(Date.now() + minutes * 60_000) }), codes.stale)
    })
    test('an old request with a fresh date is refused', async () => {
      const old = await make({ at: new Date(Date.now() - 60_000) })
      const fresh = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
      await refused(withHeader(old, 'x-amz-date', fresh), codes.mismatch)
    })
    test('a header that steers and is not signed is refused', async () => {
      await refused(withHeader(await make(), 'x-amz-acl', 'public-read'), codes.unsigned)
    })
    test('another method, path or query is refused', async () => {
      const raw = await make()
      const query = raw.path.includes('?') ? '&' : '?'
      await refused({ ...raw, path: `${raw.path}${query}marker=b` }, codes.mismatch)
      await refused({ ...raw, path: raw.path.replace('/', '/other') }, codes.mismatch)
      if (service === 's3') await refused({ ...raw, method: 'DELETE' }, codes.mismatch)
    })
    test('a scope of another service is refused', async () => {
      const other = await make({ service: service === 'kinesis' ? 'firehose' : 'kinesis' })
      const { status, text } = await answer(other)
      assert.ok(status >= 400 && status < 500, text)
      assert.notEqual(codeOf(text), undefined, text)
    })
    test('a region of another signature is refused', async () => {
      const raw = await make()
      const authorization = raw.headers.authorization?.replace('ap-northeast-1', 'us-east-1') ?? ''
      await refused(withHeader(raw, 'authorization', authorization), codes.mismatch)
    })
    test('a token that the key does not have is refused', async () => {
      const { status, text } = await answer(await make({ key: { ...key, sessionToken: 'made-up' } }))
      assert.ok(
        ['InvalidToken', 'UnrecognizedClientException', 'InvalidClientTokenId'].includes(codeOf(text) ?? ''),
        text,
      )
      assert.ok(status === 400 || status === 403)
    })
    if (request.body !== undefined)
      test('another body is refused', async () => {
        const raw = await make()
        await refused({ ...raw, body: raw.body.replace('List', 'Last').replace('10', '11') }, codes.body)
      })
  })

describe('S3', () => {
  const put = (path: string, body: string, headers: Record<string, string> = {}, how: Partial<Signing> = {}) =>
    signed(lake.url, { method: 'PUT', path, body, headers }, { key, service: 's3', ...how })
  const hash = 'x-amz-content-sha256'

  before(async () => {
    const { status, text } = await send(
      lake.url,
      await put(
        '/escape',
        '<CreateBucketConfiguration><LocationConstraint>ap-northeast-1</LocationConstraint></CreateBucketConfiguration>',
      ),
    )
    assert.equal(status, 200, text)
    assert.equal((await send(lake.url, await put('/escape/key', 'what was meant'))).status, 200)
  })
  const content = async () =>
    (await send(lake.url, await signed(lake.url, { method: 'GET', path: '/escape/key' }, { key, service: 's3' }))).text

  test('an altered body is refused and nothing is stored', async () => {
    const raw = await put('/escape/key', 'what was meant')
    const { status, text } = await send(lake.url, { ...raw, body: 'something else' })
    assert.equal(codeOf(text), 'XAmzContentSHA256Mismatch', text)
    assert.equal(status, 400)
    assert.equal(await content(), 'what was meant')
  })

  test('a presigned URL serves until it expires, for what it was made and nothing else', async () => {
    const presigned = (seconds: number, at?: Date) =>
      signed(
        lake.url,
        { method: 'GET', path: '/escape/key', headers: { [hash]: 'UNSIGNED-PAYLOAD' } },
        { key, service: 's3', presign: seconds, ...(at && { at }) },
      )
    const good = await presigned(60)
    assert.equal((await send(lake.url, good)).text, 'what was meant')
    const late = await send(lake.url, await presigned(60, new Date(Date.now() - 61_000)))
    assert.deepEqual([late.status, codeOf(late.text)], [403, 'AccessDenied'])
    assert.match(late.text, /Request has expired/)
    for (const altered of [
      { ...good, path: good.path.replace('/key', '/other') },
      { ...good, path: good.path.replace('X-Amz-Expires=60', 'X-Amz-Expires=600') },
      { ...good, path: `${good.path}&acl` },
      { ...good, method: 'DELETE' },
      { ...good, method: 'PUT', body: 'x' },
    ])
      assert.equal(codeOf((await send(lake.url, altered)).text), 'SignatureDoesNotMatch', altered.path)
    assert.equal(await content(), 'what was meant')
  })

  test('a hash that no body has is refused before anything is read', async () => {
    const { text } = await send(lake.url, await put('/escape/key', 'x', { [hash]: 'NONE' }))
    assert.equal(codeOf(text), 'InvalidArgument', text)
  })

  test('a chunked upload whose chunks are not signed as announced is refused and nothing is stored', async () => {
    const raw = await put('/escape/key', '', {
      [hash]: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '4',
    })
    const bad = 'f'.repeat(64)
    const body = `4;chunk-signature=${bad}\r\nevil\r\n0;chunk-signature=${bad}\r\n\r\n`
    const { status, text } = await send(lake.url, {
      ...raw,
      headers: { ...raw.headers, 'content-length': String(body.length) },
      body,
    })
    assert.deepEqual([status, codeOf(text)], [403, 'SignatureDoesNotMatch'], text)
    assert.equal(await content(), 'what was meant')
  })

  test('a stranger without a signature sees nothing', async () => {
    for (const path of ['/', '/escape', '/escape/key', '/escape/key?acl'])
      for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
        const { status } = await send(lake.url, { method, path, headers: {}, body: '' })
        // 501 where Biwa does not know the operation, as it says to everybody.
        assert.ok([400, 403, 405, 501].includes(status), `${method} ${path}: ${status}`)
      }
    assert.equal(await content(), 'what was meant')
  })
})

test("a request for one service that looks like one for S3 is nobody's", async () => {
  const looksLikeS3 = '/?x=/s3/aws4_request&X-Amz-Credential=AKIA/20250101/ap-northeast-1/sts/aws4_request'
  for (const path of [looksLikeS3, `${looksLikeS3}&AWSAccessKeyId=${key.accessKeyId}&Signature=x&Expires=9999999999`]) {
    const body = 'Action=GetCallerIdentity&Version=2011-06-15'
    const { status, text } = await send(lake.url, {
      method: 'POST',
      path,
      headers: { 'content-type': 'text/plain' },
      body,
    })
    assert.ok(status === 403 || status === 400, text)
    assert.doesNotMatch(text, /GetCallerIdentityResult/)
  }
})

test('the lake reported no failure of its own', () => {
  assert.deepEqual(lake.failures, [])
})
