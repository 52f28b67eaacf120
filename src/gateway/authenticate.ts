/**
 * Who calls, and whether he may. Two modes, one interface:
 *
 *     open       the server listens on loopback only; a key names an account (12 digits) or an identity that IAM made;
 *                signatures are not checked, since nobody needs a secret; integrity (hashes, chunks) is
 *     enforced   the signature is verified, expiry and scope too; every action is asked of IAM; nothing is anonymous
 *                but what a bucket policy opens
 */
import { Fault } from './fault.ts'
import type { Body, HttpRequest } from './message.ts'
import type { Access, Call, Principal, Service } from './operation.ts'
import { virtualBucket } from './protocols/s3-address.ts'
import { ChunkedBody, chunkedForm } from './signature/chunked.ts'
import { expiredToken, missingAuthentication, unknownAccessKey } from './signature/faults.ts'
import { bodyHash, checkedBody, isBodyHash } from './signature/payload-hash.ts'
import { type Claim, identify, type V2Claim, type V4Claim } from './signature/signature.ts'
import { verifyV2 } from './signature/v2.ts'
import { type SeedContext, verify } from './signature/v4.ts'

export interface Credential {
  readonly secret: string
  readonly sessionToken?: string
  readonly principal: Principal
  /** Its time is over, by the lake's clock. */
  readonly expired?: boolean
}

/** What the gateway needs of IAM. */
export interface Identities {
  credential(accessKey: string): Credential | undefined
  decide(question: {
    readonly principal: Principal
    readonly action: string
    readonly resource: string
    readonly context?: Readonly<Record<string, string | readonly string[]>>
  }): { readonly allowed: boolean; readonly message?: string }
  /** A request was signed with this key, which IAM knows. */
  used(accessKey: string, where: { readonly service: string; readonly region: string }): void
}

export interface Verified {
  readonly principal: Principal
  readonly region: string
  /** The request with the body as the operation sees it: aws-chunked taken off, hashes checked as it is read. */
  readonly request: HttpRequest
  readonly trailers: () => Readonly<Record<string, string>>
}

export interface AuthenticatorOptions {
  readonly mode: 'open' | 'enforced'
  readonly identities: Identities
  /** The account of keys that name none. */
  readonly account: string
  /** The region of requests that carry no credential scope. */
  readonly region: string
  /** The hour by which signatures are judged, milliseconds since 1970 UTC. */
  readonly signatureNow: () => number
}

export class Authenticator {
  readonly #options: AuthenticatorOptions

  constructor(options: AuthenticatorOptions) {
    this.#options = options
  }

  /** Whether the whole body's hash will be asked for. */
  wantsHash(request: HttpRequest): boolean {
    return this.#options.mode === 'enforced' || isBodyHash(request.headers['x-amz-content-sha256'])
  }

