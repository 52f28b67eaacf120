// From the tables that a statement names to the views it runs on: ask what they are, prune their partitions by the
// statement's own conditions, ask for the files of the survivors, confine the statement to these files.

import { partitionConditions } from '../../sql/prune.ts'
import type { Scan, Statement } from '../../sql/statement.ts'
import type { Ask, TableDescription } from '../protocol.ts'
import type { ScanFile, ScanSummary } from '../request.ts'
import type { Described } from './described.ts'
import { forgetReaders } from './line-scan.ts'
import type { Confined, Place } from './place.ts'
import { projectedPartitions } from './projected.ts'
import { type ScanPlan, viewStatements } from './scan.ts'
import type { Session } from './session.ts'
import { survivors } from './survivors.ts'

export interface Plan extends Confined {
  /** To be run before the statement. */
  views(): Promise<readonly string[]>
  /** Files that are read in pieces, so that the bytes are to be measured: local name to size times mentions. */
  readonly measured: ReadonlyMap<string, number>
  /** Bytes of files in formats that are always read whole. */
  readonly wholeBytes: number
  readonly partitionsRead: Readonly<Record<string, number>>
  readonly scans: readonly ScanSummary[]
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
  const summaries: ScanSummary[] = []
  const planned: { scan: Scan; table: TableDescription; files: readonly ScanFile[] }[] = []
  const partitionsRead: Record<string, number> = {}
  for (const { scan, ...found } of tables) {
    if (statement === undefined) continue
    const { table, question, count } = await selected(place.session, scan, found, statement)
    const files = question === undefined ? [] : await ask(question)
    const name = `${table.database}.${table.name}`
    partitionsRead[name] = Math.max(partitionsRead[name] ?? 0, count)
    planned.push({ scan, table, files })
    summaries.push({
      ...{ database: table.database, name: table.name, format: table.format },
      ...(table.partitionColumns.length > 0 && { partitions: count }),
      ...(table.partitionColumns.length > 0 && !table.projection && { partitionsMax: found.table.partitions.length }),
      files: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    })
  }
  const confined = await place.confine(planned.flatMap(({ files }) => files))
  const local = ({ file }: ScanFile) => confined.names.get(file) ?? file
  const scans: ScanPlan[] = []
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
  const views = async () => {
    forgetReaders()
    const statements: string[] = []
    for (const scan of scans) statements.push(...(await viewStatements(confined.session, scan)))
    return statements
  }
  return { ...confined, views, measured, wholeBytes, partitionsRead, scans: summaries }
}

/** What of the table is to be read: indexes of its partitions in the catalog, or the values of those it projects. */
async function selected(session: Session, scan: Scan, described: DescribedTable, statement: Statement) {
  const { table, index } = described
  if (table.partitionColumns.length === 0) return { table, question: { ...filesOf(index), partitions: [] }, count: 0 }
  if (table.projection !== undefined) {
    const projected = await projectedPartitions(session, scan, table, statement)
    const partitions = projected.map(values => ({ values }))
    return {
      table: { ...table, partitions },
      question: projected.length === 0 ? undefined : { ...filesOf(index), partitions: [], projected },
      count: projected.length,
    }
  }
  const partitions = await survivingPartitions(session, scan, table, statement)
  const question = partitions.length === 0 ? undefined : { ...filesOf(index), partitions }
  return { table, question, count: partitions.length }
}

interface DescribedTable {
  readonly table: TableDescription
  readonly index: number
}

const filesOf = (table: number) => ({ name: 'files', table }) as const

async function survivingPartitions(
  session: Session,
  scan: Scan,
  table: TableDescription,
  statement: Statement,
): Promise<readonly number[]> {
  const conditions = partitionConditions(scan, table.partitionColumns, statement)
  const rows = table.partitions.map(({ values }) => values)
  // Conditions that cannot be evaluated over the values prune nothing: the statement itself will say what is wrong.
  const found = await survivors(session, { columns: table.partitionColumns, alias: scan.alias, rows }, conditions)
  return found ?? rows.map((_, index) => index)
}
