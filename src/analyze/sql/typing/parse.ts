// A type from its name, as Athena writes it: `decimal(10,2)`, `row(a integer, b array(varchar))`, `timestamp(3) with time zone`.
import { type Field, instant, type SimpleName, type Type } from './type.ts'

const simples: Readonly<Record<string, SimpleName>> = {
  boolean: 'boolean',
  tinyint: 'tinyint',
  smallint: 'smallint',
  integer: 'integer',
  int: 'integer',
  bigint: 'bigint',
  real: 'real',
  float: 'real',
  double: 'double',
  date: 'date',
  varbinary: 'varbinary',
  json: 'json',
  uuid: 'uuid',
  ipaddress: 'ipaddress',
  'interval day to second': 'interval day to second',
  'interval year to month': 'interval year to month',
  unknown: 'unknown',
  hyperloglog: 'HyperLogLog',
  tdigest: 'tdigest',
  'qdigest(bigint)': 'qdigest(bigint)',
  'qdigest(double)': 'qdigest(double)',
  'qdigest(real)': 'qdigest(real)',
  geometry: 'Geometry',
  sphericalgeography: 'SphericalGeography',
  bingtile: 'BingTile',
}

/** Throws for what is no type. */
export function parseType(text: string): Type {
  const name = text.trim().toLowerCase()
  const plain = simples[name]
  if (plain !== undefined) return { kind: 'simple', name: plain }
  const clock = /^(timestamp|time)\s*(?:\((\d+)\))?(\s+with time zone)?$/.exec(name)
  if (clock !== null) {
    const precision = Number(clock[2] ?? 3)
    if (clock[1] === 'time' && clock[3] === undefined) return { kind: 'time', precision }
    if (clock[1] === 'timestamp')
      return clock[3] === undefined ? { kind: 'timestamp', precision } : instant('UTC', precision)
  }
  const sized = /^(varchar|string|char|decimal|array|map|row)\s*(?:\((.*)\))?$/s.exec(name)
  const parts = split(sized?.[2] ?? '')
  const [first, second] = parts
  switch (sized?.[1]) {
    case 'varchar':
    case 'string':
      return first === undefined ? { kind: 'varchar' } : { kind: 'varchar', length: Number(first) }
    case 'char':
      return { kind: 'char', length: Number(first ?? 1) }
    case 'decimal':
      return { kind: 'decimal', precision: Number(first ?? 38), scale: Number(second ?? 0) }
    case 'array':
      if (first !== undefined) return { kind: 'array', of: parseType(first) }
      break
    case 'map':
      if (first !== undefined && second !== undefined)
        return { kind: 'map', key: parseType(first), value: parseType(second) }
      break
    case 'row':
      return { kind: 'row', fields: parts.map(parseField) }
  }
  throw new Error(`Unknown type: ${text}`)
}

function parseField(text: string): Field {
  const named = /^("(?:[^"]|"")*"|[a-z_][a-z0-9_]*)\s+(.+)$/s.exec(text)
  const known = /^(interval|timestamp|time)\b/.test(text)
  if (named?.[1] === undefined || named[2] === undefined || known) return { name: undefined, type: parseType(text) }
  return { name: named[1].replace(/^"|"$/g, '').replaceAll('""', '"'), type: parseType(named[2]) }
}

function split(text: string): readonly string[] {
  if (text.trim() === '') return []
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++
    else if (text[index] === ')') depth--
    else if (text[index] === ',' && depth === 0) {
      parts.push(text.slice(from, index).trim())
      from = index + 1
    }
  }
  return [...parts, text.slice(from).trim()]
}
