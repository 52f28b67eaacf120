/**
 * Shapes to and from CBOR: the body of aws-json requests that say `application/x-amz-cbor-1.1`. Blobs are byte strings.
 * Timestamps are whole milliseconds since 1970 under tag 1: not what the RFC says (seconds), but what AWS sends and its
 * Java SDK expects and sends; without the tag they are taken too. A member the shape does not declare is refused by name, a value of
 * the wrong type is a SerializationException.
 */
import assert from 'node:assert/strict'
import type { Members, Shape } from '../shape.ts'
import { type CborKind, CborReader, depthMax } from './cbor-reader.ts'
import { CborWriter } from './cbor-writer.ts'
import { serializationFault, UndeclaredMember } from './json-values.ts'

const namesByWireName = new WeakMap<Members, ReadonlyMap<string, string>>()
function wireNames(members: Members): ReadonlyMap<string, string> {
  let names = namesByWireName.get(members)
  if (names === undefined) {
    names = new Map(Object.entries(members).map(([name, shape]) => [shape.wireName ?? name, name]))
    namesByWireName.set(members, names)
  }
  return names
}

type CborObject = Readonly<Record<string, unknown>>

/** An empty body asks for nothing but the operation. */
export function readCbor(members: Members, body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {}
  const reader = new CborReader(body)
  const result = readMembers(reader, members, '')
  reader.end()
  return result
}

function readMembers(reader: CborReader, members: Members, path: string): Record<string, unknown> {
  expect(reader, path.slice(0, -1) || 'the request', 'map', 'a structure')
  const byWireName = wireNames(members)
  const result: Record<string, unknown> = {}
  reader.each(() => {
    const key = readKey(reader, path)
    const name = byWireName.get(key)
    if (name === undefined) {
      const asks = skip(reader, 0)
      // `__type` is sent along by some clients for unions and errors.
      if (asks && key !== '__type') throw new UndeclaredMember(path + key)
    } else if (reader.kind() === 'null') reader.skipNull()
    else if (Object.hasOwn(result, name)) throw serializationFault(`The member '${path + key}' stands there twice.`)
    else result[name] = read(reader, members[name] as Shape, path + key)
  })
  return result
}

function readKey(reader: CborReader, path: string): string {
  expect(reader, `a key of ${path.slice(0, -1) || 'the request'}`, 'text', 'a text')
  return reader.text()
}

function read(reader: CborReader, shape: Shape, path: string): unknown {
  switch (shape.kind) {
    case 'string':
      expect(reader, path, 'text', 'a string')
      return reader.text()
    case 'blob':
      expect(reader, path, 'bytes', 'a byte string')
      return reader.bytes()
    case 'boolean':
      expect(reader, path, 'boolean', 'a boolean')
      return reader.boolean()
    case 'integer':
    case 'long': {
      const value = readNumber(reader, path, 'an integer')
      if (!Number.isInteger(value)) throw mistyped(path, 'an integer', 'float')
      if (shape.kind === 'integer' && (value > 2147483647 || value < -2147483648))
        throw serializationFault(`The member '${path}' must be a 32-bit integer, but is ${value}.`)
      return value
    }
    case 'double':
      return readNumber(reader, path, 'a number')
    case 'timestamp': {
      if (reader.kind() === 'timestamp') reader.timestampTag()
      const at = Math.round(readNumber(reader, path, 'a timestamp'))
      if (Math.abs(at) > instantMax) throw serializationFault(`The member '${path}' is no instant: ${at} ms.`)
      return at
    }
    case 'document':
      return readAny(reader, 0)
    case 'list': {
      expect(reader, path, 'list', 'a list')
      const items: unknown[] = []
      reader.each(index => void items.push(read(reader, shape.of, `${path}[${index}]`)))
      return items
    }
    case 'map':
      expect(reader, path, 'map', 'a map')
      return readEntries(reader, `${path}.`, key => {
        if (reader.kind() !== 'null') return read(reader, shape.of, `${path}.${key}`)
        reader.skipNull()
        return undefined
      })
    case 'structure':
      return readMembers(reader, shape.members, `${path}.`)
    case 'stream':
    case 'eventStream':
      throw mistyped(path, 'left out: no input is a stream', reader.kind())
  }
}

/** Past these no calendar goes: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const instantMax = 8.64e15

function readNumber(reader: CborReader, path: string, wanted: string): number {
  const kind = reader.kind()
  if (kind !== 'integer' && kind !== 'float') throw mistyped(path, wanted, kind)
  const value = reader.number()
  if (!Number.isFinite(value)) throw serializationFault(`The member '${path}' must be ${wanted}, but is ${value}.`)
  return value
}

/** Entries for which `value` gives undefined are left out. */
function readEntries(reader: CborReader, path: string, value: (key: string) => unknown): CborObject {
  const entries = new Map<string, unknown>()
  reader.each(() => {
    const key = readKey(reader, path)
    if (entries.has(key)) throw serializationFault(`The key '${path + key}' stands there twice.`)
    entries.set(key, value(key))
  })
  return Object.fromEntries([...entries].filter(([, item]) => item !== undefined))
}

