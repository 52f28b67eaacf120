// From the tables that a statement names to the views it runs on: ask what they are, prune their partitions by the
// statement's own conditions, ask for the files of the survivors, confine the session to these files.

import { partitionConditions, refuseMismatch } from '../../sql/prune.ts'
import type { Scan, Statement } from '../../sql/statement.ts'
import { identifier } from '../../sql/text.ts'
import { EngineFault } from '../fault.ts'
import type { Ask, TableDescription } from '../protocol.ts'
import type { ScanFile } from '../request.ts'
import { createView, partitionValue } from './scan.ts'
import type { Session } from './session.ts'

export interface Plan {
  /** Files that are read in pieces, so that the bytes are to be measured. */
  readonly measured: readonly ScanFile[]
  /** Bytes of files in formats that are always read whole. */
  readonly wholeBytes: number
  readonly partitionsRead: Readonly<Record<string, number>>
}

export interface PlanOptions {
  readonly session: Session
  readonly statement: Statement
  readonly ask: Ask
  readonly directory: string
  /** Files that the session must read besides those of tables. */
  readonly paths?: readonly string[]
}

export async function planScans({ session, statement, ask, directory, paths = [] }: PlanOptions): Promise<Plan> {
  const tables = await describeTables(statement, ask)
  const planned: { scan: Scan; table: TableDescription; files: readonly ScanFile[] }[] = []
  const partitionsRead: Record<string, number> = {}
  for (const { scan, table, index } of tables) {
    refuseMismatch(scan, [...table.columns, ...table.partitionColumns])
    const survivors = await survivingPartitions(session, scan, table, statement)
    const unpartitioned = table.partitionColumns.length === 0
    const files =
      unpartitioned || survivors.length > 0 ? await ask({ name: 'files', table: index, partitions: survivors }) : []
    const name = `${table.database}.${table.name}`
    partitionsRead[name] = Math.max(partitionsRead[name] ?? 0, unpartitioned ? 0 : survivors.length)
    planned.push({ scan, table, files })
  }
  const all = planned.flatMap(({ files }) => files)
  // What is measured is logged by DuckDB itself; what it opens before this line is nobody's data.
  await session.run("CALL enable_logging('FileSystem', level = 'trace')")
  await session.confine([...paths, ...all.map(file => file.file)], directory)
  for (const { scan, table, files } of planned) {
    await createView(session, { view: scan.view, table, files, hiddenColumns: statement.hiddenColumns })
  }
  const whole = planned.filter(({ table }) => table.format !== 'parquet').flatMap(({ files }) => files)
  return {
    measured: planned.filter(({ table }) => table.format === 'parquet').flatMap(({ files }) => files),
    wholeBytes: whole.reduce((sum, file) => sum + file.bytes, 0),
    partitionsRead,
  }
}

async function describeTables(
  statement: Statement,
  ask: Ask,
): Promise<readonly { readonly scan: Scan; readonly table: TableDescription; readonly index: number }[]> {
  const references = [...new Map(statement.scans.map(scan => [keyOf(scan), scan.reference])).values()]
  if (references.length === 0) return []
  const found = await ask({ name: 'tables', references })
  const order = new Map(
    references.map((reference, index) => [JSON.stringify([reference.database, reference.name]), index]),
  )
  return statement.scans.map(scan => {
    const index = order.get(keyOf(scan)) ?? -1
    const table = found[index]
    if (table === undefined)
      throw new EngineFault(
        'semantic',
        `TABLE_NOT_FOUND: Table '${scan.reference.database}.${scan.reference.name}' does not exist`,
      )
    return { scan, table, index }
  })
}

function keyOf(scan: Scan): string {
  return JSON.stringify([scan.reference.database, scan.reference.name])
}

/** DuckDB itself evaluates the conditions over the partitions' values: one meaning, no second interpreter. */
async function survivingPartitions(
  session: Session,
  scan: Scan,
  table: TableDescription,
  statement: Statement,
): Promise<readonly number[]> {
  const everything = table.partitions.map((_, index) => index)
  if (table.partitionColumns.length === 0 || everything.length === 0) return everything
  const conditions = partitionConditions(scan, table.partitionColumns, statement)
  if (conditions.length === 0) return everything
  const rows = table.partitions.map(
    (partition, index) =>
      `(${[String(index), ...table.partitionColumns.map((column, at) => partitionValue(partition.values[at], column))].join(', ')})`,
  )
  const names = ['athena_partition', ...table.partitionColumns.map(column => column.name)].map(identifier).join(', ')
  const values = `(VALUES ${rows.join(', ')}) AS ${identifier(scan.alias)}(${names})`
  try {
    const found = await session.rows(
      `SELECT athena_partition FROM ${values} WHERE ${conditions.join(' AND ')} ORDER BY 1`,
    )
    return found.map(row => Number(row[0]))
  } catch {
    // A condition that cannot be evaluated over the values prunes nothing: the statement itself will say what is wrong.
    return everything
  }
}

/** Bytes that were really read of these files, as DuckDB's own file system logged them. */
export async function bytesRead(session: Session, files: readonly ScanFile[]): Promise<number> {
  if (files.length === 0) return 0
  // The library's own view that parses these messages takes five times as long.
  const rows = await session.rows(
    `SELECT json_extract_string(message, '$.path'), CAST(sum(CAST(json_extract_string(message, '$.bytes') AS BIGINT)) AS BIGINT)
     FROM duckdb_logs() WHERE type = 'FileSystem' AND json_extract_string(message, '$.op') = 'READ' GROUP BY 1`,
  )
  const known = new Set(files.map(file => file.file))
  return rows.reduce((sum, [path, bytes]) => (known.has(String(path)) ? sum + Number(bytes) : sum), 0)
}
