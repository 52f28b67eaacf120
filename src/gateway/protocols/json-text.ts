/**
 * An answer as JSON text: what `JSON.stringify(writeMembers(members, value))` says, without the objects in between. Each
 * shape is made into its writer once.
 */
import type { PackedList } from '../packed.ts'
import type { Members, Shape } from '../shape.ts'
import { formatTimestamp } from './timestamps.ts'

export function jsonText(members: Members, value: Readonly<Record<string, unknown>>): string {
  return membersWriter(members)(value)
}

type Write = (value: unknown) => string

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
  const writers = Object.entries(members).map(([name, shape]) => {
    const key = `${quoted(name)}:`
    // Quotes of what needs no look inside are pieces of the text beside it: the fewer pieces, the quicker they are joined.
    const plain = shape.kind === 'string' && shape.plain === true
    const [before, after] = plain ? [`${key}"`, '"'] : [key, '']
    return { name, first: `{${before}`, next: `,${before}`, after, write: plain ? asItIs : writerOf(shape) }
  })
  return value => {
    const given = value as Readonly<Record<string, unknown>>
    let text = ''
    for (const { name, first, next, after, write } of writers) {
      const member = given[name]
      if (member === undefined || member === null) continue
      text += (text === '' ? first : next) + write(member) + after
    }
    return text === '' ? '{}' : `${text}}`
  }
}

const asItIs: Write = value => value as string

function writerOf(shape: Shape): Write {
  switch (shape.kind) {
    case 'string':
      return shape.plain ? value => `"${value}"` : quoted
    case 'blob':
      return value => {
        const bytes = value as Uint8Array
        const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        return `"${buffer.toString('base64')}"`
      }
    case 'timestamp': {
      const format = shape.format ?? 'epoch'
      // What was written together has one time, and stands together in lists.
      let last: unknown
      let text = ''
      return value => {
        if (value === last) return text
        const formatted = formatTimestamp(value as number, format)
        last = value
        text = Number.isFinite(formatted) ? String(formatted) : quoted(formatted)
        return text
      }
    }
    case 'list': {
      const write = writerOf(shape.of)
      // Joined item by item: a text put together of all their pieces at the end costs twice as much.
      return value => (Array.isArray(value) ? `[${value.map(write).join()}]` : (value as PackedList).json())
    }
    case 'map': {
      const write = writerOf(shape.of)
      return value => {
        const entries = Object.entries(value as object).filter(([, item]) => item !== undefined)
        return `{${entries.map(([key, item]) => `${quoted(key)}:${write(item)}`).join()}}`
      }
    }
    case 'structure': {
      const { members } = shape
      let write: Write | undefined
      return value => {
        write ??= membersWriter(members) // only now: a structure may hold itself
        return write(value)
      }
    }
    default:
      return quoted
  }
}

/** In a list, what JSON has no word for is null. */
const quoted = (value: unknown): string => JSON.stringify(value) ?? 'null'
