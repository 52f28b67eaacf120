// From the tables that a statement names to the views it runs on: ask what they are, prune their partitions by the
// statement's own conditions, ask for the files of the survivors, confine the statement to these files.

import { partitionConditions } from '../../sql/prune.ts'
import type { Scan, Statement } from '../../sql/statement.ts'
import { identifier } from '../../sql/text.ts'
import type { Ask, TableDescription } from '../protocol.ts'
import type { ScanFile } from '../request.ts'
import type { Described } from './described.ts'
import type { Confined, Place } from './place.ts'
import { partitionValue, type ScanPlan, viewStatements } from './scan.ts'
import type { Session } from './session.ts'

export interface Plan extends Confined {
  /**
   * To be run before the statement. Without asking the Parquet files what they hold, all declared columns are taken to be
   * there, which saves a small query a crossing; where one is not, the statement fails to bind and the files are asked.
   */
  views(ask: boolean): Promise<readonly string[]>
  /** Files that are read in pieces, so that the bytes are to be measured: local name to size times mentions. */
  readonly measured: ReadonlyMap<string, number>
  /** Bytes of files in formats that are always read whole. */
  readonly wholeBytes: number
  readonly partitionsRead: Readonly<Record<string, number>>
}

export interface PlanOptions {
  readonly place: Place
  /** None where there is nothing to read from tables. */
  readonly statement: Statement | undefined
  readonly described: Described
  readonly ask: Ask
}

export async function planScans({ place, statement, described, ask }: PlanOptions): Promise<Plan> {
  const tables = (statement?.scans ?? []).map(scan => ({ scan, ...described.find(scan.reference) }))
  const planned: { scan: Scan; table: TableDescription; files: readonly ScanFile[] }[] = []
  const partitionsRead: Record<string, number> = {}
  for (const { scan, table, index } of tables) {
    const survivors = statement === undefined ? [] : await survivingPartitions(place.session, scan, table, statement)
    const unpartitioned = table.partitionColumns.length === 0
    const files =
      unpartitioned || survivors.length > 0 ? await ask({ name: 'files', table: index, partitions: survivors }) : []
    const name = `${table.database}.${table.name}`
    partitionsRead[name] = Math.max(partitionsRead[name] ?? 0, unpartitioned ? 0 : survivors.length)
    planned.push({ scan, table, files })
  }
  const confined = await place.confine(planned.flatMap(({ files }) => files))
  const local = ({ file }: ScanFile) => confined.names.get(file) ?? file
  const scans: Omit<ScanPlan, 'ask'>[] = []
  const measured = new Map<string, number>()
  let wholeBytes = 0
  for (const { scan, table, files: asked } of planned) {
    const files = asked.map(file => ({ ...file, file: local(file) }))
    const hiddenColumns = statement?.hiddenColumns ?? false
    scans.push({ view: scan.view, table, files, hiddenColumns })
    if (table.format === 'parquet')
      for (const { file, bytes } of files) measured.set(file, (measured.get(file) ?? 0) + bytes)
    else wholeBytes += files.reduce((sum, file) => sum + file.bytes, 0)
  }
  const views = async (ask: boolean) => {
    const statements: string[] = []
    for (const scan of scans) statements.push(...(await viewStatements(confined.session, { ...scan, ask })))
    return statements
  }
  return { ...confined, views, measured, wholeBytes, partitionsRead }
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
