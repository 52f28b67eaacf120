/**
 * The life of a request, as one ordered list:
 *
 *     identify       which service, from X-Amz-Target, the credential scope, the form's version; S3 otherwise
 *     read           all but S3: the body into memory, for the signature covers it and the parser needs it
 *     authenticate   who calls: in open mode whom the key names, in enforced mode what the signature proves
 *     match, parse   which operation, and its input; what is not declared is refused by name
 *     validate       AWS's constraints
 *     authorize      enforced mode: IAM's questions, after parsing, since the resource stands in the input
 *     handle         the part's work; durable when it returns
 *     serialize      the answer or the fault, in the protocol's form
 *
 * The in-process doors (`invoke`, `enter`) enter at validate.
 */

import { isFullDisk } from '../world/full-disk.ts'
import type { Authenticator } from './authenticate.ts'
import { Fault } from './fault.ts'
import { type HttpRequest, type HttpResponse, readWhole, wholeBody } from './message.ts'
import type { Access, BoundOperation, Call, Principal, Service } from './operation.ts'
import { cborOf } from './protocols/cbor.ts'
import { json } from './protocols/json.ts'
import { readMembers, UndeclaredMember, writeMembers } from './protocols/json-values.ts'
import { bodyBytesMax, type ProtocolCodec } from './protocols/protocol.ts'
import { formOf, query } from './protocols/query.ts'
import { restJson } from './protocols/rest-json.ts'
import { restXml } from './protocols/rest-xml.ts'
import { undeclaredInBody } from './protocols/rpc.ts'
import type { Members } from './shape.ts'
import { hashBeside } from './signature/payload-hash.ts'
import { validate } from './validate.ts'

const codecs: Readonly<Record<Service['protocol'], ProtocolCodec>> = {
  'aws-json-1.0': json('1.0'),
  'aws-json-1.1': json('1.1'),
  query,
  'rest-json': restJson,
  'rest-xml': restXml,
}

export type Services = Readonly<Record<string, Service>>

export interface PipelineNeeds {
  readonly services: Services
  readonly authenticator: Authenticator
  readonly now: () => number
  readonly requestId: () => string
  /** A failure of the world or a bug: kept with its request id, once. */
  readonly report: (text: string, cause: unknown) => void
  /** Hears of each call before it is validated; what it returns hears how the call ended, with the error if it threw one. */
  readonly witness?: (called: Called) => (error?: unknown) => void
}

/** A call as a witness sees it. */
export interface Called {
  readonly service: string
  readonly operation: string
  readonly at: number
  readonly principal: Principal
  /** ARNs it works on. May throw the faults of inputs that name none. */
  readonly resources: () => readonly string[]
}

/** How a program's values become the handler's, and the handler's become the program's. */
export interface ProgramForm<Result> {
  /** Throws UndeclaredMember for what the members do not have. */
  read(members: Members): Record<string, unknown>
  write(members: Members, output: Readonly<Record<string, unknown>>): Result
}

/** Who asks through the in-process door. */
export interface Invoker {
  readonly account: string
  readonly region: string
  readonly principal: Principal
  readonly invokedBy?: string
}

interface Target {
  readonly name: string
  readonly service: Service
  readonly codec: ProtocolCodec
}

interface Identifying {
  readonly found: (target: Target) => void
  readonly hold: (bytes: number) => boolean
}

/** Nobody has proven who he is while his body is read: what all of them together may hold is bounded. */
const heldBytesMax = 512 * 1024 * 1024

export class Pipeline {
  readonly #services: Services
  readonly #needs: PipelineNeeds
  readonly #byTarget: ReadonlyMap<string, string>
  readonly #bySigningName: ReadonlyMap<string, string>
  readonly #byVersion: ReadonlyMap<string, string>
  /** Bodies of requests under way that are in memory. */
  #heldBytes = 0

