/**
 * The declaration of an AWS operation and of a service. Dispatch, the signature, the IAM question, validation, the
 * serialised answer, the README's table and the conformance test all come from these values; nothing else lists
 * operations.
 */
import type { FaultDetail } from './fault.ts'
import type { Members, Values } from './shape.ts'

/** Who calls, from where, and under which id: what the pipeline knows when the handler runs. */
export interface Call {
  /** 12 digits. */
  readonly account: string
  readonly region: string
  readonly requestId: string
  /** When the request arrived, by the lake's clock. */
  readonly at: number
  readonly principal: Principal
  /** The service of AWS that calls because something fell due, such as scheduler.amazonaws.com. */
  readonly invokedBy?: string
  /** Scheme and authority the client used, `http://127.0.0.1:4566`; for URLs in answers. */
  readonly endpoint: string
  /** Aborted when the client has gone or the lake closes. */
  readonly signal: AbortSignal
  /** The request's headers in lower case, for the few operations that look at one that AWS does not model. */
  readonly headers: Readonly<Record<string, string>>
  /** Trailing headers of an aws-chunked body, in lower case; complete once the body has been read. */
  readonly trailers: () => Readonly<Record<string, string>>
}

export interface Principal {
  readonly kind: 'root' | 'user' | 'role' | 'service' | 'anonymous'
  readonly account: string
  /** `arn:aws:iam::…:user/name`, `arn:aws:sts::…:assumed-role/name/session`, `arn:aws:iam::…:root` */
  readonly arn: string
  /** AWS's unique id, `AIDA…`, `AROA…:session`, or the account for root. */
  readonly id: string
  /** The access key it signed with. */
  readonly accessKey?: string
}

/** One question to IAM: may the caller do this to that. */
export interface Access {
  readonly action: string
  readonly resource: string
  /** Condition keys of this action, besides those every request has: `s3:prefix`, `iam:PassedToService`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>
}

export interface PassedRoles {
  /** `firehose.amazonaws.com` */
  readonly service: string
  /** ARNs; undefined where the caller names none. */
  readonly roles: readonly (string | undefined)[]
}

export interface HttpBinding {
  /** `PUT /{Bucket}/{Key+}?partNumber&uploadId`: method, path with labels, query keys that must be there. */
  readonly route: string
  /** Only requests that carry this header (S3's CopyObject). */
  readonly header?: string
  /** Success status, 200 unless given. */
  readonly status?: number
}

export interface Operation<Part = never, Input extends Members = Members, Output extends Members = Members> {
  readonly input: Input
  readonly output: Output
  readonly http?: HttpBinding
  /** rest-xml and query: the name of the result's root element when it is not the operation's. */
  readonly root?: string
  /** ARNs the operation works on; `*` unless given. The part is for inputs that name their resource by a token or an id. */
  readonly resource?: (input: Values<Input>, call: Call, part: Part) => string | readonly string[]
  /** The IAM action when it is not `service:Name` (S3's `s3:ListBucket`), or several questions at once. */
  readonly access?: (input: Values<Input>, call: Call, part: Part) => readonly Access[]
  /** Roles that the caller hands to a service to act in: he needs `iam:PassRole` for each, or he could borrow any role's rights. */
  readonly passes?: (input: Values<Input>, call: Call) => PassedRoles
  /** No credentials needed even with enforced authentication (none but GetCallerIdentity-like operations use it). */
  readonly open?: boolean
  readonly handle: (part: Part, input: Values<Input>, call: Call) => Values<Output> | Promise<Values<Output>>
}

/** Declares an operation; the exported constant's name is AWS's name. */
export function operation<Part, const Input extends Members, const Output extends Members>(
  declaration: Operation<Part, Input, Output>,
): Operation<Part, Input, Output> {
  return declaration
}

/** An operation with its name and with its part handed in: what the pipeline runs. */
export interface BoundOperation {
  readonly name: string
  readonly declaration: Operation<never>
  /** What the declaration's functions work on. */
  readonly part: unknown
  readonly run: (input: unknown, call: Call) => Promise<unknown>
}
export type BoundOperations = Readonly<Record<string, BoundOperation>>

/** Binds every operation that a module exports to the part they work on. */
export function on<Part>(part: Part, module: Readonly<Record<string, unknown>>): BoundOperations {
  return Object.fromEntries(
    Object.entries(module).map(([name, exported]) => {
      const declaration = exported as Operation<Part>
      if (typeof declaration?.handle !== 'function')
        throw new Error(`api module exports ${name}, which is no operation`)
      const run = async (input: unknown, call: Call) => declaration.handle(part, input as Values<Members>, call)
      return [name, { name, declaration: declaration as unknown as Operation<never>, part, run }]
    }),
  )
}

export type Protocol = 'aws-json-1.0' | 'aws-json-1.1' | 'query' | 'rest-json' | 'rest-xml'

export interface Service {
  readonly protocol: Protocol
  /** Prefix of `X-Amz-Target` before the dot (JSON protocols). */
  readonly target?: string
  /** Version of the API (`2014-06-30`): query's `Version`, and its XML namespace. */
  readonly version?: string
  readonly xmlns?: string
  /** Name in the credential scope, when it is not the service's key in `aws.ts`. */
  readonly signingName?: string
  /** IAM prefix, when it is not the service's key. */
  readonly iamPrefix?: string
  /** The error code for inputs that break a constraint, `ValidationException` unless given. */
  readonly validationCode?: string
  /** What such an error says beside its message. */
  readonly validationDetail?: FaultDetail
  /** rest-xml: holds a document that is not a stream to the digests that its headers announce. Throws a Fault. */
  readonly checkBody?: (headers: Readonly<Record<string, string>>, body: Uint8Array) => void
  readonly operations: BoundOperations
}

export const service = (declaration: Service): Service => declaration
