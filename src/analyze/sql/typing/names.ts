// Types in the other two tongues: DuckDB's in the engine, Hive's in the catalog. A type that cannot be kept exactly is
// refused by name.
import { splitOutside } from '../../engine/request.ts'
import { unsupported } from '../ast.ts'
import { identifier } from '../text.ts'
import { parseType } from './parse.ts'
import { type Field, nameOf, type SimpleName, type Type } from './type.ts'

const duckNames: Readonly<Record<SimpleName, string>> = {
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  varbinary: 'BLOB',
  // JSON is its text in Athena's form: DuckDB's type would read it each time.
  json: 'VARCHAR',
  uuid: 'UUID',
  // Its sixteen bytes.
  ipaddress: 'BLOB',
  'interval day to second': 'INTERVAL',
  'interval year to month': 'INTERVAL',
  // Hashes of values; values with their weights.
  HyperLogLog: 'UBIGINT[]',
  tdigest: 'STRUCT(v DOUBLE, w DOUBLE)[]',
  'qdigest(bigint)': 'STRUCT(v BIGINT, w DOUBLE)[]',
  'qdigest(double)': 'STRUCT(v DOUBLE, w DOUBLE)[]',
  'qdigest(real)': 'STRUCT(v FLOAT, w DOUBLE)[]',
  // Well-known text, and the quadkey of a tile.
  Geometry: 'VARCHAR',
  SphericalGeography: 'VARCHAR',
  BingTile: 'VARCHAR',
  unknown: 'VARCHAR',
}

export function duckName(type: Type): string {
  switch (type.kind) {
    case 'simple':
      return duckNames[type.name]
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'varchar':
    case 'char':
      return 'VARCHAR'
    case 'time':
      return 'TIME'
    case 'timestamp':
      return 'TIMESTAMP'
    case 'instant':
      return 'TIMESTAMPTZ'
    case 'array':
      return `${duckName(type.of)}[]`
    case 'map':
      return `MAP(${duckName(type.key)}, ${duckName(type.value)})`
    case 'row':
      return `STRUCT(${type.fields.map((field, index) => `${identifier(fieldName(field, index))} ${duckName(field.type)}`).join(', ')})`
    case 'function':
      throw unsupported('A lambda as a value')
  }
}

/** The type of a result's column: Athena leaves out the precision that all of them have. */
export const resultName = (type: Type): string =>
  nameOf(type)
    .replace(/\b(time|timestamp)\(3\)/g, '$1')
    .replace(/\breal\b/g, 'float')

/** Athena shows a field without a name by its place. */
export const fieldName = (field: Field, index: number): string => field.name ?? `field${index}`

const hiveNames: Readonly<Record<SimpleName, string>> = {
  boolean: 'boolean',
  tinyint: 'tinyint',
  smallint: 'smallint',
  integer: 'int',
  bigint: 'bigint',
  real: 'float',
  double: 'double',
  date: 'date',
  varbinary: 'binary',
  json: 'string',
  uuid: 'string',
  ipaddress: 'string',
  'interval day to second': 'string',
  'interval year to month': 'string',
  HyperLogLog: 'binary',
  tdigest: 'binary',
  'qdigest(bigint)': 'binary',
  'qdigest(double)': 'binary',
  'qdigest(real)': 'binary',
  Geometry: 'string',
  SphericalGeography: 'string',
  BingTile: 'string',
  unknown: 'string',
}

/** The catalog's type for a column of a result. */
export function hiveName(type: Type): string {
  switch (type.kind) {
    case 'simple':
      return hiveNames[type.name]
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'varchar':
      return type.length === undefined ? 'string' : `varchar(${type.length})`
    case 'char':
      return `char(${type.length})`
    case 'timestamp':
    case 'instant':
      return 'timestamp'
    case 'array':
      return `array<${hiveName(type.of)}>`
    case 'map':
      return `map<${hiveName(type.key)},${hiveName(type.value)}>`
    case 'row':
      return `struct<${type.fields.map((field, index) => `${fieldName(field, index)}:${hiveName(field.type)}`).join(',')}>`
    default:
      return 'string'
  }
}

export const duckNameOfHive = (text: string): string => duckName(typeOfHive(text))

/** Of arrays, maps and structs in one another; not AWS's. Each level takes a place on the stack of whoever walks the type. */
export const typeDepthMax = 100

/** Athena's type of a column that the catalog declares. */
export function typeOfHive(text: string, depth = 0): Type {
  if (depth > typeDepthMax) throw unsupported(`A column type that nests deeper than ${typeDepthMax} levels`)
  const name = text.trim().toLowerCase()
  const nested = /^(array|map|struct)\s*<(.*)>$/s.exec(name)
  if (nested?.[2] !== undefined) {
    const parts = splitOutside(nested[2])
    const [first = '', second = ''] = parts
    if (nested[1] === 'array') return { kind: 'array', of: typeOfHive(nested[2], depth + 1) }
    if (nested[1] === 'map')
      return { kind: 'map', key: typeOfHive(first, depth + 1), value: typeOfHive(second, depth + 1) }
    return { kind: 'row', fields: parts.map(field => fieldOfHive(field, depth + 1)) }
  }
  if (name === 'binary') return { kind: 'simple', name: 'varbinary' }
  if (name === 'decimal') return { kind: 'decimal', precision: 10, scale: 0 }
  if (
    /^(map|row|json|uuid|ipaddress|unknown|interval|time|hyperloglog|tdigest|qdigest|geometry|sphericalgeography|bingtile)\b/.test(
      name,
    ) &&
    !name.startsWith('timestamp')
  )
    throw unsupported(`The column type '${text}'`)
  try {
    return parseType(name)
  } catch {
    throw unsupported(`The column type '${text}'`)
  }
}

function fieldOfHive(field: string, depth: number): Field {
  const colon = field.indexOf(':')
  if (colon < 0) throw unsupported(`The struct field '${field}' without a type`)
  return { name: field.slice(0, colon).trim(), type: typeOfHive(field.slice(colon + 1), depth) }
}