  constructor(needs: PipelineNeeds) {
    this.#needs = needs
    this.#services = needs.services
    const entries = Object.entries(needs.services)
    this.#byTarget = new Map(entries.flatMap(([name, service]) => (service.target ? [[service.target, name]] : [])))
    this.#bySigningName = new Map(entries.map(([name, service]) => [service.signingName ?? name, name]))
    this.#byVersion = new Map(
      entries.flatMap(([name, service]) =>
        service.protocol === 'query' && service.version ? [[service.version, name]] : [],
      ),
    )
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const requestId = this.#needs.requestId()
    let target = this.#target('s3')
    let operationName = ''
    const faultOf = (error: unknown) =>
      this.#toFault(error, target, operationName, { requestId, gone: request.signal.aborted })
    const context = { requestId, path: request.path, signal: request.signal, faultOf }
    let held = 0
    const hold = (bytes: number) => {
      held += bytes
      this.#heldBytes += bytes
      return this.#heldBytes <= heldBytesMax
    }
    try {
      const found = (one: Target) => {
        target = one
      }
      const read = await this.#identify(request, { found, hold })
      const { service, codec, name } = target
      const verified = this.#needs.authenticator.authenticate(service, name, read)
      const match = codec.match(service, verified.request)
      operationName = match.operation.name
      const input = await codec.read(service, match, verified.request)
      const call: Call = {
        account: verified.principal.account,
        region: verified.region,
        requestId,
        at: this.#needs.now(),
        principal: verified.principal,
        endpoint: `http://${request.headers.host ?? 'localhost'}`,
        signal: request.signal,
        headers: verified.request.headers,
        trailers: verified.trailers,
      }
      const output = await this.#run(name, service, match.operation, input, call)
      return codec.write(service, match.operation, output, context)
    } catch (error) {
      return target.codec.fault(target.service, faultOf(error), context)
    } finally {
      this.#heldBytes -= held
    }
  }

  supports(service: string, operation: string): boolean {
    return Object.hasOwn(this.#services, service) && Object.hasOwn(this.#services[service]?.operations ?? {}, operation)
  }

  get serviceNames(): readonly string[] {
    return Object.keys(this.#services)
  }

  operationNames(service: string): readonly string[] {
    return Object.keys(this.#services[service]?.operations ?? {})
  }

  /** Runs a declared operation without a socket, input and output as AWS's JSON has them; faults and failures are thrown. */
  invoke(
    invoker: Invoker,
    serviceName: string,
    operationName: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const form = { read: (members: Members) => readMembers(members, input, ''), write: writeMembers }
    return this.#enter(invoker, serviceName, operationName, form, new AbortController().signal)
  }

  /** The same in another form, and failures become faults, as on the wire; what failed is their cause. */
  async enter<Result>(
    invoker: Invoker,
    serviceName: string,
    operationName: string,
    { form, signal }: { readonly form: ProgramForm<Result>; readonly signal: AbortSignal },
  ): Promise<Result> {
    try {
      return await this.#enter(invoker, serviceName, operationName, form, signal)
    } catch (error) {
      const at = { requestId: this.#needs.requestId(), gone: signal.aborted }
      const fault = this.#toFault(error, this.#target(serviceName), operationName, at)
      if (fault !== error) fault.cause = error
      throw fault
    }
  }

  async #enter<Result>(
    invoker: Invoker,
    serviceName: string,
    operationName: string,
    form: ProgramForm<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const service = Object.hasOwn(this.#services, serviceName) ? this.#services[serviceName] : undefined
    const operation = service && Object.hasOwn(service.operations, operationName) && service.operations[operationName]
    if (!service || !operation) {
      const why = `Biwa does not support ${serviceName}:${operationName}. The README lists the supported operations.`
      throw new Fault('UnknownOperationException', 400, why)
    }
    const call: Call = {
      ...invoker,
      requestId: this.#needs.requestId(),
      at: this.#needs.now(),
      endpoint: 'http://localhost',
      signal,
      headers: {},
      trailers: () => ({}),
    }
    const { declaration } = operation
    try {
      const output = await this.#run(serviceName, service, operation, form.read(declaration.input), call)
      return form.write(declaration.output, output)
    } catch (error) {
      throw error instanceof UndeclaredMember ? undeclaredInBody(operationName, error.member) : error
    }
  }

  /** Finds the service and reads the body where the protocol wants it whole. `found` first, so that faults speak its protocol. */
  async #identify(request: HttpRequest, { found, hold }: Identifying): Promise<HttpRequest> {
    const targetHeader = request.headers['x-amz-target']
    if (targetHeader !== undefined) {
      const name = this.#byTarget.get(targetHeader.slice(0, Math.max(0, targetHeader.indexOf('.'))))
      const cbor = cborOf(request.headers['content-type'])
      if (name) found(cbor ? { ...this.#target(name), codec: cbor } : this.#target(name))
      else {
        found({ ...this.#target('s3'), codec: cbor ?? codecs['aws-json-1.1'] })
        throw new Fault(
          'UnknownOperationException',
          400,
          `Biwa does not provide the service of X-Amz-Target ${targetHeader.slice(0, 128)}. The README lists the supported ones.`,
        )
      }
      return this.#whole(request, hold)
    }
    const scope = scopeService(request)
    const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
    const scoped = scope === undefined ? undefined : this.#bySigningName.get(scope)
    if (scoped !== undefined && scoped !== 's3') {
      found(this.#target(scoped))
      return this.#whole(request, hold)
    }
    if (isForm && scope !== 's3' && request.method === 'POST' && request.path === '/') {
      const whole = await this.#whole(request, hold)
      const name = this.#byVersion.get(formOf(whole).get('Version') ?? '')
      if (name) found(this.#target(name))
      else {
        found({ ...this.#target('s3'), codec: codecs.query })
        throw new Fault(
          'InvalidAction',
          400,
          `Biwa does not provide the service '${scope ?? 'of this form'}' yet. The README lists the supported ones.`,
        )
      }
      return whole
    }
    if (scope !== undefined && scoped === undefined) {
      found({ ...this.#target('s3'), codec: codecs['rest-json'] })
      throw new Fault(
        'UnknownOperationException',
        400,
        `Biwa does not provide the service '${scope.slice(0, 64)}' yet. The README lists the supported ones.`,
      )
    }
    return request
  }

  #target(name: string): Target {
    const service = this.#services[name] ?? { protocol: 'rest-xml', operations: {} }
    return { name, service, codec: codecs[service.protocol] }
  }

  async #whole(request: HttpRequest, hold: Identifying['hold']): Promise<HttpRequest> {
    const whole = await readWhole(request.body, bodyBytesMax, undefined, hold)
    const sha256 = this.#needs.authenticator.wantsHash(request) ? await hashBeside(whole) : undefined
    return { ...request, body: wholeBody(whole, sha256) }
  }

  async #run(
    name: string,
    service: Service,
    operation: BoundOperation,
    input: Readonly<Record<string, unknown>>,
    call: Call,
  ): Promise<Record<string, unknown>> {
    const ended = this.#needs.witness?.({
      ...{ service: name, operation: operation.name, at: call.at, principal: call.principal },
      resources: () => ownQuestionsOf(name, service, operation, input, call).map(({ resource }) => resource),
    })
    if (ended === undefined) return this.#perform(name, service, operation, input, call)
    try {
      const output = await this.#perform(name, service, operation, input, call)
      ended()
      return output
    } catch (error) {
      ended(error)
      throw error
    }
  }

  async #perform(
    name: string,
    service: Service,
    operation: BoundOperation,
    input: Readonly<Record<string, unknown>>,
    call: Call,
  ): Promise<Record<string, unknown>> {
    const { declaration } = operation
    const problem = validate(declaration.input, input)
    if (problem) {
      const { validationCode = 'ValidationException', validationDetail = {} } = service
      throw new Fault(validationCode, 400, problem, { detail: validationDetail })
    }
    if (!declaration.open) this.#needs.authenticator.authorize(questionsOf(name, service, operation, input, call), call)
    return (await operation.run(input, call)) as Record<string, unknown>
  }

  #toFault(error: unknown, target: Target, operation: string, at: { requestId: string; gone: boolean }): Fault {
    if (error instanceof Fault) return error
    if (error instanceof UndeclaredMember) return target.codec.undeclared(operation, error.member)
    const code = target.service.protocol === 'rest-xml' ? 'InternalError' : 'InternalFailure'
    return this.#failed({ ...at, code, what: `${target.name}:${operation || '?'}` }, error)
  }

  /** What failed at one of Biwa's own paths, as at an operation. */
  failed(request: HttpRequest, error: unknown): Fault {
    const at = { requestId: this.#needs.requestId(), gone: request.signal.aborted }
    return this.#failed({ ...at, code: 'InternalFailure', what: `${request.method} ${request.path}` }, error)
  }

  #failed(at: { requestId: string; gone: boolean; code: string; what: string }, error: unknown): Fault {
    const { requestId, gone, code, what } = at
    // A client that broke off in the middle of its upload hears no answer; that is no failure of ours.
    if (!gone) this.#needs.report(`${what} failed, request ${requestId}`, error)
    const why = isFullDisk(error)
      ? `The lake's disk is full, and this request was refused. Free some space: deleting is still possible. Its log tells more under request id ${requestId}.`
      : `We encountered an internal error. Please try again. The server's log tells more under request id ${requestId}.`
    return new Fault(code, 500, why)
  }
}

function questionsOf(
  name: string,
  service: Service,
  operation: BoundOperation,
  input: unknown,
  call: Call,
): readonly Access[] {
  const passed = operation.declaration.passes?.(input as never, call)
  if (passed === undefined) return ownQuestionsOf(name, service, operation, input, call)
  const context = { 'iam:PassedToService': passed.service }
  const roles = [...new Set(passed.roles)].filter(role => role !== undefined)
  return [
    ...ownQuestionsOf(name, service, operation, input, call),
    ...roles.map(resource => ({ action: 'iam:PassRole', resource, context })),
  ]
}

function ownQuestionsOf(
  name: string,
  service: Service,
  operation: BoundOperation,
  input: unknown,
  call: Call,
): readonly Access[] {
  const { declaration, part } = operation
  if (declaration.access) return declaration.access(input as never, call, part as never)
  const resource = declaration.resource?.(input as never, call, part as never) ?? '*'
  const action = `${service.iamPrefix ?? name}:${operation.name}`
  return (typeof resource === 'string' ? [resource] : resource).map(one => ({ action, resource: one }))
}

/** The service of the credential scope, from the header or the presigned query. */
function scopeService(request: HttpRequest): string | undefined {
  const header = request.headers.authorization
  const text = header ?? (request.query.includes('X-Amz-Credential=') ? decodeLoosely(request.query) : '')
  // Bounded, so that a header full of `Credential=` is not read to its end from each of them.
  return /Credential=[^/,&]{0,256}\/\d{8}\/[^/,&]{0,64}\/([^/,&]{1,64})\/aws4_request/.exec(text)?.[1]
}

const decodeLoosely = (text: string) => text.replace(/%2F/gi, '/')
