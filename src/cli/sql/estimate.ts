/**
 * What a SELECT will read at most: the bytes of the objects under the locations of its tables, also of those that its views
 * name, of the partitions that its WHERE leaves over. Asked of Glue and S3 as anybody would; of Parquet the engine then reads
 * less, only the columns it needs. Partitions that are projected are not made here: of them nothing is told.
 */
import { tableOf } from '../../analyze/athena/scan.ts'
import { viewOf } from '../../analyze/athena/views.ts'
import { Described } from '../../analyze/engine/process/described.ts'
import { parse } from '../../analyze/engine/process/parser.ts'
import type { TableDescription } from '../../analyze/engine/protocol.ts'
import type { TableReference } from '../../analyze/engine/request.ts'
import { hiddenColumns } from '../../analyze/sql/hidden-columns.ts'
import { mentions } from '../../analyze/sql/prune.ts'
import { statementOf, translate } from '../../analyze/sql/translate.ts'
import { type Call, type CallOptions, getFromS3 } from '../calls.ts'
import type { ServerFile } from '../server-file.ts'
import { partitionFilter } from './partition-filter.ts'

export interface Reading {
  /** `database.table` */
  readonly table: string
  /** Absent where it is not known: its partitions are projected. */
  readonly size?: { readonly bytes: number; readonly objects: number }
  readonly partitions?: {
    readonly read: number
    readonly all: number
    readonly columns: readonly string[]
    /** The WHERE speaks of `"$partition"` or `"$path"`, which Glue is not asked about. */
    readonly mayBeFewer: boolean
  }
}

interface GlueColumn {
  readonly Name: string
  readonly Type?: string
}

interface GlueTable {
  readonly TableType?: string
  readonly ViewOriginalText?: string
  readonly Parameters?: Readonly<Record<string, string>>
  readonly StorageDescriptor?: { readonly Location?: string; readonly Columns?: readonly GlueColumn[] }
  readonly PartitionKeys?: readonly GlueColumn[]
}

interface PartitionPage {
  readonly Partitions: readonly { readonly StorageDescriptor?: { readonly Location?: string } }[]
  readonly NextToken?: string
}

interface Lake {
  readonly server: ServerFile
  readonly glue: Call
  readonly options: CallOptions
}

/** One entry a mention of a table; throws what stands in the way of telling. */
export async function estimate(lake: Lake, sql: string, defaultDatabase: string): Promise<readonly Reading[]> {
  const node = statementOf(await parse(sql))
  const tables = new Map<string, GlueTable>()
  const described = await Described.ask(node.tree, defaultDatabase, async ({ references }) => {
    const found: TableDescription[] = []
    for (const reference of references) {
      const { database, name } = tableOf(reference)
      const { Table } = await lake.glue<{ Table: GlueTable }>('GetTable', { DatabaseName: database, Name: name })
      tables.set(keyOf(reference), Table)
      found.push(descriptionOf(reference, Table))
    }
    return found
  })
  const { statement } = translate(node, {
    ...{ defaultDatabase, now: lake.options.now(), text: described.textWith(sql) },
    tables: reference => described.columnsOf(reference),
    views: reference => described.viewOf(reference),
  })
  const readings: Reading[] = []
  for (const { reference, alias, conditions } of statement.scans) {
    const { database, name } = reference
    const table = tables.get(keyOf(reference))
    // A list of partitions comes from the catalog.
    if (tableOf(reference).name !== name) continue
    const shown = `${database}.${name}`
    const columns = (table?.PartitionKeys ?? []).map(key => key.Name.toLowerCase())
    const location = table?.StorageDescriptor?.Location ?? ''
    if (isProjected(table)) readings.push({ table: shown })
    else if (columns.length === 0) readings.push({ table: shown, size: await sizeUnder(lake, [location]) })
    else {
      const all = await locations(lake, database, name, '')
      const filter = partitionFilter(conditions, alias, columns)
      const read = filter === '' ? all : await locations(lake, database, name, filter)
      const mayBeFewer = conditions.some(one => hiddenColumns.some(hidden => mentions(one, hidden.name)))
      const partitions = { read: read.length, all: all.length, columns, mayBeFewer }
      readings.push({ table: shown, partitions, size: await sizeUnder(lake, read) })
    }
  }
  return readings
}

const keyOf = ({ database, name }: TableReference) => JSON.stringify([database, name])

const isProjected = (table: GlueTable | undefined): boolean =>
  table?.Parameters?.['projection.enabled']?.trim().toLowerCase() === 'true'

function descriptionOf(reference: TableReference, table: GlueTable): TableDescription {
  const columnOf = ({ Name, Type = 'string' }: GlueColumn) => ({ name: Name, type: Type })
  const isList = tableOf(reference).name !== reference.name
  const { ViewOriginalText: viewOriginalText = '' } = table
  return {
    ...{ database: reference.database, name: reference.name, format: 'parquet' },
    columns: isList ? [] : (table.StorageDescriptor?.Columns ?? []).map(columnOf),
    partitionColumns: (table.PartitionKeys ?? []).map(columnOf),
    partitions: [],
    ...(isList && { isPartitionList: true }),
    ...(table.TableType === 'VIRTUAL_VIEW' && { view: viewOf({ ...reference, viewOriginalText }) }),
  }
}

async function locations(lake: Lake, database: string, table: string, filter: string): Promise<readonly string[]> {
  const found: string[] = []
  const asked = { DatabaseName: database, TableName: table, ...(filter !== '' && { Expression: filter }) }
  for (let token: string | undefined; ; ) {
    const page: PartitionPage = await lake.glue('GetPartitions', { ...asked, ...(token && { NextToken: token }) })
    for (const { StorageDescriptor } of page.Partitions) found.push(StorageDescriptor?.Location ?? '')
    token = page.NextToken
    if (token === undefined) return found
  }
}

async function sizeUnder(lake: Lake, all: readonly string[]): Promise<{ bytes: number; objects: number }> {
  let [bytes, objects] = [0, 0]
  for (const location of new Set(all)) {
    const [, bucket, key = ''] = /^s3[an]?:\/\/([^/]+)\/?(.*)$/s.exec(location) ?? []
    if (bucket === undefined) continue
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
    for await (const object of objectsUnder(lake, bucket, prefix)) {
      if (object.bytes === 0 || isHidden(object.key.slice(prefix.length))) continue
      bytes += object.bytes
      objects += 1
    }
  }
  return { bytes, objects }
}

/** As Athena: what begins with `_` or `.` is no data. */
const isHidden = (path: string): boolean => path.split('/').some(part => /^[_.]/.test(part))

async function* objectsUnder({ server, options }: Lake, bucket: string, prefix: string) {
  for (let token = ''; ; ) {
    const query = {
      ...(token !== '' && { 'continuation-token': token }),
      'encoding-type': 'url',
      'list-type': '2',
      prefix,
    }
    const text = await getFromS3(server, `/${bucket}`, query, options)
    for (const [, content = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs))
      yield {
        key: decodeURIComponent(within(content, 'Key').replaceAll('+', ' ')),
        bytes: Number(within(content, 'Size')),
      }
    if (within(text, 'IsTruncated') !== 'true') return
    token = within(text, 'NextContinuationToken')
  }
}

const within = (text: string, name: string): string =>
  (new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '').replaceAll('&amp;', '&')
