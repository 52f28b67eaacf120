/** JSON as a body: aws-json 1.0 and 1.1 in full, and what rest-json shares. Faults: `{"__type": "<Code>", "message": "…"}`. */
import { isAscii, isUtf8 } from 'node:buffer'
import type { Fault } from '../fault.ts'
import { jsonText } from './json-text.ts'
import { readMembers, serializationFault } from './json-values.ts'
import type { ProtocolCodec } from './protocol.ts'
import { rpc } from './rpc.ts'

export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {}
  // Nearly all is ASCII, which needs no decoding.
  const isPlain = isAscii(bytes)
  // Decoding would put other characters in the place of broken ones: what is kept must be what was sent.
  if (!isPlain && !isUtf8(bytes)) throw serializationFault("The request's body is not valid UTF-8.")
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString(isPlain ? 'latin1' : 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw serializationFault(`The request's body is not valid JSON: ${(error as Error).message}`)
  }
}

/** Shared with rest-json. */
const jsonFaultBody = (fault: Fault) => JSON.stringify({ __type: fault.code, message: fault.message, ...fault.detail })

export const json = (version: '1.0' | '1.1'): ProtocolCodec =>
  rpc({
    contentType: `application/x-amz-json-${version}`,
    read: (members, body) => readMembers(members, parseJson(body), ''),
    members: (members, value) => jsonText(members, value),
    fault: jsonFaultBody,
  })
