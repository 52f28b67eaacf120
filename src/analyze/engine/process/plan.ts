// From the tables that a statement names to the relations it runs on: ask what they are, prune their partitions by the
// statement's own conditions, ask for the files of the survivors, confine the statement to these files.

import { conditionsOn } from '../../sql/prune.ts'
import type { Scan, Statement } from '../../sql/statement.ts'
import type { Translation } from '../../sql/translate.ts'
import { usedColumns } from '../../sql/used-columns.ts'
import type { Ask, TableDescription } from '../protocol.ts'
import type { Column, ScanFile, ScanSummary } from '../request.ts'
import { type Described, hiddenColumnsOf } from './described.ts'
import { hiddenValue, partitionName } from './hidden-value.ts'
import { forgetReaders } from './line-scan.ts'
import { asBytes, fileWithBrokenText, hasBrokenText, keepBroken } from './mended-parquet.ts'
import { isKnownBroken, isNotUtf8, mendedText } from './mended-text.ts'
import { hiveDefaultPartition } from './partition-value.ts'
import type { Confined, Place } from './place.ts'
import { projectedPartitions } from './projected.ts'
import type { Relations } from './relations.ts'
import { type LocalFile, type ScanPlan, type ScanQuery, scanQuery } from './scan.ts'
import type { Session } from './session.ts'
import { survivors } from './survivors.ts'
import { isToBeChecked } from './text-soundness.ts'
import { compressionOf, isOwn, type TextFile } from './text-stream.ts'
import { unpackedText } from './unpacked-text.ts'

export interface Plan extends Confined {
  /** What the statement names; where it will not run, over files that need not be what they are. */
  relations(willRun?: boolean): Promise<Relations>
  /** Writes files anew that DuckDB refused for what it said, where that can be done; then the relations are others. */
  mend(cause: unknown): Promise<boolean>
  /** Every file, as in `measured`. */
  readonly files: ReadonlyMap<string, number>
  /** Files that are read in pieces, so that the bytes are to be measured: local name to size times mentions. */
  readonly measured: ReadonlyMap<string, number>
  /** Files that DuckDB might read as others than they are. */
  readonly unchecked: readonly TextFile[]
  /** Bytes of files in formats that are always read whole. */
  readonly wholeBytes: number
  readonly partitionsRead: Readonly<Record<string, number>>
  readonly scans: readonly ScanSummary[]
}

export interface PlanOptions {
  readonly place: Place
  /** None where there is nothing to read from tables. */
  readonly translated: Translation | undefined
  readonly described: Described
  readonly ask: Ask
  /** Where nothing will run: tables are there with their columns and without rows. */
  readonly isUnread?: boolean
}

