/**
 * Property: what AWS's published examples and AWS's own signer sign is accepted; the same request with anything changed
 * is refused in the words of the service it is for; whatever a stranger sends, identify answers or throws a Fault.
 */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { tries } from '../../../test/testing/tries.ts'
import { Fault } from '../fault.ts'
import { canonicalPath, canonicalQuery } from './canonical.ts'
import type { SignedRequest } from './request.ts'
import { identify, isV2, isV4, type V2Claim, type V4Claim } from './signature.ts'
import { verifyV2 } from './v2.ts'
import { type Expectation, emptyBodyHash, verify } from './v4.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const may2013 = Date.UTC(2013, 4, 24)

function v4(request: SignedRequest): V4Claim {
  const claim = identify(request)
  assert.ok(isV4(claim))
  return claim
}
const check = (request: SignedRequest, expected: Partial<Expectation> = {}) =>
  verify(v4(request), request, { secret, now: may2013, ...expected })

const get = (path: string, query: string, headers: Record<string, string>): SignedRequest => ({
  method: 'GET',
  path,
  query,
  headers,
})

const authorization = (signedHeaders: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`

const s3Headers = {
  host: 'examplebucket.s3.amazonaws.com',
  'x-amz-content-sha256': emptyBodyHash,
  'x-amz-date': '20130524T000000Z',
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const published: Record<string, SignedRequest> = {
  'GET of a range': get('/test.txt', '', {
    ...s3Headers,
    range: 'bytes=0-9',
    authorization: authorization(
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
  }),
  'PUT with a dollar sign in the key': {
    method: 'PUT',
    path: '/test%24file.text',
    query: '',
    headers: {
      ...s3Headers,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      authorization: authorization(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    },
  },
  'GET of a subresource': get('/', 'lifecycle', {
    ...s3Headers,
    authorization: authorization(
      'host;x-amz-content-sha256;x-amz-date',
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ),
  }),
  'GET of a listing': get('/', 'max-keys=2&prefix=J', {
    ...s3Headers,
    authorization: authorization(
      'host;x-amz-content-sha256;x-amz-date',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ),
  }),
  'a presigned GET': get(
    '/test.txt',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    { host: 'examplebucket.s3.amazonaws.com' },
  ),
}

describe("AWS's published examples", () => {
  for (const [name, request] of Object.entries(published)) {
    test(`${name} is accepted`, () => {
      check(request)
    })
    test(`${name} is refused when the query, the path or the method changed`, () => {
      const query = request.query === '' ? 'acl' : `${request.query}&acl`
      for (const altered of [
        { ...request, query },
        { ...request, path: `${request.path}x` },
        { ...request, method: 'DELETE' },
      ])
        assert.throws(() => check(altered), { code: 'SignatureDoesNotMatch', status: 403 })
    })
  }

  test('a query service: ListUsers of IAM', () => {
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    const request = get('/', 'Action=ListUsers&Version=2010-05-08', {
      host: 'iam.amazonaws.com',
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    })
    const expected = { secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', now: Date.UTC(2015, 7, 30, 12, 36) }
    check(request, { ...expected, bodyHash: emptyBodyHash })
    assert.throws(() => check(request, { ...expected, bodyHash: '0'.repeat(64) }), {
      code: 'SignatureDoesNotMatch',
      status: 403,
    })
  })
})

describe('canonical spelling', () => {
  test('S3 keeps a path as it is, others resolve dots and doubled slashes and encode once more', () => {
    assert.equal(canonicalPath('/a//b/../c%20d(1)', 's3'), '/a//b/../c%20d(1)')
    assert.equal(canonicalPath('/a//b/../c%20d', 'lambda'), '/a/c%2520d')
    assert.equal(canonicalPath('/./', 'lambda'), '/')
    assert.equal(canonicalPath('/example/..', 'lambda'), '/')
    assert.equal(canonicalPath('//example//', 'lambda'), '/example/')
    assert.equal(canonicalPath('/example/.', 'lambda'), '/example')
    assert.equal(canonicalPath('', 'lambda'), '/')
  })
  test('a query is sorted by name and then by value, in canonical percent-encoding', () => {
    assert.equal(canonicalQuery('b=2&a=z&a=%61&c&d=x+y&e=%2f'), 'a=a&a=z&b=2&c=&d=x%20y&e=%2F')
  })
})

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: secret }
class Sha256 {
  readonly #hash: { update(data: string | Uint8Array): unknown; digest(): Buffer }
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key as Uint8Array)
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}
type Signed = { headers: Record<string, string>; query?: Record<string, unknown> }

/** A request as AWS's own signer for JavaScript leaves it, spelled for the wire. */
async function signedBySdk(
  service: string,
  wanted: { path?: string; query?: Record<string, string>; headers?: Record<string, string>; body?: string },
  how: { sessionToken?: string; presign?: number; signedAt?: number } = {},
): Promise<SignedRequest> {
  const signer = new SignatureV4({
    service,
    region: 'ap-northeast-1',
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    credentials: { ...credentials, ...(how.sessionToken && { sessionToken: how.sessionToken }) },
  })
  const path = wanted.path ?? '/'
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    query: wanted.query ?? {},
    headers: { ...(wanted.headers?.[':authority'] === undefined && { host: '127.0.0.1:4566' }), ...wanted.headers },
    body: wanted.body ?? '',
  }
  const signingDate = new Date(how.signedAt ?? may2013)
  const signed = (
    how.presign === undefined
      ? await signer.sign(request, { signingDate })
      : await signer.presign(request, { signingDate, expiresIn: how.presign })
  ) as Signed
  const pairs = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  )
  const headers = Object.fromEntries(
    Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
  return { method: 'POST', path, query: pairs.join('&'), headers }
}

const kinesisCall = {
  headers: { 'x-amz-target': 'Kinesis_20131202.PutRecord', 'content-type': 'application/x-amz-json-1.1' },
  body: '{"StreamName":"temperature-stream"}',
}
const bodyHash = createHash('sha256').update(kinesisCall.body).digest('hex')

describe("requests signed by AWS's signer for JavaScript", () => {
  test('a JSON call is accepted and yields what its signature continues from', async () => {
    const request = await signedBySdk('kinesis', kinesisCall)
    const seed = check(request, { bodyHash, service: 'kinesis', region: 'ap-northeast-1' })
    assert.equal(seed.scope, '20130524/ap-northeast-1/kinesis/aws4_request')
    assert.match(seed.signature, /^[0-9a-f]{64}$/)
  })

  test('paths and queries of every spelling are accepted', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'aZ09-._~!*\'()+ /%&=?#:@$,;[]"äß水😀') })
    await fc.assert(
      fc.asyncProperty(text, text, fc.constantFrom('s3', 'lambda'), async (key, value, service) => {
        const path = `/${key.split('/').filter(Boolean).map(encodeURIComponent).join('/')}`
        const request = await signedBySdk(service, { path, query: { prefix: value }, headers: {} })
        check(request, { bodyHash: emptyBodyHash })
      }),
      { numRuns: tries(300) },
    )
  })

  test('a session token must be the one the credential has', async () => {
    const request = await signedBySdk('kinesis', kinesisCall, { sessionToken: 'token-of-this-session' })
    check(request, { bodyHash, sessionToken: 'token-of-this-session' })
    const refusal = { code: 'UnrecognizedClientException', status: 400 }
    assert.throws(() => check(request, { bodyHash, sessionToken: 'token-of-that-session' }), refusal)
    assert.throws(() => check(request, { bodyHash }), refusal)
  })

  test('a presigned request holds until its end and not a second longer', async () => {
    const request = await signedBySdk(
      's3',
      { path: '/bucket/key', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
      { presign: 60 },
    )
    check(request, { now: may2013 + 60_000 })
    assert.throws(() => check(request, { now: may2013 + 61_000 }), {
      code: 'AccessDenied',
      message: 'Request has expired',
    })
    assert.throws(() => check(request, { now: may2013 - 16 * 60_000 }), { message: 'Request is not yet valid' })
  })

  test('fifteen minutes of skew are allowed, either way, and no more', async () => {
    const request = await signedBySdk('kinesis', kinesisCall)
    for (const minutes of [-15, 15]) check(request, { bodyHash, now: may2013 + minutes * 60_000 })
    assert.throws(() => check(request, { bodyHash, now: may2013 + 16 * 60_000 }), {
      code: 'InvalidSignatureException',
      message: 'Signature expired: 20130524T000000Z is now earlier than 20130524T000100Z (20130524T001600Z - 15 min.)',
    })
    assert.throws(() => check(request, { bodyHash, now: may2013 - 16 * 60_000 }), {
      message: /^Signature not yet current/,
    })
    const s3 = await signedBySdk('s3', { path: '/bucket/key' })
    assert.throws(() => check(s3, { now: may2013 + 16 * 60_000 }), { code: 'RequestTimeTooSkewed', status: 403 })
  })

  test('a wrong secret, body, region or service is refused', async () => {
    const request = await signedBySdk('kinesis', kinesisCall)
    const refusal = { code: 'InvalidSignatureException', status: 400 }
    assert.throws(() => check(request, { bodyHash, secret: 'wrong' }), refusal)
    assert.throws(() => check(request, { bodyHash: emptyBodyHash.replace('e', 'f') }), refusal)
    assert.throws(() => check(request, { bodyHash, region: 'us-east-1' }), /valid region/)
    assert.throws(() => check(request, { bodyHash, service: 'firehose' }), /correct service: 'firehose'/)
  })

  test('a header that steers the request must be signed', async () => {
    const request = await signedBySdk('kinesis', kinesisCall)
    const slipped = { ...request, headers: { ...request.headers, 'x-amz-security-tokens': 'x' } }
    assert.throws(() => check(slipped, { bodyHash }), {
      code: 'InvalidSignatureException',
      message: "'x-amz-security-tokens' must be a 'SignedHeader' in the AWS Authorization.",
    })
    const s3 = await signedBySdk('s3', { path: '/bucket/key' })
    const acl = { ...s3, headers: { ...s3.headers, 'x-amz-acl': 'public-read' } }
    assert.throws(() => check(acl), { code: 'AccessDenied', detail: { HeadersNotSigned: 'x-amz-acl' } })
  })

  test('over HTTP/2 the authority is signed in the place of the host, and the host must be signed', async () => {
    const request = await signedBySdk('kinesis', {
      ...kinesisCall,
      headers: { ...kinesisCall.headers, ':authority': 'h:1' },
    })
    const { ':authority': authority = '', ...headers } = request.headers
    check({ ...request, headers: { ...headers, host: authority } }, { bodyHash })
    assert.throws(() => check({ ...request, headers: { ...headers, host: 'other:1' } }, { bodyHash }), {
      code: 'InvalidSignatureException',
    })
  })

  test('a scope whose day is not the day of the date is refused', async () => {
    const request = await signedBySdk('kinesis', kinesisCall)
    const authorization = request.headers.authorization?.replace('/20130524/', '/20130523/') ?? ''
    const altered = { ...request, headers: { ...request.headers, authorization } }
    assert.throws(() => check(altered, { bodyHash }), /Date in Credential scope does not match/)
  })
})

describe('malformed claims', () => {
  const s3 = (headers: Record<string, string>, query = '') => get('/bucket/key', query, { host: 'h', ...headers })
  const presign = (change: Record<string, string>) =>
    s3(
      {},
      new URLSearchParams({
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': 'AKIA/20130524/us-east-1/s3/aws4_request',
        'X-Amz-Date': '20130524T000000Z',
        'X-Amz-Expires': '60',
        'X-Amz-SignedHeaders': 'host',
        'X-Amz-Signature': 'f'.repeat(64),
        ...change,
      }).toString(),
    )
  const cases: readonly (readonly [string, SignedRequest, string, RegExp])[] = [
    ['no components', s3({ authorization: 'AWS4-HMAC-SHA256 x' }), 'AuthorizationHeaderMalformed', /three components/],
    [
      'a credential of four parts',
      s3({ authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d,SignedHeaders=host,Signature=x' }),
      'AuthorizationHeaderMalformed',
      /Credential is mal-formed/,
    ],
    [
      'a scope date of six digits',
      s3({ authorization: 'AWS4-HMAC-SHA256 Credential=a/201305/r/s3/aws4_request,SignedHeaders=host,Signature=x' }),
      'AuthorizationHeaderMalformed',
      /incorrect date format/,
    ],
    ['another scheme', s3({ authorization: 'Bearer x' }), 'InvalidArgument', /Unsupported Authorization Type/],
    [
      'both ways at once',
      { ...presign({}), headers: { authorization: 'AWS a:b' } },
      'InvalidArgument',
      /Only one auth/,
    ],
    ['an expiry of eight days', presign({ 'X-Amz-Expires': '691200' }), 'AuthorizationQueryParametersError', /week/],
    ['a negative expiry', presign({ 'X-Amz-Expires': '-1' }), 'AuthorizationQueryParametersError', /non-negative/],
    [
      'an expiry that is no number',
      presign({ 'X-Amz-Expires': '1h' }),
      'AuthorizationQueryParametersError',
      /a number/,
    ],
    ['an expiry left out', presign({ 'X-Amz-Expires': '' }), 'AuthorizationQueryParametersError', /requires the/],
    [
      'an unknown algorithm',
      presign({ 'X-Amz-Algorithm': 'MD5' }),
      'AuthorizationQueryParametersError',
      /only supports/,
    ],
    ['a date that is none', presign({ 'X-Amz-Date': '20139924T000000Z' }), 'AccessDenied', /valid Date/],
    [
      'no content hash',
      s3({
        authorization: authorization('host', 'f'.repeat(64)),
        'x-amz-date': '20130524T000000Z',
      }),
      'InvalidRequest',
      /x-amz-content-sha256/,
    ],
    [
      'a JSON call without a date',
      s3({ 'x-amz-target': 'Kinesis_20131202.ListStreams', authorization: authorization('host', 'f') }),
      'IncompleteSignatureException',
      /'X-Amz-Date' or a 'Date' header/,
    ],
    [
      'a JSON call without a signature',
      s3({ 'x-amz-target': 'Kinesis_20131202.ListStreams', authorization: 'AWS4-HMAC-SHA256 Credential=a' }),
      'IncompleteSignatureException',
      /requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter/,
    ],
  ]
  for (const [name, request, code, message] of cases)
    test(`${name}: ${code}`, () => {
      assert.throws(
        () => identify(request),
        (error: Fault) => error.code === code && message.test(error.message),
      )
    })

  test('a request without a claim is anonymous', () => {
    assert.deepEqual(identify(s3({})), { kind: 'anonymous' })
  })

  test('whatever a stranger sends, the answer is a claim that is refused, or a Fault', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        'AWS4-HMAC-SHA256 Credential=',
        '/20130524/r/s3/aws4_request',
        'constructor',
        '__proto__',
        '%',
        '🦆',
      ),
    )
    const field = fc.array(text, { maxLength: 6 }).map(pieces => pieces.join(''))
    const names = fc.constantFrom(
      'authorization',
      'x-amz-date',
      'date',
      'host',
      'x-amz-content-sha256',
      'x-amz-target',
      'x-amz-security-token',
      'content-type',
    )
    const query = fc
      .array(
        fc.tuple(
          fc.constantFrom(
            'X-Amz-Algorithm',
            'X-Amz-Credential',
            'X-Amz-Date',
            'X-Amz-Signature',
            'X-Amz-Expires',
            'X-Amz-SignedHeaders',
            'AWSAccessKeyId',
            'Signature',
            'Expires',
            '__proto__',
          ),
          field,
        ),
      )
      .map(pairs => pairs.map(pair => pair.join('=')).join('&'))
    fc.assert(
      fc.property(field, query, fc.dictionary(names, field), (path, query, headers) => {
        const request = get(`/${path}`, query, headers)
        try {
          const claim = identify(request)
          if (isV4(claim)) verify(claim, request, { secret, now: may2013 })
          else if (isV2(claim)) verifyV2(claim, request, { secret, now: may2013 })
          else return
          assert.fail('a random signature was accepted')
        } catch (error) {
          assert.ok(error instanceof Fault, String(error))
        }
      }),
      { numRuns: tries(600) },
    )
  })
})

describe('Signature Version 2, for S3', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
  const jan2011 = Date.UTC(2011, 0, 1)
  const v2 = (request: SignedRequest): V2Claim => {
    const claim = identify(request)
    assert.ok(isV2(claim))
    return claim
  }

  test("AWS's example of a header is accepted, and refused for another bucket", () => {
    const at = Date.UTC(2007, 2, 27, 19, 36, 42)
    const request = get('/photos/puppy.jpg', '', {
      host: 'awsexamplebucket1.us-west-1.s3.amazonaws.com',
      date: 'Tue, 27 Mar 2007 19:36:42 +0000',
      authorization: 'AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=',
    })
    verifyV2(v2(request), request, { secret, now: at, hostBucket: 'awsexamplebucket1' })
    assert.throws(() => verifyV2(v2(request), request, { secret, now: at, hostBucket: 'other' }), {
      code: 'SignatureDoesNotMatch',
    })
    assert.throws(
      () => verifyV2(v2(request), request, { secret, now: at + 16 * 60_000, hostBucket: 'awsexamplebucket1' }),
      { code: 'RequestTimeTooSkewed' },
    )
  })

  test('a presigned URL as boto3 makes it is accepted until it expires', () => {
    const expires = jan2011 / 1000 + 60
    const stringToSign = `GET\n\n\n${expires}\nx-amz-security-token:a+token\n/bucket/key%20one?versionId=3 4`
    const signature = createHmac('sha1', secret).update(stringToSign).digest('base64')
    const query = `versionId=3%204&AWSAccessKeyId=AKIA&x-amz-security-token=a%2Btoken&Signature=${encodeURIComponent(signature)}&Expires=${expires}`
    const request = get('/bucket/key%20one', query, { host: '127.0.0.1:4566' })
    const expected = { secret, now: jan2011, sessionToken: 'a+token' }
    verifyV2(v2(request), request, expected)
    assert.throws(() => verifyV2(v2(request), request, { ...expected, now: jan2011 + 61_000 }), {
      message: 'Request has expired',
    })
    const other = { ...request, query: query.replace('versionId=3', 'versionId=2') }
    assert.throws(() => verifyV2(v2(other), other, expected), { code: 'SignatureDoesNotMatch' })
    const policy = { ...request, query: `policy&${query}` }
    assert.throws(() => verifyV2(v2(policy), policy, expected), { code: 'SignatureDoesNotMatch' })
  })
})
