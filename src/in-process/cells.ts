/** Athena's texts as JavaScript's values, and JavaScript's values as Athena's constants. */
import { LakeMistake, shown } from '../world/mistake.ts'

/** What a column's values are, by its type in Athena; NULL is null in all of them. */
export type Cell = string | number | bigint | boolean | null | object

/** What may stand for a question mark of a statement. A string is text: its quotes are made here. */
export type Parameter = string | number | bigint | boolean | null | Date

const readers: Readonly<Record<string, (text: string) => Cell>> = {
  tinyint: Number,
  smallint: Number,
  integer: Number,
  int: Number,
  bigint: text => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)),
  float: Number,
  real: Number,
  double: Number,
  boolean: text => text === 'true',
  json: text => JSON.parse(text),
}

/** For a column of that type. Types without a value of their own in JavaScript stay Athena's text. */
export const readerOf = (type: string): ((text: string) => Cell) =>
  (Object.hasOwn(readers, type) ? readers[type] : undefined) ?? (text => text)

export function constantOf(value: Parameter): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && Number.isFinite(value))
    return Number.isInteger(value) ? BigInt(value).toString() : `DOUBLE '${value}'`
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return `TIMESTAMP '${value.toISOString().slice(0, 23).replace('T', ' ')}'`
  throw new LakeMistake(`A parameter is a string, a number, a bigint, a boolean, a Date or null, not ${shown(value)}.`)
}
