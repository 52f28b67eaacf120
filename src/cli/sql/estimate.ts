/**
 * What a SELECT will read at most: the bytes of the objects under the locations of its tables, of the partitions that its
 * WHERE leaves over. Asked of Glue and S3 as anybody would; of Parquet the engine then reads less, only the columns it needs.
 */
import { parse } from '../../analyze/engine/process/parser.ts'
import { references } from '../../analyze/sql/references.ts'
import { statementOf, translate } from '../../analyze/sql/translate.ts'
import { typeOfHive } from '../../analyze/sql/typing/names.ts'
import { type Call, type CallOptions, getFromS3 } from '../calls.ts'
import type { ServerFile } from '../server-file.ts'
import { partitionFilter } from './partition-filter.ts'

export interface Reading {
  /** `database.table` */
  readonly table: string
  readonly bytes: number
  readonly objects: number
  readonly partitions?: { readonly read: number; readonly all: number; readonly columns: readonly string[] }
}

interface GlueColumn {
  readonly Name: string
  readonly Type?: string
}

interface GlueTable {
  readonly Name: string
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
  const node = statementOf(parse(sql))
  const tables = new Map<string, GlueTable>()
  const keyOf = (database: string, name: string) => JSON.stringify([database, name])
  for (const { database, name } of references(node.tree, defaultDatabase)) {
    const { Table } = await lake.glue<{ Table: GlueTable }>('GetTable', { DatabaseName: database, Name: name })
    tables.set(keyOf(database, name), Table)
  }
  const columnsOf = ({ database, name }: { database: string; name: string }) => {
    const table = tables.get(keyOf(database, name))
    const columns = [...(table?.StorageDescriptor?.Columns ?? []), ...(table?.PartitionKeys ?? [])]
    return columns.map(({ Name, Type = 'string' }) => ({ name: Name.toLowerCase(), type: typeOfHive(Type) }))
  }
  const { statement } = translate(node, { defaultDatabase, now: lake.options.now(), text: sql, tables: columnsOf })
  const readings: Reading[] = []
  for (const { reference, alias, conditions } of statement.scans) {
    const { database, name } = reference
    const table = tables.get(keyOf(database, name))
    const shown = `${database}.${name}`
    const columns = (table?.PartitionKeys ?? []).map(key => key.Name.toLowerCase())
    const location = table?.StorageDescriptor?.Location ?? ''
    if (columns.length === 0) {
      readings.push({ table: shown, ...(await sizeUnder(lake, [location])) })
      continue
    }
    const all = await locations(lake, database, name, '')
    const filter = partitionFilter(conditions, alias, columns)
    const read = filter === '' ? all : await locations(lake, database, name, filter)
    const partitions = { read: read.length, all: all.length, columns }
    readings.push({ table: shown, partitions, ...(await sizeUnder(lake, read)) })
  }
  return readings
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
