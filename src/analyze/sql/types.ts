// Types in three tongues: Hive's in the catalog (`array<string>`), Athena's in results (`array(varchar)`), DuckDB's in
// the engine (`VARCHAR[]`). A type that cannot be kept exactly is refused by name.

import { splitOutside } from '../engine/request.ts'
import { type Node, unsupported } from './ast.ts'
import { identifier } from './text.ts'

const scalarsOfHive: Readonly<Record<string, string>> = {
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  real: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
  varchar: 'VARCHAR',
  char: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  binary: 'BLOB',
  decimal: 'DECIMAL(10,0)',
}

/** DuckDB's type for a type of the catalog. */
export function duckTypeOfHive(type: string): string {
  const text = type.trim().toLowerCase()
  const nested = /^(array|map|struct)\s*<(.*)>$/s.exec(text)
  if (nested?.[2] !== undefined) {
    const parts = splitOutside(nested[2])
    if (nested[1] === 'array') return `${duckTypeOfHive(nested[2])}[]`
    if (nested[1] === 'map') return `MAP(${parts.map(duckTypeOfHive).join(', ')})`
    return `STRUCT(${parts.map(fieldOfHive).join(', ')})`
  }
  const decimal = /^decimal\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/.exec(text)
  if (decimal !== null) return `DECIMAL(${decimal[1]},${decimal[2] ?? 0})`
  const found = scalarsOfHive[text.replace(/^(varchar|char)\s*\(\s*\d+\s*\)$/, '$1')]
  if (found === undefined) throw unsupported(`The column type '${type}'`)
  return found
}

function fieldOfHive(field: string): string {
  const colon = field.indexOf(':')
  if (colon < 0) throw unsupported(`The struct field '${field}' without a type`)
  return `${identifier(field.slice(0, colon).trim())} ${duckTypeOfHive(field.slice(colon + 1))}`
}

/** A type of DuckDB as a tree: what DESCRIBE prints, parsed. */
export interface DuckType {
  /** `DOUBLE`, `DECIMAL`, `LIST`, `MAP`, `STRUCT`, … */
  readonly name: string
  readonly precision?: string
  readonly element?: DuckType
  readonly key?: DuckType
  readonly fields?: readonly (readonly [name: string, type: DuckType])[]
}

export function parseDuckType(text: string): DuckType {
  const type = text.trim()
  const list = /^(.*)\[\d*\]$/s.exec(type)
  if (list?.[1] !== undefined) return { name: 'LIST', element: parseDuckType(list[1]) }
  const nested = /^(MAP|STRUCT)\((.*)\)$/s.exec(type)
  if (nested?.[2] !== undefined) {
    const parts = splitDuck(nested[2])
    if (nested[1] === 'MAP')
      return { name: 'MAP', key: parseDuckType(parts[0] ?? ''), element: parseDuckType(parts[1] ?? '') }
    return { name: 'STRUCT', fields: parts.map(parseDuckField) }
  }
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type)
  if (decimal !== null) return { name: 'DECIMAL', precision: `${decimal[1]},${decimal[2]}` }
  return { name: type.replaceAll('"', '') }
}

function parseDuckField(text: string): readonly [string, DuckType] {
  const quoted = /^\s*"((?:[^"]|"")*)"\s+(.*)$/s.exec(text) ?? /^\s*(\S+)\s+(.*)$/s.exec(text)
  return [quoted?.[1]?.replaceAll('""', '"') ?? text, parseDuckType(quoted?.[2] ?? text)]
}

function splitDuck(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '"') quoted = !quoted
    else if (quoted) continue
    else if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, index))
      from = index + 1
    }
  }
  parts.push(text.slice(from))
  return parts
}

/** name in DuckDB -> [Athena, Hive] */
const scalarsOfDuck: Readonly<Record<string, readonly [athena: string, hive: string]>> = {
  BOOLEAN: ['boolean', 'boolean'],
  TINYINT: ['tinyint', 'tinyint'],
  SMALLINT: ['smallint', 'smallint'],
  INTEGER: ['integer', 'int'],
  BIGINT: ['bigint', 'bigint'],
  // What DuckDB widens a sum or a hash to is a bigint in Athena; the result is cast and fails when it does not fit.
  UTINYINT: ['bigint', 'bigint'],
  USMALLINT: ['bigint', 'bigint'],
  UINTEGER: ['bigint', 'bigint'],
  UBIGINT: ['bigint', 'bigint'],
  HUGEINT: ['bigint', 'bigint'],
  UHUGEINT: ['bigint', 'bigint'],
  FLOAT: ['float', 'float'],
  DOUBLE: ['double', 'double'],
  VARCHAR: ['varchar', 'string'],
  UUID: ['varchar', 'string'],
  NULL: ['unknown', 'string'],
  JSON: ['json', 'string'],
  BLOB: ['varbinary', 'binary'],
  DATE: ['date', 'date'],
  TIME: ['time', 'string'],
  TIMESTAMP: ['timestamp', 'timestamp'],
  TIMESTAMP_NS: ['timestamp', 'timestamp'],
  'TIMESTAMP WITH TIME ZONE': ['timestamp with time zone', 'timestamp'],
  INTERVAL: ['interval day to second', 'string'],
}

