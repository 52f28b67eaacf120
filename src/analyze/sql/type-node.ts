// The type that a CAST names, from the parser's tree.
import { at, EngineFault, type Position } from '../engine/fault.ts'
import { type Node, unsupported } from './ast.ts'
import { instant, type SimpleName, type Type } from './typing/type.ts'

const names: Readonly<Record<string, SimpleName>> = {
  boolean: 'boolean',
  tiny_int: 'tinyint',
  small_int: 'smallint',
  int: 'integer',
  big_int: 'bigint',
  float: 'real',
  double: 'double',
  date: 'date',
  var_binary: 'varbinary',
  json: 'json',
  uuid: 'uuid',
}

const fields = [
  ...['data_type', 'length', 'precision', 'scale', 'timezone', 'element_type', 'key_type', 'value_type'],
  ...['fields', 'nested', 'dimension', 'real_spelling', 'name'],
]

/** Athena's, of which this engine has no values. */
const foreign = new Set([
  ...['hyperloglog', 'p4hyperloglog', 'setdigest', 'qdigest', 'tdigest', 'geometry', 'sphericalgeography'],
  ...['bingtile', 'color', 'kdbtree', 'jsonpath', 'joniregexp', 'function'],
])

/** `position` is the cast's: the parser keeps none of types. */
export function typeOfNode(node: Node, position?: Position): Type {
  node.only(...fields)
  const name = node.text('data_type') ?? ''
  const part = (field: string) => {
    const inner = node.record(field)
    if (inner === undefined) throw unsupported(`The type ${name} without its parts`)
    return typeOfNode(inner, position)
  }
  // Hive's names of types are no names of the query language.
  if (name === 'text' || name === 'string' || (name === 'float' && !node.flag('real_spelling')))
    throw unknownType(name, position)
  const plain = names[name]
  if (plain !== undefined) return { kind: 'simple', name: plain }
  switch (name) {
    case 'decimal':
      return decimalOf(node.number('precision') ?? 38, node.number('scale') ?? 0)
    case 'var_char': {
      const length = node.number('length')
      return { kind: 'varchar', ...(length !== undefined && { length }) }
    }
    case 'char':
      return { kind: 'char', length: node.number('length') ?? 1 }
    case 'timestamp': {
      const precision = node.number('precision') ?? 3
      return node.flag('timezone') ? instant('UTC', precision) : { kind: 'timestamp', precision }
    }
    case 'time':
      if (node.flag('timezone')) break
      return { kind: 'time', precision: node.number('precision') ?? 3 }
    case 'array':
      return { kind: 'array', of: part('element_type') }
    case 'map':
      return { kind: 'map', key: part('key_type'), value: part('value_type') }
    case 'struct':
      return { kind: 'row', fields: node.records('fields').map(field => fieldOfNode(field, position)) }
  }
  if (name === 'custom') {
    const custom = node.text('name')?.toLowerCase()
    if (custom === 'uuid' || custom === 'ipaddress') return { kind: 'simple', name: custom }
  }
  const written = node.text('name') ?? name
  const asked = written.toLowerCase()
  if (asked === 'unknown')
    throw new EngineFault('semantic', `TYPE_MISMATCH: ${at(position, 'UNKNOWN is not a valid type')}`, position)
  if (name === 'custom' && !foreign.has(asked)) throw unknownType(written, position)
  throw unsupported(`The type ${asked.replaceAll('_', ' ').toUpperCase()}`)
}

const unknownType = (name: string, position: Position | undefined): EngineFault =>
  new EngineFault('semantic', `TYPE_MISMATCH: ${at(position, `Unknown type: ${name}`)}`, position)

function decimalOf(precision: number, scale: number): Type {
  if (precision < 1 || precision > 38)
    throw new EngineFault('semantic', `TYPE_MISMATCH: DECIMAL precision must be in range [1, 38]: ${precision}`)
  if (scale > precision)
    throw new EngineFault(
      'semantic',
      `TYPE_MISMATCH: DECIMAL scale must be in range [0, precision (${precision})]: ${scale}`,
    )
  return { kind: 'decimal', precision, scale }
}

function fieldOfNode(field: Node, position: Position | undefined) {
  const inner = field.record('data_type')
  if (inner === undefined) throw unsupported('A ROW type with a field without a type')
  const written = field.text('name') ?? ''
  // In quotes it keeps its letters' case.
  const isQuoted = written.startsWith('"')
  const name = written.replace(/^"(.*)"$/s, (_, inner: string) => inner.replaceAll('""', '"'))
  return { name: name === '' ? undefined : isQuoted ? name : name.toLowerCase(), type: typeOfNode(inner, position) }
}
