// Whether a text may stand behind the name of a type, as in BIGINT '12': Athena reads such a literal before it runs anything.

import { addressIn } from '../computed/ip-addresses.ts'
import { readJson } from '../computed/json-text.ts'

const wholes: Readonly<Record<string, bigint>> = {
  tinyint: 2n ** 7n,
  smallint: 2n ** 15n,
  integer: 2n ** 31n,
  bigint: 2n ** 63n,
}

const floating = /^\s*[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?)\s*$/

/** `type`: as Athena's messages name it. What is not known here is left to the cast. */
export function isLiteralOf(type: string, text: string): boolean {
  const size = wholes[type]
  if (size !== undefined) {
    if (!/^\s*[+-]?\d+\s*$/.test(text)) return false
    const value = BigInt(text.trim().replace('+', ''))
    return value >= -size && value < size
  }
  if (type === 'json') return readJson(text) !== undefined
  if (type === 'decimal') return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/.test(text)
  if (type === 'ipaddress') return addressIn(text) !== undefined
  if (type === 'uuid') return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
  if (type === 'boolean') return /^(?:t|true|1|f|false|0)$/i.test(text)
  return (type !== 'double' && type !== 'real') || floating.test(text)
}
