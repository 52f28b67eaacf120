// Athena's types, as its error messages and its results name them. What a type is called in the catalog (Hive) and in the
// engine (DuckDB) is in the files beside this one.

export type SimpleName =
  | 'boolean'
  | 'tinyint'
  | 'smallint'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'double'
  | 'date'
  | 'varbinary'
  | 'json'
  | 'uuid'
  | 'ipaddress'
  | 'interval day to second'
  | 'interval year to month'
  | SketchName
  | MapName
  /** Of a NULL that nothing else gives a type. */
  | 'unknown'

/** Of what only functions make and take: no file holds them. */
export type SketchName = 'HyperLogLog' | 'tdigest' | 'qdigest(bigint)' | 'qdigest(double)' | 'qdigest(real)'

/** Of maps: geometries, those on the earth, and tiles. */
export type MapName = 'Geometry' | 'SphericalGeography' | 'BingTile'

export interface Field {
  /** Undefined for a field of ROW(1, 2), which has no name. */
  readonly name: string | undefined
  readonly type: Type
}

export type Type =
  | { readonly kind: 'simple'; readonly name: SimpleName }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** Without a length, as long as may be. */
  | { readonly kind: 'varchar'; readonly length?: number }
  | { readonly kind: 'char'; readonly length: number }
  /** `precision`: digits of the second's fraction. */
  | { readonly kind: 'time'; readonly precision: number }
  | { readonly kind: 'timestamp'; readonly precision: number }
  /** An instant. `zone` is where its wall clock hangs, where the statement tells; UTC otherwise. */
  | { readonly kind: 'instant'; readonly precision: number; readonly zone: string }
  | { readonly kind: 'array'; readonly of: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'row'; readonly fields: readonly Field[] }
  | { readonly kind: 'function'; readonly parameters: readonly Type[]; readonly result: Type }

const simple = (name: SimpleName): Type => ({ kind: 'simple', name })

export const boolean = simple('boolean')
export const tinyint = simple('tinyint')
export const smallint = simple('smallint')
export const integer = simple('integer')
export const bigint = simple('bigint')
export const real = simple('real')
export const double = simple('double')
export const date = simple('date')
export const varbinary = simple('varbinary')
export const json = simple('json')
export const uuid = simple('uuid')
export const unknown = simple('unknown')
export const daysToSeconds = simple('interval day to second')
export const yearsToMonths = simple('interval year to month')
export const varchar: Type = { kind: 'varchar' }
export const timestamp: Type = { kind: 'timestamp', precision: 3 }
export const time: Type = { kind: 'time', precision: 3 }
export const instant = (zone = 'UTC', precision = 3): Type => ({ kind: 'instant', precision, zone })
export const decimal = (precision: number, scale: number): Type => ({ kind: 'decimal', precision, scale })
export const arrayOf = (of: Type): Type => ({ kind: 'array', of })
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', key, value })
export const rowOf = (fields: readonly Field[]): Type => ({ kind: 'row', fields })

export const isSimple = (type: Type, ...names: readonly SimpleName[]): boolean =>
  type.kind === 'simple' && names.includes(type.name)

const sketchNames: readonly SketchName[] = [
  'HyperLogLog',
  'tdigest',
  'qdigest(bigint)',
  'qdigest(double)',
  'qdigest(real)',
]
export const isSketch = (type: Type): boolean => isSimple(type, ...sketchNames)

const mapNames: readonly MapName[] = ['Geometry', 'SphericalGeography', 'BingTile']
export const isOfMap = (type: Type): boolean => isSimple(type, ...mapNames)

/** The name in messages: `decimal(10,2)`, `array(varchar(3))`, `row("a" integer)`. */
export function nameOf(type: Type): string {
  switch (type.kind) {
    case 'simple':
      return type.name
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'varchar':
      return type.length === undefined ? 'varchar' : `varchar(${type.length})`
    case 'char':
      return `char(${type.length})`
    case 'time':
      return `time(${type.precision})`
    case 'timestamp':
      return `timestamp(${type.precision})`
    case 'instant':
      return `timestamp(${type.precision}) with time zone`
    case 'array':
      return `array(${nameOf(type.of)})`
    case 'map':
      return `map(${nameOf(type.key)}, ${nameOf(type.value)})`
    case 'row':
      return `row(${type.fields.map(({ name, type: inner }) => (name === undefined ? nameOf(inner) : `${name} ${nameOf(inner)}`)).join(', ')})`
    case 'function':
      return `function(${[...type.parameters, type.result].map(nameOf).join(',')})`
  }
}

export function isSame(one: Type, other: Type): boolean {
  return nameOf(one) === nameOf(other)
}

/** Whether values of the type are the same or not. */
export function isComparable(type: Type): boolean {
  if (type.kind === 'array') return isComparable(type.of)
  if (type.kind === 'map') return isComparable(type.value)
  if (type.kind === 'row') return type.fields.every(field => isComparable(field.type))
  return !isSketch(type) && !isSimple(type, 'Geometry', 'SphericalGeography')
}

/** Whether values of the type come before and behind one another, and not only are the same or not. */
export function isOrderable(type: Type): boolean {
  if (type.kind === 'map' || type.kind === 'function') return false
  if (type.kind === 'array') return isOrderable(type.of)
  if (type.kind === 'row') return type.fields.every(field => isOrderable(field.type))
  return !isSimple(type, 'json') && !isSketch(type) && !isOfMap(type)
}
