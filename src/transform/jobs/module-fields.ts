// Declared columns as a module's rows have them. What has no form there is refused by name, before anything is read.
import type { Column } from '../../analyze/engine/request.ts'
import { typeOfHive } from '../../analyze/sql/typing/names.ts'
import { nameOf, type Type } from '../../analyze/sql/typing/type.ts'
import type { Field, ValueType } from '../functions/process/values.ts'
import { InvalidInputException } from './faults.ts'

export const fieldsOf = (columns: readonly Column[], what: string): readonly Field[] =>
  columns.map(({ name, type }) => ({
    name: name.toLowerCase(),
    declared: type,
    type: valueType(typeOfHive(type), `Column ${name} of ${what} is ${type}`),
  }))

const integers: Readonly<Record<string, number>> = { tinyint: 8, smallint: 16, integer: 32 }

function valueType(type: Type, place: string): ValueType {
  switch (type.kind) {
    case 'varchar':
    case 'char':
      return { kind: 'string' }
    case 'decimal':
      return { kind: 'decimal', precision: type.precision, scale: type.scale }
    case 'timestamp':
      return { kind: 'timestamp' }
    case 'array':
      return { kind: 'array', of: valueType(type.of, place) }
    case 'map':
      if (type.key.kind !== 'varchar') throw refused(`${place}: keys that are no strings`)
      return { kind: 'map', of: valueType(type.value, place) }
    case 'row':
      return {
        kind: 'struct',
        fields: type.fields.map(field => ({
          name: field.name ?? '',
          declared: nameOf(field.type),
          type: valueType(field.type, place),
        })),
      }
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
export function selected({ name, type }: Field): string {
  const quoted = quote(name)
  if (type.kind === 'decimal') return `CAST(${quoted} AS varchar) AS ${quoted}`
  if (holdsDecimal(type)) throw refused(`Column ${name} holds decimals inside an array, a map or a struct`)
  return quoted
}

const holdsDecimal = (type: ValueType): boolean =>
  type.kind === 'decimal' ||
  ((type.kind === 'array' || type.kind === 'map') && holdsDecimal(type.of)) ||
  (type.kind === 'struct' && type.fields.some(field => holdsDecimal(field.type)))

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
