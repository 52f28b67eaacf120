/**
 * Reads what a request claims about its sender, from the Authorization header or from the query, and checks nothing but
 * the form. `v4.ts` and `v2.ts` check the claim against a secret. Refuses what is malformed in AWS's words.
 *
 *     Authorization: AWS4-HMAC-SHA256 Credential=<key>/<yyyymmdd>/<region>/<service>/aws4_request,
 *                    SignedHeaders=host;x-amz-date, Signature=<64 hex digits>
 *     ?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=…&X-Amz-Date=…&X-Amz-Expires=…&X-Amz-SignedHeaders=…&X-Amz-Signature=…
 *     Authorization: AWS <key>:<base64>                       (Signature Version 2, S3 only)
 *     ?AWSAccessKeyId=<key>&Expires=<epoch seconds>&Signature=<base64>
 */
import {
  isS3,
  malformed,
  malformedCredential,
  malformedDate,
  malformedPayloadHash,
  missingDate,
  missingPayloadHash,
  twoAuthentications,
  unsupportedAlgorithm,
} from './faults.ts'
import { headerOf, queryPairs, queryParameter, type SignedRequest } from './request.ts'

export interface V4Claim {
  readonly kind: 'v4-header' | 'v4-query'
  readonly accessKey: string
  /** `yyyymmdd` of the credential scope. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly sessionToken?: string
  /** `yyyymmddThhmmssZ`, as it goes into the string to sign. */
  readonly timestamp: string
  readonly signedAt: number
  /** Seconds after `signedAt`; presigned requests only. */
  readonly expires?: number
  /** What stands for the body in the canonical request; undefined when the body itself must be hashed. */
  readonly payloadHash: string | undefined
}

export interface V2Claim {
  readonly kind: 'v2-header' | 'v2-query'
  readonly accessKey: string
  readonly signature: string
  readonly service: 's3'
  /** Signature Version 2 knows no region. */
  readonly region: undefined
  readonly sessionToken?: string
  /** When it was signed; header form only. */
  readonly signedAt?: number
  /** Epoch seconds at which a presigned request ends. */
  readonly expires?: number
  readonly payloadHash: undefined
}

export interface AnonymousClaim {
  readonly kind: 'anonymous'
}

export type Claim = V4Claim | V2Claim | AnonymousClaim

export const isV4 = (claim: Claim): claim is V4Claim => claim.kind === 'v4-header' || claim.kind === 'v4-query'
export const isV2 = (claim: Claim): claim is V2Claim => claim.kind === 'v2-header' || claim.kind === 'v2-query'

const algorithm = 'AWS4-HMAC-SHA256'
/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const presignSecondsMax = 604_800

export function identify(request: SignedRequest): Claim {
  const authorization = headerOf(request, 'authorization')
  const presigned = request.query.includes('X-Amz-Signature=') || request.query.includes('X-Amz-Algorithm=')
  const presignedV2 = !presigned && /(^|&)(AWSAccessKeyId|Signature)=/.test(request.query)
  if (authorization !== undefined) {
    if (presigned || (presignedV2 && isS3(request))) throw twoAuthentications(request)
    if (authorization.startsWith(`${algorithm} `)) return v4Header(request, authorization)
    if (authorization.startsWith('AWS ') && isS3(request)) return v2Header(request, authorization)
    throw unsupportedAlgorithm(request, authorization)
  }
  if (presigned) return v4Query(request)
  if (presignedV2 && isS3(request)) return v2Query(request)
  return { kind: 'anonymous' }
}

/** What an Authorization header says before its signature. */
interface Signer extends ReturnType<typeof scopeOf> {
  readonly signedHeaders: readonly string[]
}

/** Sound ones of late: a client says the same with all its requests of a day. */
const signers = new Map<string, Signer>()
const signersMax = 1000

