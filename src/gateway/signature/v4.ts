/**
 * Checks a Signature Version 4 claim against the secret: date, scope, which headers had to be signed, session token, the
 * signature itself. It does not look at the body: the canonical request holds the announced hash, `payload-hash.ts` and
 * `chunked.ts` hold the body to it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { canonicalRequest } from './canonical.ts'
import {
  bodyHashMismatch,
  presignExpired,
  presignNotYetValid,
  signatureMismatch,
  skewed,
  unsignedHeaders,
  wrongRegion,
  wrongScopeDate,
  wrongService,
  wrongSessionToken,
} from './faults.ts'
import { isBodyHash } from './payload-hash.ts'
import type { SignedRequest } from './request.ts'
import type { V4Claim } from './signature.ts'

export interface Expectation {
  readonly secret: string
  /** Milliseconds since 1970 UTC. */
  readonly now: number
  /** Name the credential must be scoped to; any when not given. */
  readonly service?: string
  /** Region the credential must be scoped to; any when not given. */
  readonly region?: string
  /** Of temporary credentials. */
  readonly sessionToken?: string
  /** Hex SHA-256 of a body that is in memory; needed when `claim.payloadHash` is undefined. */
  readonly bodyHash?: string
}

/** What the signatures of a body's chunks continue from. */
export interface SeedContext {
  readonly signingKey: Uint8Array
  readonly timestamp: string
  /** `yyyymmdd/region/service/aws4_request` */
  readonly scope: string
  readonly signature: string
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html */
const skewMilliseconds = 15 * 60_000
export const emptyBodyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

export function verify(claim: V4Claim, request: SignedRequest, expected: Expectation): SeedContext {
  checkScope(claim, request, expected)
  checkTime(claim, request, expected.now)
  checkSignedHeaders(claim, request)
  if (!equalInConstantTime(claim.sessionToken ?? '', expected.sessionToken ?? '')) throw wrongSessionToken(request)

  const payloadHash = claim.payloadHash ?? expected.bodyHash ?? emptyBodyHash
  if (expected.bodyHash !== undefined && isBodyHash(payloadHash) && payloadHash !== expected.bodyHash)
    throw bodyHashMismatch(request, { announced: payloadHash, computed: expected.bodyHash })
  const canonical = canonicalRequest(request, { ...claim, payloadHash })
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`
  const canonicalHash = hash('sha256', Buffer.from(canonical, 'latin1'), 'hex')
  const stringToSign = `AWS4-HMAC-SHA256\n${claim.timestamp}\n${scope}\n${canonicalHash}`
  const signingKey = signingKeyOf(expected.secret, claim)
  const signature = createHmac('sha256', signingKey).update(stringToSign, 'latin1').digest('hex')
  if (!equalInConstantTime(signature, claim.signature))
    throw signatureMismatch(request, {
      AWSAccessKeyId: claim.accessKey,
      StringToSign: stringToSign,
      SignatureProvided: claim.signature,
      CanonicalRequest: canonical,
    })
  return { signingKey, timestamp: claim.timestamp, scope, signature }
}

function checkScope(claim: V4Claim, request: SignedRequest, expected: Expectation): void {
  if (claim.date !== claim.timestamp.slice(0, 8))
    throw wrongScopeDate(request, { scope: claim.date, timestamp: claim.timestamp })
  if (expected.service !== undefined && claim.service !== expected.service)
    throw wrongService(request, { signed: claim.service, expected: expected.service })
  if (expected.region !== undefined && claim.region !== expected.region)
    throw wrongRegion(request, { signed: claim.region, expected: expected.region })
}

function checkTime(claim: V4Claim, request: SignedRequest, now: number): void {
  const { signedAt, expires } = claim
  if (claim.kind === 'v4-header' || expires === undefined) {
    if (Math.abs(now - signedAt) > skewMilliseconds) throw skewed(request, { signedAt, now })
    return
  }
  if (signedAt > now + skewMilliseconds) throw presignNotYetValid(request, { signedAt, now })
  const expiredAt = signedAt + expires * 1000
  if (now > expiredAt) throw presignExpired(request, { expiresSeconds: expires, expiredAt, now })
}

/** What is not signed can be put in or changed on the way: AWS wants the host and everything that steers it covered. */
function checkSignedHeaders(claim: V4Claim, request: SignedRequest): void {
  const unsigned: string[] = []
  if (!claim.signedHeaders.includes('host') && !claim.signedHeaders.includes(':authority')) unsigned.push('host')
  for (const name in request.headers)
    if (name.startsWith('x-amz-') && !claim.signedHeaders.includes(name)) unsigned.push(name)
  if (unsigned.length > 0) throw unsignedHeaders(request, unsigned)
}

/** The length of a signature or a token is no secret, its content is. */
export function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length || left === '') return left === right
  const a = Buffer.from(left, 'latin1')
  const b = Buffer.from(right, 'latin1')
  return a.length === b.length && timingSafeEqual(a, b)
}

/** A key holds for a day, a region and a service, and takes four HMACs to make; the oldest goes when the map is full. */
const signingKeys = new Map<string, Buffer>()
const signingKeysMax = 1024

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

function signingKeyOf(secret: string, scope: Pick<V4Claim, 'date' | 'region' | 'service'>): Buffer {
  const name = `${secret}\n${scope.date}\n${scope.region}\n${scope.service}`
  const known = signingKeys.get(name)
  if (known) return known
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, scope.date), scope.region), scope.service), 'aws4_request')
  const oldest = signingKeys.keys().next().value
  if (signingKeys.size >= signingKeysMax && oldest !== undefined) signingKeys.delete(oldest)
  signingKeys.set(name, key)
  return key
}
