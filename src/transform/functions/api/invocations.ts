/** Invoke: waits for the answer, hands the event over for later, or only asks whether one may. */
import { operation } from '../../../gateway/operation.ts'
import { blob, enumeration, header, integer, optional, payload, status, string } from '../../../gateway/shape.ts'
import { badPayload } from '../faults.ts'
import type { Functions } from '../functions.ts'
import * as shape from './shapes.ts'

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const Invoke = operation({
  http: { route: 'POST /2015-03-31/functions/{FunctionName}/invocations' },
  input: {
    FunctionName: shape.inPath,
    InvocationType: optional(header('X-Amz-Invocation-Type', enumeration('Event', 'RequestResponse', 'DryRun'))),
    LogType: optional(header('X-Amz-Log-Type', enumeration('None', 'Tail'))),
    ClientContext: optional(header('X-Amz-Client-Context', string())),
    Payload: optional(payload(blob())),
    Qualifier: shape.qualifier,
  },
  output: {
    StatusCode: optional(status(integer())),
    FunctionError: optional(header('X-Amz-Function-Error', string())),
    LogResult: optional(header('X-Amz-Log-Result', string())),
    ExecutedVersion: optional(header('X-Amz-Executed-Version', string())),
    Payload: optional(payload(blob())),
  },
  access: (input, call) => [{ action: 'lambda:InvokeFunction', resource: shape.resource(input, call) }],
  async handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    const event = input.Payload ?? new Uint8Array()
    const { version } = functions.version(id)
    if (input.InvocationType === 'DryRun') return { StatusCode: 204 }
    const clientContext = clientContextOf(input.ClientContext)
    const request = { requestId: call.requestId, ...(clientContext !== undefined && { clientContext }) }
    if (input.InvocationType === 'Event') {
      await functions.enqueue(id, event, request)
      return { StatusCode: 202 }
    }
    const { payload: Payload, error, logTail } = await functions.call(id, event, request)
    return {
      ...{ StatusCode: 200, Payload, FunctionError: error, ExecutedVersion: version },
      ...(input.LogType === 'Tail' && { LogResult: Buffer.from(logTail).toString('base64') }),
    }
  },
})

/** Base64 of JSON. */
function clientContextOf(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  try {
    JSON.parse(text)
    return text
  } catch (cause) {
    throw badPayload(`the client context is no JSON (${cause instanceof Error ? cause.message : cause})`)
  }
}
