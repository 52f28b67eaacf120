/**
 * CBOR as the body of an aws-json service: the Java SDK's default, and so KCL's, for Kinesis. Everything but the body is
 * as in JSON: the same X-Amz-Target, the same statuses, faults as `{__type, message}`. AWS offers it for Kinesis; here
 * every service of these protocols takes it.
 */

import { readCbor } from './cbor-reading.ts'
import { writeAnyCbor, writeCbor } from './cbor-writing.ts'
import type { ProtocolCodec } from './protocol.ts'
import { rpc } from './rpc.ts'

const codecs: Readonly<Record<string, ProtocolCodec>> = Object.fromEntries(
  ['application/x-amz-cbor-1.0', 'application/x-amz-cbor-1.1'].map(contentType => [
    contentType,
    rpc({
      contentType,
      read: readCbor,
      members: writeCbor,
      fault: fault => writeAnyCbor({ __type: fault.code, message: fault.message, ...fault.detail }),
    }),
  ]),
)

/** Undefined when the request's body is something else. */
export function cborOf(contentType: string | undefined): ProtocolCodec | undefined {
  if (!contentType?.startsWith('application/x-amz-cbor')) return undefined
  const type = contentType.split(';', 1)[0]?.trim() ?? ''
  return Object.hasOwn(codecs, type) ? codecs[type] : undefined
}
