/**
 * Shapes to and from JSON values: the body of aws-json and rest-json. Timestamps are seconds since 1970 with a fraction
 * of milliseconds unless the shape says otherwise; blobs are base64. A member the shape does not declare is refused by
 * name, a value of the wrong type is a SerializationException.
 */
import { Fault } from '../fault.ts'
import type { Members, Shape } from '../shape.ts'
import { writtenEvents } from './event-stream.ts'
import { formatTimestamp, parseTimestamp } from './timestamps.ts'

export const serializationFault = (message: string) => new Fault('SerializationException', 400, message)

/** What a request carries that the operation does not declare; the pipeline names it to the caller. */
export class UndeclaredMember extends Error {
  readonly member: string
  constructor(member: string) {
    super(member)
    this.member = member
  }
}

type JsonObject = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function readMembers(members: Members, value: unknown, path: string): Record<string, unknown> {
  if (!isObject(value)) throw mistyped(path || 'the request', 'a structure', value)
  const result: Record<string, unknown> = {}
  const byWireName = wireNames(members)
  for (const key in value) {
    const raw = value[key]
    if (raw === null || raw === undefined) continue
    const name = byWireName.get(key)
    if (name === undefined) {
      if (key === '__type') continue // sent along by some clients for unions and errors
      if (asksForNothing(raw)) continue
      throw new UndeclaredMember(path + key)
    }
    result[name] = read(members[name] as Shape, raw, path + key)
  }
  return result
}

/** Deeper than any of AWS's shapes; a hundred thousand levels are somebody's attempt on the stack. */
const emptyDepthMax = 16

/** Terraform sends every member it knows, empty where nobody set it: that is the same as leaving it out. */
function asksForNothing(value: unknown, depth = 0): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return depth < emptyDepthMax && Object.values(value).every(one => asksForNothing(one, depth + 1))
  return value === null || value === '' || value === false
}

const wireNameTables = new WeakMap<Members, ReadonlyMap<string, string>>()
function wireNames(members: Members): ReadonlyMap<string, string> {
  const known = wireNameTables.get(members)
  if (known) return known
  const made = new Map(Object.entries(members).map(([name, shape]) => [shape.wireName ?? name, name]))
  wireNameTables.set(members, made)
  return made
}

export function read(shape: Shape, raw: unknown, path: string): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof raw !== 'string') throw mistyped(path, 'a string', raw)
      return raw
    case 'integer':
    case 'long':
      if (typeof raw !== 'number' || !Number.isInteger(raw)) throw mistyped(path, 'an integer', raw)
      if (shape.kind === 'integer' && (raw > 2147483647 || raw < -2147483648))
        throw mistyped(path, 'a 32-bit integer', raw)
      return raw
    case 'double':
      if (typeof raw !== 'number') throw mistyped(path, 'a number', raw)
      return raw
    case 'boolean':
      if (typeof raw !== 'boolean') throw mistyped(path, 'a boolean', raw)
      return raw
    case 'timestamp': {
      const at = parseTimestamp(raw, shape.format ?? 'epoch')
      if (at === undefined) throw mistyped(path, 'a timestamp', raw)
      return at
    }
    case 'blob':
      if (typeof raw !== 'string') throw mistyped(path, 'base64 text', raw)
      return readBase64(raw, path)
    case 'document':
      return raw
    case 'stream':
      // Only the in-process door gets here: a body that is in memory is a stream of one chunk.
      return raw instanceof Uint8Array ? [raw] : raw
    case 'list': {
      if (!Array.isArray(raw)) throw mistyped(path, 'a list', raw)
      const items: unknown[] = new Array(raw.length)
      for (let i = 0; i < raw.length; i++) {
        if (raw[i] === null) throw mistyped(`${path}[${i}]`, 'a value', null)
        items[i] = read(shape.of, raw[i], `${path}[${i}]`)
      }
      return items
    }
    case 'map': {
      if (!isObject(raw)) throw mistyped(path, 'a map', raw)
      const entries = Object.entries(raw).filter(([, item]) => item !== null)
      return Object.fromEntries(entries.map(([key, item]) => [key, read(shape.of, item, `${path}.${key}`)]))
    }
    case 'structure':
      return readMembers(shape.members, raw, `${path}.`)
    case 'eventStream':
      throw mistyped(path, 'left out: no input is a stream of events', raw)
  }
}

/** Buffer.from skips what is no base64; a record must not be changed on its way in, so the length decides. */
function readBase64(text: string, path: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const sound = text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding
  if (!sound || text.includes('-') || text.includes('_'))
    throw serializationFault(
      `The member '${path}' is not valid base64: encode the bytes with the standard alphabet and padding.`,
    )
  return bytes
}

const mistyped = (path: string, wanted: string, got: unknown) => {
  const kind =
    got === null
      ? 'null'
      : Array.isArray(got)
        ? 'a list'
        : typeof got === 'object'
          ? 'a structure'
          : `${typeof got} ${shorten(JSON.stringify(got))}`
  return serializationFault(`The member '${path}' must be ${wanted}, but is ${kind}.`)
}
const shorten = (text: string) => (text.length > 64 ? `${text.slice(0, 64)}…` : text)

export function writeMembers(members: Members, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const name in members) {
    const member = value[name]
    const shape = members[name] as Shape
    if (member !== undefined && member !== null) result[shape.wireName ?? name] = write(shape, member)
  }
  return result
}

export function write(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'timestamp':
      return formatTimestamp(value as number, shape.format ?? 'epoch')
    case 'blob': {
      const bytes = value as Uint8Array
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    }
    case 'list':
      return (value as readonly unknown[]).map(item => write(shape.of, item))
    case 'map':
      return Object.fromEntries(
        Object.entries(value as JsonObject)
          .filter(([, item]) => item !== undefined)
          .map(([key, item]) => [key, write(shape.of, item)]),
      )
    case 'structure':
      return writeMembers(shape.members, value as JsonObject)
    case 'eventStream':
      // Only the in-process door gets here: on the wire the events are a body of their own.
      return writtenEvents(shape, value as AsyncIterable<JsonObject>, write)
    default:
      return value
  }
}
