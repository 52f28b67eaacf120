/**
 * Whether the columns that a partition was declared with are the table's, which may have changed since: a partition keeps its own.
 * https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html
 */

import type { Column } from '../../catalog/glue/table.ts'
import { typeOfHive } from '../sql/typing/names.ts'
import { nameOf, type Type } from '../sql/typing/type.ts'

interface Mismatch {
  readonly table: Column
  readonly partition: Column
}

/** Columns of Parquet are the same by their names, those of text by their places. */
export function mismatchOf(
  table: readonly Column[],
  partition: readonly Column[],
  areNamed: boolean,
): Mismatch | undefined {
  const byName = new Map(partition.map(column => [column.name, column]))
  for (const [place, column] of table.entries()) {
    const other = areNamed ? byName.get(column.name) : partition[place]
    if (other !== undefined && !isCoerced(other.type, column.type)) return { table: column, partition: other }
  }
  return undefined
}

export const mismatchText = ({ table, partition }: Mismatch, tableName: string, partitionName: string): string =>
  'HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and partition schemas. The types are incompatible and ' +
  `cannot be coerced. The column '${table.name}' in table '${tableName}' is declared as type '${table.type}', but partition ` +
  `'${partitionName}' declared column '${partition.name}' as type '${partition.type}'.`

function isCoerced(from = 'string', to = 'string'): boolean {
  if (from.toLowerCase() === to.toLowerCase()) return true
  try {
    return turnsInto(typeOfHive(from), typeOfHive(to))
  } catch {
    // Of a type that cannot be read here, which the reading itself will say.
    return true
  }
}

const wider: Readonly<Record<string, readonly string[]>> = {
  tinyint: ['smallint', 'integer', 'bigint', 'real', 'double'],
  smallint: ['integer', 'bigint', 'real', 'double'],
  integer: ['bigint', 'real', 'double'],
  bigint: ['real', 'double'],
  real: ['double'],
  double: ['real'],
}

/** As in Hive: numbers become wider ones and texts, texts numbers, and what is made of others does by its parts. */
function turnsInto(from: Type, to: Type): boolean {
  if (nameOf(from) === nameOf(to)) return true
  if (from.kind === 'array' && to.kind === 'array') return turnsInto(from.of, to.of)
  if (from.kind === 'map' && to.kind === 'map') return turnsInto(from.key, to.key) && turnsInto(from.value, to.value)
  if (from.kind === 'row' && to.kind === 'row')
    return to.fields.every((field, place) => {
      const other = from.fields[place]
      return other === undefined || turnsInto(other.type, field.type)
    })
  const [isText, becomesText] = [from, to].map(({ kind }) => kind === 'varchar' || kind === 'char')
  const [isPlain, becomesPlain] = [from, to].map(({ kind }) => ['simple', 'decimal', 'timestamp'].includes(kind))
  if (isText) return becomesText || becomesPlain === true
  if (becomesText) return isPlain === true
  if (from.kind === 'decimal') return to.kind === 'decimal' || (to.kind === 'simple' && to.name in wider)
  if (from.kind !== 'simple') return false
  if (to.kind === 'decimal') return from.name in wider
  return to.kind === 'simple' && wider[from.name]?.includes(to.name) === true
}
