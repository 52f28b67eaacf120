/**
 * Values to CBOR by a shape: what a client that speaks CBOR is answered. Each shape is made into its writer once. Blobs are
 * byte strings; timestamps are whole milliseconds since 1970 under tag 1, as AWS has them: its Java SDK reads them as a long.
 */
import assert from 'node:assert/strict'
import { itemsOf } from '../packed.ts'
import type { Members, Shape } from '../shape.ts'
import { CborWriter } from './cbor-writer.ts'

type Values = Readonly<Record<string, unknown>>
type Write = (to: CborWriter, value: unknown) => void

export function writeCbor(members: Members, value: Values): Uint8Array {
  const to = new CborWriter()
  membersWriter(members)(to, value)
  return to.finish()
}

/** Values that have no shape: the body of a fault. */
export function writeAnyCbor(value: unknown): Uint8Array {
  const to = new CborWriter()
  writeAny(to, value)
  return to.finish()
}

const isThere = (value: unknown) => value !== undefined && value !== null

const membersWriters = new WeakMap<Members, Write>()
function membersWriter(members: Members): Write {
  let writer = membersWriters.get(members)
  if (writer === undefined) {
    writer = makeMembersWriter(members)
    membersWriters.set(members, writer)
  }
  return writer
}

function makeMembersWriter(members: Members): Write {
  const all = Object.entries(members).map(([name, shape]) => ({
    name,
    spelling: writeAnyCbor(shape.wireName ?? name),
    write: writerOf(shape),
  }))
  return (to, value) => {
    const given = value as Values
    let count = 0
    for (const { name } of all) if (isThere(given[name])) count++
    to.map(count)
    for (const { name, spelling, write } of all) {
      const member = given[name]
      if (!isThere(member)) continue
      to.spelled(spelling)
      write(to, member)
    }
  }
}

const timestampTag = 1

function writerOf(shape: Shape): Write {
  switch (shape.kind) {
    case 'string':
      return (to, value) => to.text(value as string)
    case 'blob':
      return (to, value) => to.bytes(value as Uint8Array)
    case 'boolean':
      return (to, value) => to.boolean(value as boolean)
    case 'integer':
    case 'long':
      return (to, value) => to.integer(value as number)
    case 'double':
      return (to, value) => to.double(value as number)
    case 'timestamp':
      return (to, value) => {
        to.tag(timestampTag)
        to.integer(Math.floor(value as number))
      }
    case 'document':
      return writeAny
    case 'list': {
      const item = writerOf(shape.of)
      return (to, value) => {
        const items = itemsOf(value)
        to.list(items.length)
        for (const one of items) item(to, one)
      }
    }
    case 'map': {
      const item = writerOf(shape.of)
      return (to, value) => writeEntries(to, value, item)
    }
    case 'structure':
      return membersWriter(shape.members)
    case 'stream':
    case 'eventStream':
      return () => assert.fail('a stream is a body of its own')
  }
}

function writeEntries(to: CborWriter, value: unknown, item: Write): void {
  const entries = Object.entries(value as Values).filter(([, one]) => one !== undefined)
  to.map(entries.length)
  for (const [key, one] of entries) {
    to.text(key)
    item(to, one)
  }
}

function writeAny(to: CborWriter, value: unknown): void {
  if (value === null) to.null()
  else if (typeof value === 'string') to.text(value)
  else if (typeof value === 'boolean') to.boolean(value)
  else if (typeof value === 'number' && Number.isSafeInteger(value)) to.integer(value)
  else if (typeof value === 'number') to.double(value)
  else if (value instanceof Uint8Array) to.bytes(value)
  else if (Array.isArray(value)) {
    to.list(value.length)
    for (const item of value) writeAny(to, item ?? null)
  } else writeEntries(to, value, writeAny)
}
