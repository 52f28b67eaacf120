/**
 * CBOR to values by a shape: the body of aws-json requests that say `application/x-amz-cbor-1.1`. Each shape is made into
 * its reader once. A member the shape does not declare is refused by name, a value of the wrong type is a
 * SerializationException. Timestamps are milliseconds since 1970 under tag 1: not what the RFC says (seconds), but what
 * AWS's Java SDK sends; without the tag they are taken too.
 */
import type { Members, Shape } from '../shape.ts'
import { type CborKind, CborReader, depthMax } from './cbor-reader.ts'
import { CborWriter } from './cbor-writer.ts'
import { serializationFault, UndeclaredMember } from './json-values.ts'

/** An empty body asks for nothing but the operation. */
export function readCbor(members: Members, body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {}
  const from = new CborReader(body)
  const steps: Step[] = []
  const result = membersReader(members)(from, steps) as Record<string, unknown>
  from.end()
  return result
}

/** A member's name, a key of a map, a place in a list. */
type Step = string | number
/** `steps` say where the reader is; they are put into words when something is wrong there. */
type Read = (from: CborReader, steps: Step[]) => unknown

const pathOf = (steps: readonly Step[]) =>
  steps.map((step, depth) => (typeof step === 'number' ? `[${step}]` : depth === 0 ? step : `.${step}`)).join('')

const misread = (steps: readonly Step[], what: string) =>
  serializationFault(`The member '${pathOf(steps) || 'the request'}' ${what}`)

const shownKinds: Readonly<Record<CborKind, string>> = {
  integer: 'an integer',
  float: 'a float',
  bytes: 'a byte string',
  text: 'a text',
  list: 'a list',
  map: 'a map',
  boolean: 'a boolean',
  null: 'null',
  timestamp: 'a tagged value',
}

function expect(from: CborReader, steps: readonly Step[], wanted: CborKind, shown: string): void {
  const kind = from.kind()
  if (kind !== wanted) throw misread(steps, `must be ${shown}, but is ${shownKinds[kind]}.`)
}

function readKey(from: CborReader, steps: readonly Step[]): string {
  if (from.kind() !== 'text') throw misread(steps, `must have texts as keys, but has ${shownKinds[from.kind()]}.`)
  return from.text()
}

interface Member {
  readonly name: string
  readonly wireName: string
  /** The key as it is usually written: no text need be made of it. */
  readonly spelling: Uint8Array
  readonly read: Read
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
  const all: readonly Member[] = Object.entries(members).map(([name, shape]) => {
    const wireName = shape.wireName ?? name
    const writer = new CborWriter()
    writer.text(wireName)
    return { name, wireName, spelling: writer.finish(), read: readerOf(shape) }
  })
  const byWireName = new Map(all.map(member => [member.wireName, member]))
  return (from, steps) => {
    expect(from, steps, 'map', 'a structure')
    const result: Record<string, unknown> = {}
    from.each(() => {
      let member = all.find(one => from.matches(one.spelling))
      if (member === undefined) {
        const key = readKey(from, steps)
        member = byWireName.get(key)
        if (member === undefined) {
          skipUndeclared(from, steps, key)
          return
        }
      }
      if (from.kind() === 'null') {
        from.skipNull()
        return
      }
      steps.push(member.wireName)
      if (Object.hasOwn(result, member.name)) throw misread(steps, 'stands there twice.')
      result[member.name] = member.read(from, steps)
      steps.pop()
    })
    return result
  }
}

/** `__type` is sent along by some clients for unions and errors. */
function skipUndeclared(from: CborReader, steps: readonly Step[], key: string): void {
  if (skip(from, 0) && key !== '__type') throw new UndeclaredMember(pathOf([...steps, key]))
}

const is =
  (kind: CborKind, shown: string, read: (from: CborReader) => unknown): Read =>
  (from, steps) => {
    expect(from, steps, kind, shown)
    return read(from)
  }

