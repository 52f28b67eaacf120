// Writing a result in buckets: the rows of each partition are parted by Hive's hash of some columns, a file for each bucket
// that has rows. DuckDB writes a file a thread where it parts rows itself, so the rows are gathered first and each file is
// a COPY of its own.
// https://docs.aws.amazon.com/athena/latest/ug/ctas-partitioning-and-bucketing.html

import type { Column as Returned } from '../../sql/scope.ts'
import { identifier, literal } from '../../sql/text.ts'
import { nameOf, type Type } from '../../sql/typing/type.ts'
import { EngineFault } from '../fault.ts'
import type { Buckets, WrittenFile } from '../request.ts'
import {
  checkedColumns,
  copyOptions,
  describedColumns,
  extensionOf,
  type NamedColumn,
  type Output,
  type OutputPlan,
  textFiles,
  valuesOf,
  writtenFile,
} from './output.ts'
import type { Session } from './session.ts'

/** https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html */
const writersMax = 100

export async function writeBuckets(
  session: Session,
  { sql, columns: returned }: { readonly sql: string; readonly columns: readonly Returned[] },
  { buckets, ...plan }: OutputPlan & { readonly buckets: Buckets },
): Promise<Output> {
  await session.plan(sql)
  const columns = checkedColumns(returned, plan)
  const inner = columns.map((_, index) => `c${index}`)
  const hashed = bucketOf(columns, plan.partitionedBy, buckets)
  await session.run(
    `CREATE OR REPLACE TEMP TABLE athena_buckets AS SELECT *, ${hashed} AS athena_bucket FROM (${sql}) AS athena_output(${inner.join(', ')})`,
  )
  const keys = plan.partitionedBy.map(name => `c${columns.findIndex(column => column.name === name)}`)
  const parts = await session.rows(
    `SELECT DISTINCT ${[...keys.flatMap(key => [key, `CAST(${key} AS VARCHAR)`]), 'athena_bucket'].join(', ')} FROM athena_buckets ORDER BY ALL LIMIT ${writersMax + 1}`,
  )
  if (parts.length > writersMax)
    throw new EngineFault(
      'semantic',
      `HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of ${writersMax} open writers for partitions/buckets`,
    )
  const extension = extensionOf(plan)
  const values = valuesOf(columns, { ...plan, partitionedBy: [] }).filter(
    (_, index) => !plan.partitionedBy.includes(columns[index]?.name ?? ''),
  )
  const files: WrittenFile[] = []
  let rows = 0
  for (const [index, part] of parts.entries()) {
    const bucket = Number(part.at(-1))
    const shown = keys.map((_, place) => (part[place * 2 + 1] ?? null) as string | null)
    const same = keys.map(
      (key, place) => `CAST(${key} AS VARCHAR) IS NOT DISTINCT FROM ${textOf(shown[place] ?? null)}`,
    )
    const wanted = [`athena_bucket = ${bucket}`, ...same].join(' AND ')
    const told = await session.rows(
      `COPY (SELECT ${values.join(', ')} FROM athena_buckets WHERE ${wanted}) TO ${literal(`${plan.directory}/${index}${extension}`)} (${copyOptions({ ...plan, partitionedBy: [] })})`,
    )
    const written =
      plan.format === 'parquet'
        ? told.map(row => writtenFile(row, []))
        : await textFiles(told, { ...plan, partitionedBy: [] })
    const partition = plan.partitionedBy.map((name, place) => [name, shown[place] ?? null] as const)
    for (const file of written) {
      files.push({ ...file, partition, bucket })
      rows += file.rows ?? 0
    }
  }
  return { files, ...describedColumns(columns, plan), rows, extension }
}

const textOf = (value: string | null): string => (value === null ? 'NULL' : literal(value))

/** Hive's hashes are of 32 bits with a sign; of several columns each counts 31 times the one behind it. */
function bucketOf(columns: readonly NamedColumn[], partitionedBy: readonly string[], buckets: Buckets): string {
  const hashes = buckets.columns.map(name => {
    const index = columns.findIndex(column => column.name === name)
    const column = columns[index]
    if (column === undefined)
      throw new EngineFault('semantic', `INVALID_TABLE_PROPERTY: Bucketing columns ${name} not present in the SELECT`)
    if (partitionedBy.includes(name))
      throw new EngineFault('semantic', `INVALID_TABLE_PROPERTY: Bucketing column ${name} is a partition column`)
    return `coalesce(${hashOf(`c${index}`, column)}, 0)`
  })
  const whole = hashes.reduce((sum, hash) => `((${sum} * 31 + ${hash}) & ${low32})`)
  return `CAST((${whole} & 2147483647) % ${buckets.count} AS INTEGER)`
}

const low32 = '4294967295'

/** As a BIGINT whose lower 32 bits are the hash. */
function hashOf(value: string, { name, type }: NamedColumn): string {
  switch (kindOf(type)) {
    case 'integer':
      return `(CAST(${value} AS BIGINT) & ${low32})`
    case 'bigint':
      return `(xor(${value}, ${value} >> 32) & ${low32})`
    case 'date':
      return `(CAST(date_diff('day', DATE '1970-01-01', ${value}) AS BIGINT) & ${low32})`
    case 'text': {
      const byte = (place: string) => `CAST('0x' || substr(hex(${value}), ${place}, 2) AS BIGINT)`
      const bytes = `list_transform(range(1, 2 * strlen(${value}), 2), place -> ${byte('place')})`
      // Bytes have a sign there.
      const signed = `byte + CASE WHEN byte > 127 THEN 4294967040 ELSE 0 END`
      return `list_reduce(list_prepend(CAST(0 AS BIGINT), ${bytes}), (sum, byte) -> (sum * 31 + ${signed}) & ${low32})`
    }
    default:
      throw new EngineFault(
        'unsupported',
        `NOT_SUPPORTED: bucketed_by ${identifier(name)}, which is a ${nameOf(type)}, is not supported by this engine yet: use a column of text, whole numbers or dates`,
      )
  }
}

function kindOf(type: Type): 'integer' | 'bigint' | 'date' | 'text' | undefined {
  if (type.kind === 'varchar' || type.kind === 'char') return 'text'
  if (type.kind !== 'simple') return undefined
  if (['boolean', 'tinyint', 'smallint', 'integer'].includes(type.name)) return 'integer'
  return type.name === 'bigint' || type.name === 'date' ? type.name : undefined
}
