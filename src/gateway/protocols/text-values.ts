/** Scalar shapes to and from text: headers, query parameters, XML elements, the query protocol's form fields. */
import { Fault } from '../fault.ts'
import type { Shape } from '../shape.ts'
import { formatTimestamp, parseTimestamp, type TimestampFormat } from './timestamps.ts'

/** @throws Fault with `code` naming the member and what it should have been */
export function readText(shape: Shape, text: string, member: string, format: TimestampFormat, code: string): unknown {
  const refuse = (wanted: string) =>
    new Fault(
      code,
      400,
      `The value '${text.length > 64 ? `${text.slice(0, 64)}…` : text}' of ${member} is not ${wanted}.`,
    )
  switch (shape.kind) {
    case 'string':
      return text
    case 'integer':
    case 'long': {
      if (!/^[+-]?\d{1,19}$/.test(text.trim())) throw refuse('an integer')
      const number = Number(text)
      if (shape.kind === 'integer' && (number > 2147483647 || number < -2147483648)) throw refuse('a 32-bit integer')
      return number
    }
    case 'double':
      if (text.trim() === '' || Number.isNaN(Number(text))) throw refuse('a number')
      return Number(text)
    case 'boolean':
      if (!/^(true|false)$/i.test(text)) throw refuse('true or false')
      return text.toLowerCase() === 'true'
    case 'timestamp': {
      const at = parseTimestamp(text, shape.format ?? format)
      if (at === undefined) throw refuse('a timestamp')
      return at
    }
    case 'blob':
      return Buffer.from(text, 'base64')
    default:
      throw refuse(`readable as a ${shape.kind}`)
  }
}

export function writeText(shape: Shape, value: unknown, format: TimestampFormat): string {
  switch (shape.kind) {
    case 'timestamp':
      return String(formatTimestamp(value as number, shape.format ?? format))
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64')
    default:
      return String(value)
  }
}
