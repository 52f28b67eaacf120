/** A record as the JSON text that goes into a stream: moments in the form that their column declares, one line. */
import type { Columns } from '../define/column.ts'
import { LakeMistake, shown } from '../world/mistake.ts'

/** `what` begins the sentence: "The stream temperature-stream". Throws where the record is not what the columns say. */
export function recordText(what: string, columns: Columns, record: Readonly<Record<string, unknown>>): string {
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
          `${what}: this record lacks ${name}. Write column….({ optional: true }) if records may: ${shown(record)}`,
        )
      if (value === null) members[name] = null
    } else members[name] = memberOf(value, column?.moment)
  }
  return JSON.stringify(members)
}

/** TypeScript's library does not know it yet. */
const exact = JSON as unknown as { rawJSON(text: string): unknown }

function memberOf(value: unknown, moment: string | undefined): unknown {
  if (typeof value === 'bigint') return exact.rawJSON(String(value))
  if (!(value instanceof Date)) return value
  if (moment === 'epochSeconds') return value.getTime() / 1000
  if (moment === 'epochMilliseconds') return value.getTime()
  const text = value.toISOString()
  return moment === 'date' ? text.slice(0, 10) : text.slice(0, 23).replace('T', ' ')
}
