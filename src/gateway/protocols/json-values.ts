/**
 * Shapes to and from JSON values: the body of aws-json and rest-json. Timestamps are seconds since 1970 with a fraction
 * of milliseconds unless the shape says otherwise; blobs are base64. A member the shape does not declare is refused by
 * name, a value of the wrong type is a SerializationException.
 */
import { bytesOfBase64 } from '../base64.ts'
import { Fault } from '../fault.ts'
import { itemsOf } from '../packed.ts'
import type { ListShape, Members, Shape } from '../shape.ts'
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

/** `path` stands before the members' names in what is said about them: empty, or it ends with a dot. */
export function readMembers(members: Members, value: unknown, path: string): Record<string, unknown> {
  try {
    return membersReader(members)(value) as Record<string, unknown>
  } catch (cause) {
    if (cause instanceof UndeclaredMember) throw new UndeclaredMember(path + cause.member.slice(1))
    if (cause instanceof Misread)
      throw serializationFault(`The member '${path + cause.path.slice(1) || 'the request'}' ${cause.message}`)
    throw cause
  }
}

type Read = (raw: unknown) => unknown

/** The way to a wrong value is put together while it is thrown from level to level: sound input pays nothing for it. */
class Misread extends Error {
  readonly path: string
  constructor(what: string, path = '') {
    super(what)
    this.path = path
  }
}

const mistyped = (wanted: string, got: unknown, path?: string) =>
  new Misread(`must be ${wanted}, but is ${kindOf(got)}.`, path)

function kindOf(got: unknown): string {
  if (got === null) return 'null'
  if (Array.isArray(got)) return 'a list'
  return typeof got === 'object' ? 'a structure' : `${typeof got} ${shorten(JSON.stringify(got))}`
}
const shorten = (text: string) => (text.length > 64 ? `${text.slice(0, 64)}…` : text)

function within(step: string, cause: unknown): unknown {
  if (cause instanceof Misread) return new Misread(cause.message, step + cause.path)
  return cause instanceof UndeclaredMember ? new UndeclaredMember(step + cause.member) : cause
}

const membersReaders = new WeakMap<Members, Read>()
function membersReader(members: Members): Read {
  let reader = membersReaders.get(members)
  if (reader === undefined) {
    reader = makeMembersReader(members)
    membersReaders.set(members, reader)
  }
  return reader
}

function makeMembersReader(members: Members): Read {
  const byName = new Map(Object.entries(members).map(([name, shape]) => [name, { name, read: readerOf(shape) }]))
  return value => {
    if (!isObject(value)) throw mistyped('a structure', value, '.')
    const result: Record<string, unknown> = {}
    for (const key in value) {
      const raw = value[key]
      if (raw === null || raw === undefined) continue
      const member = byName.get(key)
      if (member === undefined) {
        if (key === '__type') continue // sent along by some clients for unions and errors
        if (asksForNothing(raw)) continue
        throw new UndeclaredMember(`.${key}`)
      }
      try {
        result[member.name] = member.read(raw)
      } catch (cause) {
        throw within(`.${key}`, cause)
      }
    }
    return result
  }
}

/** Deeper than any of AWS's shapes; a hundred thousand levels are somebody's attempt on the stack. */
const emptyDepthMax = 16

/** Terraform sends every member it knows, empty where nobody set it: that is the same as leaving it out. */
function asksForNothing(value: unknown, depth = 0): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return depth < emptyDepthMax && Object.values(value).every(one => asksForNothing(one, depth + 1))
  return value === null || value === '' || value === false
}