export async function planScans({ place, translated, described, ask, isUnread = false }: PlanOptions): Promise<Plan> {
  const statement = translated?.statement
  const used = usedColumns(translated?.sql ?? '', statement?.scans ?? [])
  const tables = (statement?.scans ?? []).map(scan => ({ scan, ...described.find(scan.reference) }))
  const summaries: ScanSummary[] = []
  const planned: Planned[] = []
  const partitionsRead: Record<string, number> = {}
  for (const { scan, ...found } of tables) {
    if (statement === undefined) continue
    const { table, question, count, rows } = isUnread
      ? { table: found.table, question: undefined, count: 0, rows: [] }
      : await selected(place.session, scan, found, statement)
    const hidden = hiddenColumnsOf(table).filter(({ name }) => statement.hiddenColumns.has(name))
    const listed = question === undefined || table.isPartitionList ? [] : await ask(question)
    const files = await matchingFiles(place.session, { scan, table, hidden, statement }, listed)
    const name = `${table.database}.${table.name}`
    if (!table.isPartitionList) partitionsRead[name] = Math.max(partitionsRead[name] ?? 0, count)
    planned.push({ scan, table, files, hidden, rows })
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
  const [measured, all] = [new Map<string, number>(), new Map<string, number>()]
  const texts: TextFile[] = []
  let wholeBytes = 0
  let largest = 0
  for (const { scan, table, files: asked, hidden, rows } of planned) {
    const files = asked.map((file): LocalFile => {
      const compression = (file.layout ?? table).format === 'parquet' ? 'none' : compressionOf(file.path)
      return { ...file, file: local(file), compression, blob: file.file }
    })
    const names = used.get(scan.relation)
    const columns = table.columns.flatMap((column, index) =>
      names?.has(column.name.toLowerCase()) ? [{ ...column, place: index }] : [],
    )
    scans.push({ view: scan.view, table, columns, files, hidden, ...(table.isPartitionList && { rows }) })
    for (const { file, path, bytes, compression, blob, layout } of files) {
      all.set(file, (all.get(file) ?? 0) + bytes)
      if ((layout ?? table).format !== 'parquet') {
        wholeBytes += bytes
        if (bytes > 0) texts.push({ file, path, blob, compression, bytes })
        continue
      }
      measured.set(file, (measured.get(file) ?? 0) + bytes)
      largest = Math.max(largest, bytes)
    }
  }
  let mended: ReadonlyMap<string, string> = new Map()
  let isMended = false
  const mendTexts = async (files: readonly TextFile[]) => {
    mended = await mendedText(files, confined.directory)
  }
  const parquet = scans.flatMap(({ files, table }) =>
    files.filter(({ layout, bytes }) => bytes > 0 && (layout ?? table).format === 'parquet'),
  )
  const asTheyAre = new Map<string, LocalFile>()
  const mendParquet = async (files: readonly LocalFile[]) => {
    for (const file of files) {
      if (asTheyAre.has(file.file)) continue
      const copy = await asBytes(file, `${confined.directory}/bytes-${asTheyAre.size}`)
      if (copy === undefined) return false
      keepBroken(file)
      asTheyAre.set(file.file, copy)
      // Each mention of the table reads it.
      for (const counted of [measured, all]) counted.set(copy.file, counted.get(file.file) ?? file.bytes)
    }
    return true
  }
  const mend = async (cause: unknown) => {
    if (isNotUtf8(cause)) {
      if (isMended) return false
      await mendTexts(texts)
      isMended = true
      return true
    }
    const named = fileWithBrokenText(cause)
    const found = parquet.filter(({ file }) => file === named && !asTheyAre.has(file))
    // One that has many of them is not read as often.
    return found.length > 0 && (await mendParquet(asTheyAre.size < brokenOneByOneMax ? found : parquet))
  }
  let unpacked: ReadonlyMap<string, string> | undefined
  const asMended = (file: LocalFile): LocalFile => {
    const asItIs = asTheyAre.get(file.file)
    if (asItIs !== undefined) return asItIs
    const copy = mended.get(file.file) ?? unpacked?.get(file.file)
    return copy === undefined && !isOwn(file.compression)
      ? file
      : { ...file, file: copy ?? file.file, compression: 'none' }
  }
  const known = texts.filter(isKnownBroken)
  const relations = async (willRun = true): Promise<Relations> => {
    forgetReaders()
    if (willRun) unpacked ??= await unpackedText(texts, confined.directory)
    if (willRun && known.length > 0 && mended.size === 0) await mendTexts(known)
    if (willRun) await mendParquet(parquet.filter(hasBrokenText))
    const queries: ScanQuery[] = []
    for (const scan of scans)
      queries.push(await scanQuery(confined.session, { ...scan, files: scan.files.map(asMended) }))
    return { first: measured.size === 0 ? [] : confined.session.readingFiles(largest), scans: queries }
  }
  const unchecked = texts.filter(isToBeChecked)
  const sizes = { files: all, measured, unchecked, wholeBytes }
  return { ...confined, relations, mend, ...sizes, partitionsRead, scans: summaries }
}

/** Each of them costs the statement once more. */
const brokenOneByOneMax = 3

interface Planned {
  readonly scan: Scan
  readonly table: TableDescription
  readonly files: readonly ScanFile[]
  readonly hidden: readonly Column[]
  /** Values of the partitions that are read. */
  readonly rows: readonly (readonly string[])[]
}

/** What of the table is to be read: indexes of its partitions in the catalog, or the values of those it projects. */
async function selected(session: Session, scan: Scan, described: DescribedTable, statement: Statement) {
  const { table, index } = described
  if (table.partitionColumns.length === 0)
    return { table, question: { ...filesOf(index), partitions: [] }, count: 0, rows: [] }
  if (table.projection !== undefined) {
    const projected = await projectedPartitions(session, scan, table, statement)
    const partitions = projected.map(values => ({ values }))
    return {
      table: { ...table, partitions },
      question: projected.length === 0 ? undefined : { ...filesOf(index), partitions: [], projected },
      count: projected.length,
      rows: projected,
    }
  }
  const partitions = await survivingPartitions(session, scan, table, statement)
  const question = partitions.length === 0 ? undefined : { ...filesOf(index), partitions }
  const rows = partitions.map(place => table.partitions[place]?.values ?? [])
  return { table, question, count: partitions.length, rows }
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
  const named = hiddenColumnsOf(table).filter(({ name }) => name === '$partition' && statement.hiddenColumns.has(name))
  const columns = [...table.partitionColumns, ...named]
  const rows = table.partitions.map(({ values }) =>
    named.length === 0 ? values : [...values, partitionName(table, values)],
  )
  // Conditions that cannot be evaluated over the values prune nothing: the statement itself will say what is wrong.
  const found = await survivors(session, { columns, rows }, scan, statement)
  return found ?? rows.map((_, index) => index)
}

interface Asked {
  readonly scan: Scan
  readonly table: TableDescription
  readonly hidden: readonly Column[]
  readonly statement: Statement
}

/** Without those of which a condition on their paths, sizes or times says that no row of them matters. */
async function matchingFiles(
  session: Session,
  { scan, table, hidden, statement }: Asked,
  files: readonly ScanFile[],
): Promise<readonly ScanFile[]> {
  if (hidden.length === 0 || files.length === 0) return files
  const columns = [...table.partitionColumns, ...hidden]
  if (conditionsOn(scan, columns).length === conditionsOn(scan, table.partitionColumns).length) return files
  const rows = files.map(file => [
    ...table.partitionColumns.map(
      (_, place) => table.partitions[file.partition]?.values[place] ?? hiveDefaultPartition,
    ),
    ...hidden.map(({ name }) => hiddenValue(name, file, table) ?? hiveDefaultPartition),
  ])
  const found = await survivors(session, { columns, rows }, scan, statement)
  return found?.flatMap(place => files[place] ?? []) ?? files
}