function v4Header(request: SignedRequest, authorization: string): V4Claim {
  const { signer, signature } = signerOf(request, authorization)
  const date = headerOf(request, 'x-amz-date') ?? headerOf(request, 'date')
  if (date === undefined) throw missingDate(request)
  const sessionToken = headerOf(request, 'x-amz-security-token')
  return {
    kind: 'v4-header',
    ...signer,
    ...timeOf(request, date),
    signature,
    ...(sessionToken !== undefined && { sessionToken }),
    payloadHash: headerPayloadHash(request, signer.service),
  }
}

function signerOf(request: SignedRequest, authorization: string) {
  const end = authorization.lastIndexOf(', Signature=')
  const said = authorization.slice(0, end)
  const known = end < 0 ? undefined : signers.get(said)
  const signature = authorization.slice(end + ', Signature='.length)
  if (known !== undefined && /^[0-9a-f]{64}$/.test(signature)) return { signer: known, signature }
  const read = readAuthorization(request, authorization)
  if (signers.size >= signersMax) signers.clear()
  if (end >= 0 && read.signature === signature) signers.set(said, read.signer)
  return read
}

function readAuthorization(request: SignedRequest, authorization: string) {
  const fields: Record<string, string> = {}
  for (const piece of authorization.slice(algorithm.length + 1).split(',')) {
    const equals = piece.indexOf('=')
    if (equals > 0) fields[piece.slice(0, equals).trim()] = piece.slice(equals + 1).trim()
  }
  const { Credential: credential, SignedHeaders: signedHeaders, Signature: signature } = fields
  if (!credential || !signedHeaders || !signature) {
    const lacking = ['Credential', 'Signature', 'SignedHeaders'].filter(name => !fields[name])
    throw malformed(request, {
      s3: 'the authorization header requires three components: Credential, SignedHeaders, and Signature.',
      other: lacking.map(name => `Authorization header requires '${name}' parameter.`).join(' '),
    })
  }
  const signer: Signer = { ...scopeOf(request, credential), signedHeaders: signedHeaders.toLowerCase().split(';') }
  return { signer, signature }
}

function v4Query(request: SignedRequest): V4Claim {
  const pairs = queryPairs(request.query)
  const parameter = (name: string): string | undefined => queryParameter(pairs, name) || undefined
  const named = parameter('X-Amz-Algorithm')
  const credential = parameter('X-Amz-Credential')
  const date = parameter('X-Amz-Date')
  const expires = parameter('X-Amz-Expires')
  const signedHeaders = parameter('X-Amz-SignedHeaders')
  const signature = parameter('X-Amz-Signature')
  const s3 = isS3(request)
  if (!named || !credential || !date || !signedHeaders || !signature || (s3 && !expires))
    throw malformed(request, {
      s3: 'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
      other:
        'Query-string authentication requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date and X-Amz-SignedHeaders parameters.',
    })
  if (named !== algorithm) {
    const words = `X-Amz-Algorithm only supports "${algorithm}"`
    throw malformed(request, { s3: words, other: words })
  }
  const scope = scopeOf(request, credential)
  const sessionToken = parameter('X-Amz-Security-Token')
  const unhashed = scope.service === 's3' ? 'UNSIGNED-PAYLOAD' : undefined
  const announced = headerOf(request, 'x-amz-content-sha256') ?? parameter('X-Amz-Content-Sha256')
  return {
    kind: 'v4-query',
    ...scope,
    ...timeOf(request, date),
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    ...(sessionToken !== undefined && { sessionToken }),
    expires: expires === undefined ? 900 : expirySeconds(request, expires),
    payloadHash: announced === undefined ? unhashed : payloadHash(request, announced, scope.service),
  }
}

