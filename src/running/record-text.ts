/** A record as the JSON text that goes into a stream: moments in the form that their column declares, one line. */
import type { Column, Columns } from '../define/column.ts'
import { told } from '../define/mistake.ts'
import { LakeMistake } from '../world/mistake.ts'
import { jsonValue } from './json-value.ts'

/** `what` begins the sentence: "The stream temperature-stream". Throws where the record is not what the columns say. */
export function recordText(what: string, columns: Columns, record: Readonly<Record<string, unknown>>): string {
  if (typeof record !== 'object' || record === null)
    throw new LakeMistake(`${what} takes records with ${Object.keys(columns).join(', ')}, not ${told(record)}.`)
  const known = Object.keys(columns)
  for (const name of Object.keys(record))
    if (!Object.hasOwn(columns, name))
      throw new LakeMistake(`${what} has no column ${name}; its records have ${known.join(', ')}.`)
  const members: Record<string, unknown> = {}
  for (const name of known) {
    const column = columns[name]
    const value = record[name]
    if (value === undefined || value === null) {
      if (column?.optional === false)
        throw new LakeMistake(
          `${what}: a record lacks ${name}. Its column needs { optional: true } if records may lack it.`,
        )
      if (value === null) members[name] = null
    } else {
      if (column !== undefined && !fits(value, column))
        throw new LakeMistake(`${what}: ${name} is declared ${column.type}, and a record has ${told(value)}.`)
      members[name] = jsonValue(value, column?.type ?? '')
    }
  }
  return JSON.stringify(members)
}

/** JSON would make null of what is no number, and a job would put aside the rest. Texts of moments are read by the job. */
function fits(value: unknown, { type, moment }: Column): boolean {
  if (value instanceof Date) return moment !== undefined && !Number.isNaN(value.getTime())
  switch (type.replace(/[<(].*$/, '')) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
    case 'bigint':
      return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value)
    case 'double':
      return typeof value === 'number' && Number.isFinite(value)
    case 'decimal':
      return typeof value === 'number' ? Number.isFinite(value) : /^[+-]?\d+(\.\d*)?$/.test(String(value))
    case 'array':
      return Array.isArray(value)
    case 'map':
    case 'struct':
      return typeof value === 'object' && !Array.isArray(value)
    default:
      return typeof value === 'string'
  }
}