function readerOf(shape: Shape): Read {
  switch (shape.kind) {
    case 'string':
      return raw => {
        if (typeof raw !== 'string') throw mistyped('a string', raw)
        return raw
      }
    case 'integer':
      return raw => {
        if (typeof raw !== 'number' || !Number.isInteger(raw)) throw mistyped('an integer', raw)
        if (raw > 2147483647 || raw < -2147483648) throw mistyped('a 32-bit integer', raw)
        return raw
      }
    case 'long':
      return raw => {
        if (typeof raw !== 'number' || !Number.isInteger(raw)) throw mistyped('an integer', raw)
        return raw
      }
    case 'double':
      return raw => {
        if (typeof raw !== 'number') throw mistyped('a number', raw)
        return raw
      }
    case 'boolean':
      return raw => {
        if (typeof raw !== 'boolean') throw mistyped('a boolean', raw)
        return raw
      }
    case 'timestamp': {
      const format = shape.format ?? 'epoch'
      return raw => {
        const at = parseTimestamp(raw, format)
        if (at === undefined) throw mistyped('a timestamp', raw)
        return at
      }
    }
    case 'blob':
      return readBlob
    case 'document':
      return raw => raw
    case 'stream':
      // Only the in-process door gets here: a body that is in memory is a stream of one chunk.
      return raw => (raw instanceof Uint8Array ? [raw] : raw)
    case 'list':
      return listReader(shape)
    case 'map':
      return mapReader(readerOf(shape.of))
    case 'structure': {
      const { members } = shape
      // Compiled when first needed: most structures of most services never are.
      let read: Read | undefined
      return raw => {
        read ??= membersReader(members)
        return read(raw)
      }
    }
    case 'eventStream':
      return raw => {
        throw mistyped('left out: no input is a stream of events', raw)
      }
  }
}

/** Of items of any kind. */
type ListOf = ListShape<unknown, Shape, unknown>

function listReader({ of, pack, min = 0, max = Number.POSITIVE_INFINITY }: ListOf): Read {
  const read = itemsReader(readerOf(of))
  if (pack === undefined) return read
  return raw => {
    const packed = Array.isArray(raw) && raw.length >= min && raw.length <= max ? pack(raw) : undefined
    return packed ?? read(raw)
  }
}

const itemsReader =
  (read: Read): Read =>
  raw => {
    if (!Array.isArray(raw)) throw mistyped('a list', raw)
    const items: unknown[] = new Array(raw.length)
    for (let i = 0; i < raw.length; i++) {
      try {
        if (raw[i] === null) throw mistyped('a value', null)
        items[i] = read(raw[i])
      } catch (cause) {
        throw within(`[${i}]`, cause)
      }
    }
    return items
  }

const mapReader =
  (read: Read): Read =>
  raw => {
    if (!isObject(raw)) throw mistyped('a map', raw)
    const entries = Object.entries(raw).filter(([, item]) => item !== null)
    return Object.fromEntries(
      entries.map(([key, item]) => {
        try {
          return [key, read(item)]
        } catch (cause) {
          throw within(`.${key}`, cause)
        }
      }),
    )
  }

/** Small blobs of many requests lie in one block: a Buffer of its own for each of 500 records costs more than its bytes. */
const blockBytes = 32 * 1024
let block = Buffer.allocUnsafeSlow(blockBytes)
let blockUsed = 0

/** Node skips what is no base64; a record must not be changed on its way in, so the length decides. */
function readBlob(raw: unknown): Uint8Array {
  if (typeof raw !== 'string') throw mistyped('base64 text', raw)
  const bytes = bytesOfBase64(raw)
  if (bytes === undefined) throw noBase64()
  if (bytes > blockBytes / 8) {
    const own = Buffer.allocUnsafeSlow(bytes)
    if (own.write(raw, 'base64') !== bytes) throw noBase64()
    return own
  }
  if (blockUsed + bytes > blockBytes) {
    block = Buffer.allocUnsafeSlow(blockBytes)
    blockUsed = 0
  }
  const start = blockUsed
  if (block.write(raw, start, bytes, 'base64') !== bytes) throw noBase64()
  blockUsed += bytes
  return block.subarray(start, blockUsed)
}

const noBase64 = () => new Misread('is not valid base64: encode the bytes with the standard alphabet and padding.')

export function writeMembers(members: Members, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const name in members) {
    const member = value[name]
    const shape = members[name] as Shape
    if (member !== undefined && member !== null) result[name] = write(shape, member)
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
      return itemsOf(value).map(item => write(shape.of, item))
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