/** A value without a shape, as JSON would have it; byte strings stay bytes. */
function readAny(reader: CborReader, depth: number): unknown {
  if (depth > depthMax) reader.refuseDepth()
  const kind = reader.kind()
  switch (kind) {
    case 'timestamp':
      reader.timestampTag()
      return reader.number()
    case 'integer':
    case 'float':
      return reader.number()
    case 'text':
      return reader.text()
    case 'bytes':
      return reader.bytes()
    case 'boolean':
      return reader.boolean()
    case 'null':
      reader.skipNull()
      return null
    case 'list': {
      const items: unknown[] = []
      reader.each(() => void items.push(readAny(reader, depth + 1)))
      return items
    }
    case 'map':
      return readEntries(reader, '', () => readAny(reader, depth + 1))
  }
}

/** Takes a value that nobody declared and keeps nothing of it. False for what is empty: that is the same as leaving it out. */
function skip(reader: CborReader, depth: number): boolean {
  if (depth > depthMax) reader.refuseDepth()
  let asks = false
  switch (reader.kind()) {
    case 'list':
      reader.each(() => {
        asks = true
        skip(reader, depth + 1)
      })
      return asks
    case 'map':
      reader.each(() => {
        readKey(reader, '')
        if (skip(reader, depth + 1)) asks = true
      })
      return asks
    default: {
      const value = readAny(reader, depth)
      return value !== null && value !== '' && value !== false
    }
  }
}

function expect(reader: CborReader, path: string, wanted: CborKind, shown: string) {
  const kind = reader.kind()
  if (kind !== wanted) throw mistyped(path, shown, kind)
}

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
const mistyped = (path: string, wanted: string, kind: CborKind) =>
  serializationFault(`The member '${path}' must be ${wanted}, but is ${shownKinds[kind]}.`)

export function writeCbor(members: Members, value: CborObject): Uint8Array {
  const writer = new CborWriter()
  writeMembers(writer, members, value)
  return writer.finish()
}

/** Values that have no shape: the body of a fault. */
export function writeAnyCbor(value: unknown): Uint8Array {
  const writer = new CborWriter()
  writeAny(writer, value)
  return writer.finish()
}

const isThere = (value: unknown) => value !== undefined && value !== null

function writeMembers(writer: CborWriter, members: Members, value: CborObject) {
  let count = 0
  for (const name in members) if (isThere(value[name])) count++
  writer.map(count)
  for (const name in members) {
    const member = value[name]
    if (!isThere(member)) continue
    const shape = members[name] as Shape
    writer.text(shape.wireName ?? name)
    write(writer, shape, member)
  }
}

function write(writer: CborWriter, shape: Shape, value: unknown): void {
  switch (shape.kind) {
    case 'string':
      writer.text(value as string)
      return
    case 'blob':
      writer.bytes(value as Uint8Array)
      return
    case 'boolean':
      writer.boolean(value as boolean)
      return
    case 'integer':
    case 'long':
      writer.integer(value as number)
      return
    case 'double':
      writer.double(value as number)
      return
    case 'timestamp':
      writer.tag(timestampTag)
      // The Java SDK reads no fraction here.
      writer.integer(Math.floor(value as number))
      return
    case 'document':
      writeAny(writer, value)
      return
    case 'list': {
      const items = value as readonly unknown[]
      writer.list(items.length)
      for (const item of items) write(writer, shape.of, item)
      return
    }
    case 'map': {
      const entries = Object.entries(value as CborObject).filter(([, item]) => item !== undefined)
      writer.map(entries.length)
      for (const [key, item] of entries) {
        writer.text(key)
        write(writer, shape.of, item)
      }
      return
    }
    case 'structure':
      writeMembers(writer, shape.members, value as CborObject)
      return
    case 'stream':
    case 'eventStream':
      assert.fail('a stream is a body of its own')
  }
}

const timestampTag = 1

function writeAny(writer: CborWriter, value: unknown): void {
  if (value === null) writer.null()
  else if (typeof value === 'string') writer.text(value)
  else if (typeof value === 'boolean') writer.boolean(value)
  else if (typeof value === 'number' && Number.isSafeInteger(value)) writer.integer(value)
  else if (typeof value === 'number') writer.double(value)
  else if (value instanceof Uint8Array) writer.bytes(value)
  else if (Array.isArray(value)) {
    writer.list(value.length)
    for (const item of value) writeAny(writer, item ?? null)
  } else {
    const entries = Object.entries(value as CborObject).filter(([, item]) => item !== undefined)
    writer.map(entries.length)
    for (const [key, item] of entries) {
      writer.text(key)
      writeAny(writer, item)
    }
  }
}