  authenticate(service: Service, name: string, request: HttpRequest): Verified {
    const claim = identify(request)
    const region = claim.kind === 'anonymous' ? this.#options.region : (claim.region ?? this.#options.region)
    const signingName = service.signingName ?? name
    if (this.#options.mode === 'open') {
      const principal = this.#named(claim)
      if (principal.accessKey !== undefined)
        this.#options.identities.used(principal.accessKey, { service: signingName, region })
      return { principal, region, ...this.#body(request, claim, undefined) }
    }
    const { principal, seed } = this.#proven(claim, signingName, request)
    if (principal.accessKey !== undefined)
      this.#options.identities.used(principal.accessKey, { service: signingName, region })
    return { principal, region, ...this.#body(request, claim, seed) }
  }

  authorize(questions: readonly Access[], call: Call): void {
    if (this.#options.mode === 'open') return
    for (const { action, resource, context: own } of questions) {
      const context = {
        ...own,
        // Most policies never ask what time it is.
        get 'aws:CurrentTime'() {
          return new Date(call.at).toISOString()
        },
        'aws:RequestedRegion': call.region,
      }
      const decision = this.#options.identities.decide({ principal: call.principal, action, resource, context })
      if (decision.allowed) continue
      const denied = action.startsWith('s3:') ? 'AccessDenied' : accessDeniedCode(action)
      const status = denied === 'AccessDeniedException' ? 400 : 403
      throw new Fault(
        denied,
        status,
        decision.message ??
          `User: ${call.principal.arn} is not authorized to perform: ${action} on resource: ${resource}`,
      )
    }
  }

  /** Open mode: the key is taken at its word. */
  #named(claim: Claim): Principal {
    if (claim.kind === 'anonymous') return rootOf(this.#options.account)
    const known = identityKey.test(claim.accessKey) && this.#options.identities.credential(claim.accessKey)
    if (known) return known.principal
    return rootOf(/^\d{12}$/.test(claim.accessKey) ? claim.accessKey : this.#options.account, claim.accessKey)
  }

  #proven(claim: Claim, signingName: string, request: HttpRequest): { principal: Principal; seed?: SeedContext } {
    const now = this.#options.signatureNow()
    // Only S3 serves strangers and the old signature: what the request looks like does not decide it, its service does.
    if (signingName !== 's3' && !(claim.kind === 'v4-header' || claim.kind === 'v4-query'))
      throw missingAuthentication(request)
    if (claim.kind === 'anonymous') {
      return { principal: { kind: 'anonymous', account: '', arn: '*', id: 'anonymous' } } // bucket policies decide
    }
    const known = this.#options.identities.credential(claim.accessKey)
    if (!known) throw unknownAccessKey(request, claim.accessKey)
    if (known.expired) throw expiredToken(request)
    const { secret, sessionToken, principal } = known
    const expected = { secret, now, ...(sessionToken !== undefined && { sessionToken }) }
    if (!isV4(claim)) {
      const hostBucket = virtualBucket(request)
      verifyV2(claim, request, { ...expected, ...(hostBucket !== undefined && { hostBucket }) })
      return { principal }
    }
    const hash = request.body.whole && bodyHash(request.body, request, claim.payloadHash)
    const seed = verify(claim, request, {
      ...expected,
      service: signingName,
      ...(hash !== undefined && { bodyHash: hash }),
    })
    return { principal, seed }
  }

  /** Takes aws-chunked off, and holds the body to its announced hash while it is read. */
  #body(request: HttpRequest, claim: Claim, seed: SeedContext | undefined): Pick<Verified, 'request' | 'trailers'> {
    const none = () => ({})
    // A presigned request may announce the hash in its query.
    const signed = claim.kind === 'v4-query' ? claim.payloadHash : undefined
    const announced = request.headers['x-amz-content-sha256'] ?? signed
    const form = chunkedForm(announced)
    if (form) {
      const chunked = new ChunkedBody(request.body.stream(), request, form, seed)
      const body: Body = { declaredBytes: chunked.decodedBytes, stream: () => chunked }
      return {
        request: { ...request, headers: withoutChunking(request.headers, chunked.decodedBytes), body },
        trailers: () => chunked.trailers,
      }
    }
    if (!isBodyHash(announced)) return { request, trailers: none }
    if (request.body.whole) {
      // With a seed the hash was part of what the signature proved.
      if (!seed) bodyHash(request.body, request, announced)
      return { request, trailers: none }
    }
    const body: Body = { ...request.body, stream: () => checkedBody(request.body.stream(), request, announced) }
    return { request: { ...request, body }, trailers: none }
  }
}

/** All keys that IAM makes begin so: any other need not be looked for in the ledger, request by request. */
const identityKey = /^A[KS]IA/

const isV4 = (claim: V2Claim | V4Claim): claim is V4Claim => claim.kind === 'v4-header' || claim.kind === 'v4-query'

const rootOf = (account: string, accessKey?: string): Principal => ({
  kind: 'root',
  account,
  arn: `arn:aws:iam::${account}:root`,
  id: account,
  ...(accessKey !== undefined && { accessKey }),
})

/** The query protocol's services say AccessDenied with 403, the JSON ones AccessDeniedException with 400. */
const accessDeniedCode = (action: string) =>
  /^(iam:(?!PassRole)|sts:)/.test(action) ? 'AccessDenied' : 'AccessDeniedException'

function withoutChunking(
  headers: Readonly<Record<string, string>>,
  decodedBytes: number,
): Readonly<Record<string, string>> {
  const { 'content-encoding': encoding, ...others } = headers
  const rest = (encoding ?? '')
    .split(',')
    .map(one => one.trim())
    .filter(one => one !== '' && one !== 'aws-chunked')
  return {
    ...others,
    'content-length': String(decodedBytes),
    ...(rest.length > 0 && { 'content-encoding': rest.join(',') }),
  }
}
