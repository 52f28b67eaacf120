/** A value of a record as JSON has it, by the type that is declared: moments as numbers or text, also inside of structs and lists. */
import { LakeMistake } from '../world/mistake.ts'

/** TypeScript's library does not know it yet. */
const exact = JSON as unknown as { rawJSON(text: string): unknown }

/** `type` is in Hive's words: `array<struct<at:timestamp,n:bigint>>`. */
export function jsonValue(value: unknown, type: string): unknown {
  if (typeof value === 'bigint') return exact.rawJSON(String(value))
  if (value instanceof Date) return momentOf(value, type)
  if (Array.isArray(value)) {
    const of = /^array<(.*)>$/.exec(type)?.[1] ?? ''
    return value.map(one => jsonValue(one, of))
  }
  if (typeof value !== 'object' || value === null) return value
  const mapped = /^map<string,(.*)>$/.exec(type)?.[1]
  const fields = mapped === undefined ? fieldsOf(type) : undefined
  const members = Object.entries(value).map(([name, one]) => [name, jsonValue(one, mapped ?? fields?.get(name) ?? '')])
  return Object.fromEntries(members)
}

/** A double counts seconds, a bigint milliseconds, as column.epochSeconds() and column.epochMilliseconds() declare them. */
function momentOf(value: Date, type: string): string | number {
  if (Number.isNaN(value.getTime())) throw new LakeMistake('A record has an Invalid Date where a moment is declared.')
  if (type === 'double') return value.getTime() / 1000
  if (type === 'bigint') return value.getTime()
  const text = value.toISOString()
  return type === 'date' ? text.slice(0, 10) : text.slice(0, 23).replace('T', ' ')
}

function fieldsOf(struct: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  let depth = 0
  let field = ''
  for (const sign of `${struct.slice('struct<'.length, -1)},`) {
    if (sign === ',' && depth === 0) {
      const colon = field.indexOf(':')
      fields.set(field.slice(0, colon), field.slice(colon + 1))
      field = ''
      continue
    }
    if (sign === '<' || sign === '(') depth++
    if (sign === '>' || sign === ')') depth--
    field += sign
  }
  return fields
}
