/**
 * What is told about a result's columns, in GetQueryResults and in the `.metadata` object beside the result.
 *
 *     .metadata is a protocol-buffers message as Athena writes it (drivers such as io.burt:athena-jdbc read it):
 *     4 (repeated): column { 1 catalog, 2 schema, 3 table, 4 name, 5 label, 6 type: text; 7 precision, 8 scale,
 *                            9 nullable (1 not null, 2 nullable, 3 unknown), 10 case sensitive: varint }
 */
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
export const textColumn = (name: string): ColumnInfo => ({
  catalog: 'hive',
  name,
  type: 'string',
  precision: 0,
  scale: 0,
  caseSensitive: false,
})

export function metadataBytes(columns: readonly ColumnInfo[]): Uint8Array {
  return Buffer.concat(
    columns.map(column => {
      const fields = Buffer.concat([
        textField(1, column.catalog),
        textField(4, column.name),
        textField(5, column.name),
        textField(6, column.type),
        numberField(7, column.precision),
        numberField(8, column.scale),
        numberField(9, 3),
        numberField(10, Number(column.caseSensitive)),
      ])
      return Buffer.concat([varint((4 << 3) | 2), varint(fields.length), fields])
    }),
  )
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