function readerOf(shape: Shape): Read {
  switch (shape.kind) {
    case 'string':
      return is('text', 'a string', from => from.text())
    case 'blob':
      return is('bytes', 'a byte string', from => from.bytes())
    case 'boolean':
      return is('boolean', 'a boolean', from => from.boolean())
    case 'double':
      return (from, steps) => readNumber(from, steps, 'a number')
    case 'integer':
    case 'long':
      return integerReader(shape.kind === 'integer' ? 32 : 64)
    case 'timestamp':
      return readTimestamp
    case 'document':
      return (from, steps) => readAny(from, steps, 0)
    case 'list': {
      const item = readerOf(shape.of)
      return (from, steps) => {
        expect(from, steps, 'list', 'a list')
        const items: unknown[] = []
        from.each(index => {
          steps.push(index)
          items.push(item(from, steps))
          steps.pop()
        })
        return items
      }
    }
    case 'map': {
      const item = readerOf(shape.of)
      return (from, steps) => {
        expect(from, steps, 'map', 'a map')
        return readEntries(from, steps, () => {
          if (from.kind() !== 'null') return item(from, steps)
          from.skipNull()
          return undefined
        })
      }
    }
    case 'structure':
      return membersReader(shape.members)
    case 'stream':
    case 'eventStream':
      return (_from, steps) => {
        throw misread(steps, 'must be left out: no input is a stream.')
      }
  }
}

function readNumber(from: CborReader, steps: readonly Step[], wanted: string): number {
  const kind = from.kind()
  if (kind !== 'integer' && kind !== 'float') throw misread(steps, `must be ${wanted}, but is ${shownKinds[kind]}.`)
  const value = from.number()
  if (!Number.isFinite(value)) throw misread(steps, `must be ${wanted}, but is ${value}.`)
  return value
}

const integerReader =
  (bits: 32 | 64): Read =>
  (from, steps) => {
    const value = readNumber(from, steps, 'an integer')
    if (!Number.isInteger(value)) throw misread(steps, 'must be an integer, but is a float.')
    if (bits === 32 && (value > 2147483647 || value < -2147483648))
      throw misread(steps, `must be a 32-bit integer, but is ${value}.`)
    return value
  }

/** Past these no calendar goes: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const instantMax = 8.64e15

const readTimestamp: Read = (from, steps) => {
  if (from.kind() === 'timestamp') from.timestampTag()
  const at = Math.round(readNumber(from, steps, 'a timestamp'))
  if (Math.abs(at) > instantMax) throw misread(steps, `is no instant: ${at} ms.`)
  return at
}

/** Entries for which `value` gives undefined are left out. */
function readEntries(from: CborReader, steps: Step[], value: () => unknown): Readonly<Record<string, unknown>> {
  const entries = new Map<string, unknown>()
  from.each(() => {
    const key = readKey(from, steps)
    steps.push(key)
    if (entries.has(key)) throw misread(steps, 'stands there twice.')
    entries.set(key, value())
    steps.pop()
  })
  return Object.fromEntries([...entries].filter(([, item]) => item !== undefined))
}

/** A value without a shape, as JSON would have it; byte strings stay bytes. */
function readAny(from: CborReader, steps: Step[], depth: number): unknown {
  if (depth > depthMax) from.refuseDepth()
  switch (from.kind()) {
    case 'timestamp':
      from.timestampTag()
      return from.number()
    case 'integer':
    case 'float':
      return from.number()
    case 'text':
      return from.text()
    case 'bytes':
      return from.bytes()
    case 'boolean':
      return from.boolean()
    case 'null':
      from.skipNull()
      return null
    case 'list': {
      const items: unknown[] = []
      from.each(() => void items.push(readAny(from, steps, depth + 1)))
      return items
    }
    case 'map':
      return readEntries(from, steps, () => readAny(from, steps, depth + 1))
  }
}

/** Takes a value that nobody declared and keeps nothing of it. False for what is empty: that is the same as leaving it out. */
function skip(from: CborReader, depth: number): boolean {
  if (depth > depthMax) from.refuseDepth()
  let asks = false
  switch (from.kind()) {
    case 'list':
      from.each(() => {
        asks = true
        skip(from, depth + 1)
      })
      return asks
    case 'map':
      from.each(() => {
        readKey(from, [])
        if (skip(from, depth + 1)) asks = true
      })
      return asks
    default: {
      const value = readAny(from, [], depth)
      return value !== null && value !== '' && value !== false
    }
  }
}