function expirySeconds(request: SignedRequest, text: string): number {
  const refuse = (words: string) => malformed(request, { s3: words, other: words })
  if (!/^-?\d+$/.test(text)) throw refuse('X-Amz-Expires should be a number')
  const seconds = Number(text)
  if (seconds < 0) throw refuse('X-Amz-Expires must be non-negative')
  if (seconds > presignSecondsMax)
    throw refuse(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${presignSecondsMax} seconds`,
    )
  return seconds
}

/** An access key may itself hold no slash, so the scope is cut from the left in five. */
function scopeOf(request: SignedRequest, credential: string) {
  const [accessKey, date, region, service, term, ...more] = credential.split('/')
  if (!accessKey || !date || !region || !service || term !== 'aws4_request' || more.length > 0)
    throw malformedCredential(request, credential)
  if (!/^\d{8}$/.test(date))
    throw malformed(request, {
      s3: `incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
      other: `Date in Credential scope must be in the format 'yyyyMMdd'. Got '${date}'.`,
    })
  return { accessKey, date, region, service }
}

interface SigningTime {
  readonly timestamp: string
  readonly signedAt: number
}

/** Of the last request: it has seconds, of which each may have thousands. */
let lastTime: { readonly text: string; readonly time: SigningTime } | undefined

function timeOf(request: SignedRequest, text: string): SigningTime {
  if (lastTime?.text !== text) lastTime = { text, time: readTime(request, text) }
  return lastTime.time
}

function readTime(request: SignedRequest, text: string): SigningTime {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  const signedAt = parts
    ? Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`)
    : /^[A-Z][a-z]{2}, /.test(text)
      ? Date.parse(text)
      : Number.NaN
  if (Number.isNaN(signedAt)) throw malformedDate(request, text)
  return { timestamp: parts ? text : new Date(signedAt).toISOString().replace(/[-:]|\.\d+/g, ''), signedAt }
}

function headerPayloadHash(request: SignedRequest, service: string): string | undefined {
  const announced = headerOf(request, 'x-amz-content-sha256')
  if (announced !== undefined) return payloadHash(request, announced, service)
  if (service === 's3') throw missingPayloadHash()
  return undefined
}

const streaming: ReadonlySet<string> = new Set([
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
])

/** Only S3 takes a body that its signature does not cover; elsewhere the body itself is hashed whatever is announced. */
function payloadHash(request: SignedRequest, announced: string, service: string): string | undefined {
  if (/^[0-9a-f]{64}$/.test(announced)) return announced
  if (service !== 's3') return undefined
  if (!streaming.has(announced) || !isS3(request)) throw malformedPayloadHash(announced)
  return announced
}

function v2Header(request: SignedRequest, authorization: string): V2Claim {
  const colon = authorization.indexOf(':')
  const accessKey = authorization.slice(4, colon).trim()
  const signature = authorization.slice(colon + 1).trim()
  if (colon < 0 || accessKey === '' || signature === '')
    throw malformed(request, { s3: 'expecting "AWS <YOUR-AKID>:<SIGNATURE>".', other: '' })
  const date = headerOf(request, 'x-amz-date') ?? headerOf(request, 'date')
  const signedAt = Date.parse(date ?? '')
  if (Number.isNaN(signedAt)) throw missingDate(request)
  const sessionToken = headerOf(request, 'x-amz-security-token')
  return {
    kind: 'v2-header',
    accessKey,
    signature,
    service: 's3',
    region: undefined,
    signedAt,
    ...(sessionToken !== undefined && { sessionToken }),
    payloadHash: undefined,
  }
}

function v2Query(request: SignedRequest): V2Claim {
  const pairs = queryPairs(request.query)
  const accessKey = queryParameter(pairs, 'AWSAccessKeyId')
  // Base64 knows `+` and no space: a client that did not encode its plus signs still means them.
  const signature = queryParameter(pairs, 'Signature')?.replaceAll(' ', '+')
  const expires = queryParameter(pairs, 'Expires')
  if (!accessKey || !signature || !expires || !/^\d{1,12}$/.test(expires))
    throw malformed(request, {
      s3: 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
      other: '',
    })
  const sessionToken = queryParameter(pairs, 'x-amz-security-token')
  return {
    kind: 'v2-query',
    accessKey,
    signature,
    service: 's3',
    region: undefined,
    expires: Number(expires),
    ...(sessionToken !== undefined && { sessionToken }),
    payloadHash: undefined,
  }
}
