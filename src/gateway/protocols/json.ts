/**
 * aws-json 1.0 and 1.1: `POST /` with `X-Amz-Target: <prefix>.<Operation>` and a JSON body.
 * Faults: `{"__type": "<Code>", "message": "…"}`.
 */
import { isUtf8 } from 'node:buffer'
import { Fault } from '../fault.ts'
import { readWhole } from '../message.ts'
import { eventStreamAnswer, type PayloadCodec } from './event-stream.ts'
import { readMembers, serializationFault, writeMembers } from './json-values.ts'
import { bodyBytesMax, type ProtocolCodec } from './protocol.ts'

export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {}
  // Decoding would put other characters in the place of broken ones: what is kept must be what was sent.
  if (!isUtf8(bytes)) throw serializationFault("The request's body is not valid UTF-8.")
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw serializationFault(`The request's body is not valid JSON: ${(error as Error).message}`)
  }
}

/** Shared with rest-json. */
export const jsonFaultBody = (fault: Fault) =>
  JSON.stringify({ __type: fault.code, message: fault.message, ...fault.detail })

export const undeclaredInJson = (operation: string, member: string) =>
  new Fault(
    'ValidationException',
    400,
    `${operation} does not take the member '${member}' here: it is unknown to AWS or not supported by Biwa. Leave it out, or see the table of supported operations in the README.`,
  )

export function json(version: '1.0' | '1.1'): ProtocolCodec {
  const contentType = `application/x-amz-json-${version}`
  const payload: PayloadCodec = {
    contentType,
    members: (members, value) => Buffer.from(JSON.stringify(writeMembers(members, value))),
    fault: fault => Buffer.from(jsonFaultBody(fault)),
  }
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
      const body = parseJson(await readWhole(request.body, bodyBytesMax))
      return readMembers(match.operation.declaration.input, body, '')
    },
    write(_service, operation, output, context) {
      const members = operation.declaration.output
      const events = eventStreamAnswer(members, output, payload, context)
      if (events) return events
      const empty = Object.keys(members).length === 0
      return {
        status: 200,
        headers: { 'content-type': contentType, 'x-amzn-requestid': context.requestId },
        // Operations without an output answer an empty body, as AWS's do; the SDKs take both.
        body: empty ? '' : JSON.stringify(writeMembers(members, output)),
      }
    },
    fault(_service, fault, context) {
      return {
        status: fault.status,
        headers: { 'content-type': contentType, 'x-amzn-requestid': context.requestId, ...fault.headers },
        body: jsonFaultBody(fault),
      }
    },
    undeclared: undeclaredInJson,
  }
}