/** Wider integers of DuckDB, which Athena does not have. */
export const widenedIntegers: ReadonlySet<string> = new Set([
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'HUGEINT',
  'UHUGEINT',
])

export function athenaType(type: DuckType): string {
  if (type.name === 'LIST' && type.element !== undefined) return `array(${athenaType(type.element)})`
  if (type.name === 'MAP' && type.key !== undefined && type.element !== undefined) {
    return `map(${athenaType(type.key)}, ${athenaType(type.element)})`
  }
  if (type.name === 'STRUCT' && type.fields !== undefined) {
    return `row(${type.fields.map(([name, field]) => `${name} ${athenaType(field)}`).join(', ')})`
  }
  if (type.name === 'DECIMAL') return `decimal(${type.precision})`
  return scalarOf(type)[0]
}

export function hiveType(type: DuckType): string {
  if (type.name === 'LIST' && type.element !== undefined) return `array<${hiveType(type.element)}>`
  if (type.name === 'MAP' && type.key !== undefined && type.element !== undefined) {
    return `map<${hiveType(type.key)},${hiveType(type.element)}>`
  }
  if (type.name === 'STRUCT' && type.fields !== undefined) {
    return `struct<${type.fields.map(([name, field]) => `${name}:${hiveType(field)}`).join(',')}>`
  }
  if (type.name === 'DECIMAL') return `decimal(${type.precision})`
  return scalarOf(type)[1]
}

function scalarOf(type: DuckType): readonly [string, string] {
  const found = scalarsOfDuck[type.name]
  if (found === undefined) throw unsupported(`A result of type ${type.name}`)
  return found
}

const scalarsOfAthena: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  tiny_int: 'TINYINT',
  small_int: 'SMALLINT',
  int: 'INTEGER',
  big_int: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  var_char: 'VARCHAR',
  text: 'VARCHAR',
  string: 'VARCHAR',
  date: 'DATE',
  var_binary: 'BLOB',
  json: 'JSON',
}

/** DuckDB's type for the target of a CAST (the parser's tree of an Athena type). */
export function duckTypeOfCast(type: Node): string {
  const name = type.text('data_type')
  const known = [
    'data_type',
    'length',
    'precision',
    'scale',
    'timezone',
    'element_type',
    'key_type',
    'value_type',
    'fields',
    'nested',
    'dimension',
    'real_spelling',
    'name',
  ]
  type.only(...known)
  const part = (field: string) => {
    const inner = type.record(field)
    if (inner === undefined) throw unsupported(`The type ${name} without its parts`)
    return duckTypeOfCast(inner)
  }
  if (name === 'decimal') return `DECIMAL(${type.number('precision') ?? 38},${type.number('scale') ?? 0})`
  if (name === 'timestamp') return type.flag('timezone') ? 'TIMESTAMPTZ' : 'TIMESTAMP'
  if (name === 'time' && !type.flag('timezone')) return 'TIME'
  if (name === 'array') return `${part('element_type')}[]`
  if (name === 'map') return `MAP(${part('key_type')}, ${part('value_type')})`
  if (name === 'struct') {
    const fields = type.records('fields').map(field => {
      const inner = field.record('data_type')
      if (inner === undefined) throw unsupported('A ROW type with a field without a type')
      return `${identifier((field.text('name') ?? '').replace(/^"(.*)"$/s, '$1'))} ${duckTypeOfCast(inner)}`
    })
    return `STRUCT(${fields.join(', ')})`
  }
  const found = scalarsOfAthena[name ?? '']
  if (found === undefined)
    throw unsupported(`The type ${(type.text('name') ?? name ?? '').replaceAll('_', ' ').toUpperCase()}`)
  return found
}
