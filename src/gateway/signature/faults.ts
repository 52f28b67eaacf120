/**
 * Everything the signature rooms refuse, in AWS's words. S3, the JSON services and the query services name the same
 * mistake differently; which of them is spoken is read from the request, since it may be too broken to be dispatched.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html
 */
import { Fault, type FaultDetail } from '../fault.ts'
import { headerOf, percentDecoded, type SignedRequest } from './request.ts'

type Dialect = 's3' | 'json' | 'query'
type Mistake = 'missing' | 'incomplete' | 'unknownKey' | 'mismatch' | 'badToken' | 'expiredToken'

const codes: Readonly<Record<Dialect, Readonly<Record<Mistake, readonly [code: string, status: number]>>>> = {
  s3: {
    missing: ['AccessDenied', 403],
    incomplete: ['AuthorizationHeaderMalformed', 400],
    unknownKey: ['InvalidAccessKeyId', 403],
    mismatch: ['SignatureDoesNotMatch', 403],
    badToken: ['InvalidToken', 400],
    expiredToken: ['ExpiredToken', 400],
  },
  json: {
    missing: ['MissingAuthenticationTokenException', 400],
    incomplete: ['IncompleteSignatureException', 400],
    unknownKey: ['UnrecognizedClientException', 400],
    mismatch: ['InvalidSignatureException', 400],
    badToken: ['UnrecognizedClientException', 400],
    expiredToken: ['ExpiredTokenException', 400],
  },
  query: {
    missing: ['MissingAuthenticationToken', 403],
    incomplete: ['IncompleteSignature', 400],
    unknownKey: ['InvalidClientTokenId', 403],
    mismatch: ['SignatureDoesNotMatch', 403],
    badToken: ['InvalidClientTokenId', 403],
    expiredToken: ['ExpiredToken', 403],
  },
}

function dialectOf(request: SignedRequest): Dialect {
  if (headerOf(request, 'x-amz-target') !== undefined) return 'json'
  const form = headerOf(request, 'content-type')?.startsWith('application/x-www-form-urlencoded')
  if (form || /(^|&)Action=/.test(request.query)) return 'query'
  const signed = headerOf(request, 'authorization') ?? percentDecoded(request.query)
  const service = /\/([a-z0-9-]+)\/aws4_request/.exec(signed)?.[1]
  return service === undefined || service === 's3' ? 's3' : 'json'
}

const fault = (request: SignedRequest, mistake: Mistake, message: string, detail: FaultDetail = {}): Fault => {
  const [code, status] = codes[dialectOf(request)][mistake]
  return new Fault(code, status, message, { detail })
}

const basicIso = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, '')

export const isS3 = (request: SignedRequest): boolean => dialectOf(request) === 's3'

export const missingAuthentication = (request: SignedRequest): Fault =>
  fault(request, 'missing', isS3(request) ? 'Access Denied' : 'Missing Authentication Token')

/** The Authorization header or the parameters in its stead are not what they must be. */
export function malformed(request: SignedRequest, words: { readonly s3: string; readonly other: string }): Fault {
  if (!isS3(request)) return fault(request, 'incomplete', words.other)
  if (headerOf(request, 'authorization') === undefined)
    return new Fault('AuthorizationQueryParametersError', 400, words.s3)
  return fault(request, 'incomplete', `The authorization header is malformed; ${words.s3}`)
}

