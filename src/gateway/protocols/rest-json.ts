/** rest-json: members in path, query and headers by `rest.ts`, the others as a JSON body. */
import { Fault } from '../fault.ts'
import { readWhole } from '../message.ts'
import { parseJson } from './json.ts'
import { jsonText } from './json-text.ts'
import { readMembers } from './json-values.ts'
import { bodyBytesMax, type ProtocolCodec } from './protocol.ts'
import { bodyMembers, matchRoute, payloadOf, type RestRules, readPlaces, statusOf, writePlaces } from './rest.ts'
import { undeclaredInBody } from './rpc.ts'

const rules: RestRules = {
  textCode: 'ValidationException',
  ignoredQuery: /^X-Amz-/i,
  ignoredHeaders: /^x-amz-(date|content-sha256|security-token|user-agent|target|trace-id|.*-sdk-.*)$/,
}

export const restJson: ProtocolCodec = {
  match(service, request) {
    const match = matchRoute(service, request, request.path)
    if (!match)
      throw new Fault(
        'UnknownOperationException',
        404,
        `Biwa does not support ${request.method} ${request.path.slice(0, 128)} of this service. The README lists the supported operations.`,
      )
    return match
  },
  async read(_service, match, request) {
    const members = match.operation.declaration.input
    const input = readPlaces(members, match, request, rules)
    const payload = payloadOf(members)
    const bytes = await readWhole(request.body, bodyBytesMax)
    if (payload) {
      const [name, shape] = payload
      if (bytes.length === 0) return input
      input[name] = shape.kind === 'structure' ? readMembers(shape.members, parseJson(bytes), `${name}.`) : bytes
      return input
    }
    return { ...input, ...readMembers(bodyMembers(members), parseJson(bytes), '') }
  },
  write(_service, operation, output, context) {
    const members = operation.declaration.output
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': context.requestId,
      ...writePlaces(members, output),
    }
    const payload = payloadOf(members)
    const status = statusOf(operation, output)
    if (payload) {
      const [name, shape] = payload
      const value = output[name]
      if (shape.kind === 'structure')
        return {
          status,
          headers,
          body: jsonText(shape.members, (value ?? {}) as object as Record<string, unknown>),
        }
      return { status, headers, body: (value ?? '') as string | Uint8Array }
    }
    return { status, headers, body: status === 204 ? '' : jsonText(bodyMembers(members), output) }
  },
  fault(_service, fault, context) {
    return {
      status: fault.status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': context.requestId,
        'x-amzn-errortype': fault.code,
        ...fault.headers,
      },
      // Both spellings: AWS's REST services differ, and clients look for either.
      body: JSON.stringify({ Message: fault.message, message: fault.message, ...fault.detail }),
    }
  },
  undeclared: undeclaredInBody,
}
