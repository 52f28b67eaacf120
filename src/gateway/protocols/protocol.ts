/** What each of AWS's protocols must be able to do: find the operation, read its input, write its answer and its faults. */
import type { Fault } from '../fault.ts'
import type { HttpRequest, HttpResponse } from '../message.ts'
import type { BoundOperation, Service } from '../operation.ts'

export interface Match {
  readonly operation: BoundOperation
  /** Labels of the path, decoded. */
  readonly labels: Readonly<Record<string, string>>
}

export interface AnswerContext {
  readonly requestId: string
  /** For S3's `<Resource>`. */
  readonly path: string
  /** Aborted when the client has gone or the server closes. */
  readonly signal: AbortSignal
  /** What the client hears of an error, for answers that fail in their middle; failures and bugs are reported. */
  readonly faultOf: (error: unknown) => Fault
}

export interface ProtocolCodec {
  /** The operation that the request names. Throws a Fault that names what is not supported. */
  match(service: Service, request: HttpRequest): Match
  /** The input as the program has it: types settled, constraints not yet. Throws Fault or UndeclaredMember. */
  read(service: Service, match: Match, request: HttpRequest): Promise<Readonly<Record<string, unknown>>>
  write(
    service: Service,
    operation: BoundOperation,
    output: Readonly<Record<string, unknown>>,
    context: AnswerContext,
  ): HttpResponse
  fault(service: Service, fault: Fault, context: AnswerContext): HttpResponse
  /** The fault for a member that the operation does not declare. */
  undeclared(operation: string, member: string): Fault
}

/** Reads requests with bodies in memory up to here; AWS's own largest is PutRecords with 10 MiB, base64 in JSON. */
export const bodyBytesMax = 32 * 1024 * 1024
