/**
 * Checks a Signature Version 2 claim, which only S3 ever sees: boto3 presigns with it on a custom endpoint unless it is
 * told `s3v4`. It covers neither the body nor most headers, so nothing else takes it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
 *
 *     method \n Content-MD5 \n Content-Type \n date or expiry \n x-amz-…:value \n /bucket/key?subresource
 */
import { createHmac } from 'node:crypto'
import { presignExpired, signatureMismatch, skewed, wrongSessionToken } from './faults.ts'
import { headerOf, percentDecoded, queryPairs, queryParameter, type SignedRequest } from './request.ts'
import type { V2Claim } from './signature.ts'
import { equalInConstantTime } from './v4.ts'

export interface ExpectationV2 {
  readonly secret: string
  /** Milliseconds since 1970 UTC. */
  readonly now: number
  readonly sessionToken?: string
  /** The bucket that the host names, when the request is in virtual-host style. */
  readonly hostBucket?: string
}

const skewMilliseconds = 15 * 60_000

/** The query parameters that are part of what is asked for. */
const subresources: ReadonlySet<string> = new Set([
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'delete',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'replication',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'select',
  'select-type',
  'storageClass',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
])

export function verifyV2(claim: V2Claim, request: SignedRequest, expected: ExpectationV2): void {
  const { now } = expected
  if (claim.signedAt !== undefined && Math.abs(now - claim.signedAt) > skewMilliseconds)
    throw skewed(request, { signedAt: claim.signedAt, now })
  if (claim.expires !== undefined && now > claim.expires * 1000)
    throw presignExpired(request, {
      expiresSeconds: claim.expires,
      expiredAt: claim.expires * 1000,
      now,
    })
  if (!equalInConstantTime(claim.sessionToken ?? '', expected.sessionToken ?? '')) throw wrongSessionToken(request)
  const stringToSign = stringToSignOf(claim, request, expected.hostBucket)
  const signature = createHmac('sha1', expected.secret).update(stringToSign, 'latin1').digest('base64')
  if (!equalInConstantTime(signature, claim.signature))
    throw signatureMismatch(request, {
      AWSAccessKeyId: claim.accessKey,
      StringToSign: stringToSign,
      SignatureProvided: claim.signature,
    })
}

function stringToSignOf(claim: V2Claim, request: SignedRequest, hostBucket: string | undefined): string {
  const pairs = queryPairs(request.query)
  const presigned = claim.kind === 'v2-query'
  // A presigned URL may carry these headers as parameters; what the request itself sends goes before them.
  const header = (name: string): string =>
    (headerOf(request, name) ?? (presigned ? queryParameter(pairs, name) : undefined) ?? '').trim()
  const date = presigned ? String(claim.expires) : headerOf(request, 'x-amz-date') ? '' : header('date')

  const amazon = new Map<string, string>()
  if (presigned)
    for (const [name, value] of pairs) if (name.startsWith('x-amz-')) amazon.set(name, percentDecoded(value))
  for (const name of Object.keys(request.headers)) if (name.startsWith('x-amz-')) amazon.set(name, header(name))
  const amazonLines = [...amazon].sort(([left], [right]) => (left < right ? -1 : 1)).map(line => `${line.join(':')}\n`)

  const asked = pairs
    .filter(([name]) => subresources.has(name))
    .map(([name, value]) => ({ name, text: value === '' ? name : `${name}=${percentDecoded(value)}` }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ text }) => text)
    .join('&')
  const resource = `${hostBucket === undefined ? '' : `/${hostBucket}`}${request.path}${asked && `?${asked}`}`
  return `${request.method}\n${header('content-md5')}\n${header('content-type')}\n${date}\n${amazonLines.join('')}${resource}`
}
