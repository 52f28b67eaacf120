// Declared columns as a module's rows have them. What has no form there is refused by name, before anything is read.
import { nestedOf } from '../../analyze/engine/process/nested-check.ts'
import type { Column } from '../../analyze/engine/request.ts'
import { typeOfHive } from '../../analyze/sql/typing/names.ts'
import type { Field, ValueType } from '../functions/process/values.ts'
import { InvalidInputException } from './faults.ts'

export const fieldsOf = (columns: readonly Column[], what: string): readonly Field[] =>
  columns.map(({ name, type }) => fieldOf(name, type, `Column ${name} of ${what} is ${type}`))

/** Rows have a column as it is declared; the engine's lines have it in lower case, as SQL has. */
const fieldOf = (name: string, declared: string, place: string): Field => ({
  name,
  key: name.toLowerCase(),
  declared,
  type: valueType(declared, place),
})

/** A table's columns in lower case, as a catalog has them, but for those that `spelled` spells: of the same types. */
export function respelled(columns: readonly Column[], spelled: readonly Column[], what: string): readonly Column[] {
  const inLowerCase = columns.map(({ name, type }) => ({ name: name.toLowerCase(), type: type.toLowerCase() }))
  const told = ({ name, type }: Column) => `${name} ${type}`
  for (const one of spelled)
    if (!inLowerCase.some(column => told(column) === told(one).toLowerCase()))
      throw new InvalidInputException(
        `${what} says how rows spell the table's columns, and ${told(one)} is none of them: it has ${inLowerCase.map(told).join(', ')}.`,
      )
  return inLowerCase.map(column => spelled.find(({ name }) => name.toLowerCase() === column.name) ?? column)
}

const integers: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, integer: 32 }

function valueType(declared: string, place: string): ValueType {
  const nested = nestedOf(declared)
  switch (nested?.kind) {
    case 'array':
      return { kind: 'array', of: valueType(nested.of, place) }
    case 'map':
      if (typeOfHive(nested.key).kind !== 'varchar') throw refused(`${place}: keys that are no strings`)
      return { kind: 'map', of: valueType(nested.of, place) }
    case 'struct':
      return { kind: 'struct', fields: nested.fields.map(([name, type]) => fieldOf(name, type.trim(), place)) }
    default:
      return singleType(declared, place)
  }
}

function singleType(declared: string, place: string): ValueType {
  const type = typeOfHive(declared)
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return { kind: 'string' }
    case 'decimal':
      return { kind: 'decimal', precision: type.precision, scale: type.scale }
    case 'timestamp':
      return { kind: 'timestamp' }
    case 'simple': {
      const bits = integers[type.name]
      if (bits !== undefined) return { kind: 'integer', bits }
      if (type.name === 'boolean' || type.name === 'bigint' || type.name === 'date') return { kind: type.name }
      if (type.name === 'double' || type.name === 'real') return { kind: 'double' }
    }
  }
  throw refused(place)
}

const refused = (what: string) =>
  new InvalidInputException(`${what}, which a job's module does not read or write yet: write this job's script as SQL.`)

/** How the engine is asked for a column, so that nothing of it is lost on the way: decimals as text. */
export function selected({ name, key, type }: Field): string {
  const quoted = quote(key)
  if (type.kind === 'decimal') return `CAST(${quoted} AS varchar) AS ${quoted}`
  if (holdsDecimal(type)) throw refused(`Column ${name} holds decimals inside an array, a map or a struct`)
  return quoted
}

const holdsDecimal = (type: ValueType): boolean =>
  type.kind === 'decimal' ||
  ((type.kind === 'array' || type.kind === 'map') && holdsDecimal(type.of)) ||
  (type.kind === 'struct' && type.fields.some(field => holdsDecimal(field.type)))

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