export const malformedCredential = (request: SignedRequest, credential: string): Fault =>
  malformed(request, {
    s3: 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    other: `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
  })

export const missingDate = (request: SignedRequest): Fault =>
  isS3(request)
    ? new Fault('AccessDenied', 403, 'AWS authentication requires a valid Date or x-amz-date header')
    : fault(
        request,
        'incomplete',
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
      )

export const malformedDate = (request: SignedRequest, got: string): Fault =>
  isS3(request)
    ? new Fault('AccessDenied', 403, 'AWS authentication requires a valid Date or x-amz-date header')
    : fault(request, 'incomplete', `Date must be in ISO-8601 'basic format'. Got '${got}'.`)

export const unsupportedAlgorithm = (request: SignedRequest, authorization: string): Fault =>
  isS3(request)
    ? new Fault('InvalidArgument', 400, 'Unsupported Authorization Type', {
        detail: { ArgumentName: 'Authorization', ArgumentValue: authorization },
      })
    : fault(
        request,
        'incomplete',
        `Unsupported Authorization type '${authorization.split(' ', 1)[0]}': sign with AWS4-HMAC-SHA256.`,
      )

export const twoAuthentications = (request: SignedRequest): Fault =>
  isS3(request)
    ? new Fault(
        'InvalidArgument',
        400,
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
        { detail: { ArgumentName: 'Authorization', ArgumentValue: headerOf(request, 'authorization') ?? '' } },
      )
    : fault(
        request,
        'incomplete',
        'Only one of the Authorization header and the X-Amz-Signature parameter may be given.',
      )

/** For the gateway: no credential has this access key. */
export const unknownAccessKey = (request: SignedRequest, accessKey: string): Fault =>
  isS3(request)
    ? fault(request, 'unknownKey', 'The AWS Access Key Id you provided does not exist in our records.', {
        AWSAccessKeyId: accessKey,
      })
    : fault(request, 'unknownKey', 'The security token included in the request is invalid.')

/** For the gateway: the temporary credential's time is over. */
export const expiredToken = (request: SignedRequest): Fault =>
  fault(
    request,
    'expiredToken',
    isS3(request) ? 'The provided token has expired.' : 'The security token included in the request is expired',
  )

export const wrongSessionToken = (request: SignedRequest): Fault =>
  fault(
    request,
    'badToken',
    isS3(request)
      ? 'The provided token is malformed or otherwise invalid.'
      : 'The security token included in the request is invalid.',
  )

export function signatureMismatch(request: SignedRequest, detail: FaultDetail): Fault {
  return isS3(request)
    ? fault(
        request,
        'mismatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        detail,
      )
    : fault(
        request,
        'mismatch',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      )
}

export const wrongScopeDate = (request: SignedRequest, dates: { scope: string; timestamp: string }): Fault =>
  isS3(request)
    ? malformed(request, {
        s3: `Invalid credential date "${dates.scope}". This date is not the same as X-Amz-Date: "${dates.timestamp.slice(0, 8)}".`,
        other: '',
      })
    : fault(
        request,
        'mismatch',
        `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${dates.scope}' != '${dates.timestamp.slice(0, 8)}', from '${dates.timestamp}'.`,
      )

export const wrongService = (request: SignedRequest, services: { signed: string; expected: string }): Fault =>
  isS3(request)
    ? malformed(request, {
        s3: `incorrect service "${services.signed}". This endpoint belongs to "${services.expected}".`,
        other: '',
      })
    : fault(request, 'mismatch', `Credential should be scoped to correct service: '${services.expected}'. `)

export const wrongRegion = (request: SignedRequest, regions: { signed: string; expected: string }): Fault =>
  isS3(request)
    ? new Fault(
        'AuthorizationHeaderMalformed',
        400,
        `The authorization header is malformed; the region '${regions.signed}' is wrong; expecting '${regions.expected}'`,
        { detail: { Region: regions.expected } },
      )
    : fault(request, 'mismatch', 'Credential should be scoped to a valid region. ')

export const unsignedHeaders = (request: SignedRequest, names: readonly string[]): Fault =>
  isS3(request)
    ? new Fault('AccessDenied', 403, 'There were headers present in the request which were not signed', {
        detail: { HeadersNotSigned: names.join(', ') },
      })
    : fault(
        request,
        'mismatch',
        names.includes('host')
          ? "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
          : `'${names.join("', '")}' must be a 'SignedHeader' in the AWS Authorization.`,
      )

const skewMinutes = 15

export function skewed(request: SignedRequest, times: { signedAt: number; now: number }): Fault {
  if (isS3(request))
    return new Fault(
      'RequestTimeTooSkewed',
      403,
      'The difference between the request time and the current time is too large.',
      {
        detail: {
          RequestTime: basicIso(times.signedAt),
          ServerTime: iso(times.now),
          MaxAllowedSkewMilliseconds: skewMinutes * 60_000,
        },
      },
    )
  const signed = basicIso(times.signedAt)
  const now = basicIso(times.now)
  return fault(
    request,
    'mismatch',
    times.signedAt < times.now
      ? `Signature expired: ${signed} is now earlier than ${basicIso(times.now - skewMinutes * 60_000)} (${now} - ${skewMinutes} min.)`
      : `Signature not yet current: ${signed} is still later than ${basicIso(times.now + skewMinutes * 60_000)} (${now} + ${skewMinutes} min.)`,
  )
}

export const presignNotYetValid = (request: SignedRequest, times: { signedAt: number; now: number }): Fault =>
  isS3(request) ? new Fault('AccessDenied', 403, 'Request is not yet valid') : skewed(request, times)

export function presignExpired(
  request: SignedRequest,
  times: { expiresSeconds: number; expiredAt: number; now: number },
): Fault {
  if (isS3(request))
    return new Fault('AccessDenied', 403, 'Request has expired', {
      detail: {
        'X-Amz-Expires': times.expiresSeconds,
        Expires: iso(times.expiredAt),
        ServerTime: iso(times.now),
      },
    })
  return fault(
    request,
    'mismatch',
    `Signature expired: ${basicIso(times.expiredAt)} is now earlier than ${basicIso(times.now)}`,
  )
}

export const missingPayloadHash = (): Fault =>
  new Fault('InvalidRequest', 400, 'Missing required header for this request: x-amz-content-sha256')

export const malformedPayloadHash = (got: string): Fault =>
  new Fault(
    'InvalidArgument',
    400,
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { detail: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: got } },
  )

export const bodyHashMismatch = (
  request: SignedRequest,
  hashes: { readonly announced: string; readonly computed: string },
): Fault =>
  isS3(request)
    ? new Fault(
        'XAmzContentSHA256Mismatch',
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        { detail: { ClientComputedContentSHA256: hashes.announced, S3ComputedContentSHA256: hashes.computed } },
      )
    : signatureMismatch(request, {})
