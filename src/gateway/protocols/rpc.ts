/**
 * AWS's protocols that name the operation in a header: `POST /` with `X-Amz-Target: <prefix>.<Operation>`. What the body
 * is written in, JSON or CBOR, is a form.
 */
import { Fault } from '../fault.ts'
import { readWhole } from '../message.ts'
import type { Members } from '../shape.ts'
import { eventStreamAnswer, type PayloadCodec } from './event-stream.ts'
import { bodyBytesMax, type ProtocolCodec } from './protocol.ts'

export interface BodyForm extends PayloadCodec {
  /** Throws a SerializationException for what it cannot read, UndeclaredMember for what the members do not have. */
  read(members: Members, body: Uint8Array): Record<string, unknown>
}

export const undeclaredInBody = (operation: string, member: string) =>
  new Fault(
    'ValidationException',
    400,
    `${operation} does not take the member '${member}' here: it is unknown to AWS or not supported by Biwa. Leave it out, or see the table of supported operations in the README.`,
  )

export function rpc(form: BodyForm): ProtocolCodec {
  const { contentType } = form
  return {
    match(service, request) {
      const target = request.headers['x-amz-target'] ?? ''
      const name = target.slice(target.indexOf('.') + 1)
      const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined
      if (!operation)
        throw new Fault(
          'UnknownOperationException',
          400,
          `Biwa does not support the operation ${target || '(X-Amz-Target is empty)'}. The README lists the supported ones.`,
        )
      return { operation, labels: {} }
    },
    async read(_service, match, request) {
      return form.read(match.operation.declaration.input, await readWhole(request.body, bodyBytesMax))
    },
    write(_service, operation, output, context) {
      const members = operation.declaration.output
      const events = eventStreamAnswer(members, output, form, context)
      if (events) return events
      const empty = Object.keys(members).length === 0
      return {
        status: 200,
        headers: { 'content-type': contentType, 'x-amzn-requestid': context.requestId },
        // Operations without an output answer an empty body, as AWS's do; the SDKs take both.
        body: empty ? '' : form.members(members, output),
      }
    },
    fault(_service, fault, context) {
      return {
        status: fault.status,
        headers: { 'content-type': contentType, 'x-amzn-requestid': context.requestId, ...fault.headers },
        body: form.fault(fault),
      }
    },
    undeclared: undeclaredInBody,
  }
}
