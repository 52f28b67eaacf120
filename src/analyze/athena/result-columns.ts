/**
 * What is told about a result's columns, in GetQueryResults and in the `.metadata` object beside the result.
 *
 *     .metadata is a protocol-buffers message as Athena writes it (drivers such as io.burt:athena-jdbc read it):
 *     1 query, 2 what wrote (INSERT …): text; 3 rows that were written: varint
 *     4 (repeated): column { 1 catalog, 2 schema, 3 table, 4 name, 5 label, 6 type: text; 7 precision, 8 scale,
 *                            9 nullable (1 not null, 2 nullable, 3 unknown), 10 case sensitive: varint }
 */
/** Of a statement that writes. */
interface Update {
  readonly type: string | undefined
  readonly count: number
}

export interface ColumnInfo {
  readonly catalog: string
  readonly name: string
  readonly type: string
  readonly precision: number
  readonly scale: number
  readonly caseSensitive: boolean
}

const precisions: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  real: 17,
  float: 17,
  double: 17,
  varchar: 2147483647,
  char: 2147483647,
  varbinary: 1073741824,
  timestamp: 3,
  'timestamp with time zone': 3,
  time: 3,
  'time with time zone': 3,
}

/** From a type as the engine names it: `decimal(10,2)`, `array(bigint)`, `varchar(5)`. */
export function queryColumn(name: string, engineType: string): ColumnInfo {
  const [, base = engineType, inner] = /^([a-z][a-z ]*?)\s*(?:\((.*)\).*)?$/s.exec(engineType) ?? []
  const zoned = engineType.endsWith('with time zone')
  const type = base === 'timestamp' && zoned ? 'timestamp with time zone' : base === 'real' ? 'float' : base
  const sizes = inner !== undefined && /^[\d, ]+$/.test(inner) ? inner.split(',').map(Number) : []
  return {
    catalog: 'hive',
    name,
    type,
    precision: sizes[0] ?? precisions[type] ?? 0,
    scale: type === 'decimal' ? (sizes[1] ?? 0) : 0,
    caseSensitive: type === 'varchar' || type === 'char',
  }
}

/** What the catalog's statements answer with. */
export const textColumn = (name: string, type: 'string' | 'varchar' = 'string'): ColumnInfo => ({
  catalog: 'hive',
  name,
  type,
  precision: 0,
  scale: 0,
  caseSensitive: false,
})

export function metadataBytes(
  columns: readonly ColumnInfo[],
  { id, update }: { readonly id: string; readonly update?: Update | undefined },
): Uint8Array {
  return Buffer.concat([
    textField(1, id),
    ...(update?.type === undefined ? [] : [textField(2, update.type)]),
    ...(update === undefined ? [] : [numberField(3, update.count)]),
    ...columns.map(column => {
      const [hasPrecision, hasScale, hasCase] = told(column.type)
      const fields = Buffer.concat([
        textField(1, column.catalog),
        textField(4, column.name),
        textField(5, column.name),
        textField(6, column.type),
        ...(hasPrecision ? [numberField(7, column.precision)] : []),
        ...(hasScale ? [numberField(8, column.scale)] : []),
        numberField(9, 3),
        ...(hasCase ? [numberField(10, Number(column.caseSensitive))] : []),
      ])
      return Buffer.concat([varint((4 << 3) | 2), varint(fields.length), fields])
    }),
  ])
}

/** Whether precision, scale and case belong to a type, 0 and false among their values. */
function told(type: string): readonly [boolean, boolean, boolean] {
  if (type === 'boolean' || type.startsWith('interval ')) return [false, false, true]
  if (type === 'date') return [false, true, true]
  const isSized = Object.hasOwn(precisions, type) || type === 'decimal'
  return [isSized, isSized, isSized]
}

function textField(number: number, text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
}

const numberField = (number: number, value: number): Buffer => Buffer.concat([varint(number << 3), varint(value)])

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}
