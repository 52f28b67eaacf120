/**
 * Databases and tables of the Glue catalog as Athena shows them.
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html
 */
import { type Call, operation } from '../../../gateway/operation.ts'
import { list, optional, string, structure, timestamp } from '../../../gateway/shape.ts'
import type { Athena } from '../athena.ts'
import { Caller } from '../caller.ts'
import { MetadataException } from '../faults.ts'
import { namePattern } from '../name-pattern.ts'
import type { Catalog, Scope } from '../needs.ts'
import * as shape from './shapes.ts'

type Database = NonNullable<ReturnType<Catalog['database']>>
type Table = NonNullable<ReturnType<Catalog['table']>>

const workGroup = optional(shape.workGroupName)
const database = structure({
  Name: shape.name,
  Description: optional(shape.description),
  Parameters: optional(shape.parameters),
})
const text = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*'
const columns = list(
  structure({
    Name: shape.name,
    Type: optional(string({ min: 0, max: 4096, pattern: text })),
    Comment: optional(string({ min: 0, max: 255, pattern: text })),
  }),
)
const tableMetadata = structure({
  Name: shape.name,
  CreateTime: optional(timestamp()),
  LastAccessTime: optional(timestamp()),
  TableType: optional(string({ max: 255 })),
  Columns: optional(columns),
  PartitionKeys: optional(columns),
  Parameters: optional(shape.parameters),
})

const inCatalog = (input: { readonly CatalogName: string }, scope: Scope) =>
  shape.dataCatalogArn(scope, input.CatalogName)

export const GetDatabase = operation({
  input: { CatalogName: shape.catalogName, DatabaseName: shape.name, WorkGroup: workGroup },
  output: { Database: optional(database) },
  resource: inCatalog,
  handle(athena: Athena, { CatalogName, DatabaseName }, call) {
    athena.dataCatalogs.demandOwn(call, CatalogName)
    demand(asked(athena, call).refusalOfDatabase('glue:GetDatabase', DatabaseName))
    return { Database: databaseOf(existing(athena, call, DatabaseName)) }
  },
})

export const ListDatabases = operation({
  input: {
    CatalogName: shape.catalogName,
    NextToken: optional(shape.token),
    MaxResults: optional(shape.pageSize(50)),
    WorkGroup: workGroup,
  },
  output: { DatabaseList: optional(list(database)), NextToken: optional(shape.token) },
  resource: inCatalog,
  handle(athena: Athena, { CatalogName, NextToken, MaxResults = 50 }, call) {
    athena.dataCatalogs.demandOwn(call, CatalogName)
    demand(asked(athena, call).refusalOfDatabase('glue:GetDatabases', '*'))
    const [after] = NextToken === undefined ? [''] : shape.readToken<[string]>(NextToken, 'string')
    const found = athena.catalog.databases(call).filter(({ name }) => name > after)
    const page = found.slice(0, MaxResults)
    const last = page.at(-1)
    return {
      DatabaseList: page.map(databaseOf),
      NextToken: found.length > page.length && last ? shape.writeToken(last.name) : undefined,
    }
  },
})

export const GetTableMetadata = operation({
  input: { CatalogName: shape.catalogName, DatabaseName: shape.name, TableName: shape.name, WorkGroup: workGroup },
  output: { TableMetadata: optional(tableMetadata) },
  resource: inCatalog,
  handle(athena: Athena, { CatalogName, DatabaseName, TableName }, call) {
    athena.dataCatalogs.demandOwn(call, CatalogName)
    demand(asked(athena, call).refusalOfTable('glue:GetTable', DatabaseName, TableName))
    existing(athena, call, DatabaseName)
    const table = athena.catalog.table(call, DatabaseName, TableName)
    if (!table) throw new MetadataException(`EntityNotFoundException: Table ${TableName} not found.`)
    return { TableMetadata: tableOf(table) }
  },
})

export const ListTableMetadata = operation({
  input: {
    CatalogName: shape.catalogName,
    DatabaseName: shape.name,
    Expression: optional(string({ min: 0, max: 256 })),
    NextToken: optional(shape.token),
    MaxResults: optional(shape.pageSize(50)),
    WorkGroup: workGroup,
  },
  output: { TableMetadataList: optional(list(tableMetadata)), NextToken: optional(shape.token) },
  resource: inCatalog,
  handle(athena: Athena, { CatalogName, DatabaseName, Expression, NextToken, MaxResults = 50 }, call) {
    athena.dataCatalogs.demandOwn(call, CatalogName)
    demand(asked(athena, call).refusalOfTable('glue:GetTables', DatabaseName, '*'))
    existing(athena, call, DatabaseName)
    const [start] = NextToken === undefined ? [''] : shape.readToken<[string]>(NextToken, 'string')
    const wanted = Expression ? namePattern(Expression) : () => true
    const found: Table[] = []
    for (let after = start; found.length <= MaxResults; ) {
      const tables = athena.catalog.tablesAfter(call, DatabaseName, after, MaxResults + 1)
      found.push(...tables.filter(table => wanted(table.name)))
      const last = tables.at(-1)
      if (!last || tables.length <= MaxResults) break
      after = last.name
    }
    const listed = found.slice(0, MaxResults)
    const last = listed.at(-1)
    return {
      TableMetadataList: listed.map(tableOf),
      NextToken: found.length > listed.length && last ? shape.writeToken(last.name) : undefined,
    }
  },
})

const asked = (athena: Athena, call: Call) => new Caller(call, call.principal, athena.permits)

/** As in AWS, what Glue refuses is no refusal of Athena's. */
function demand(refusal: string | undefined): void {
  if (refusal !== undefined) throw new MetadataException(refusal)
}

function existing(athena: Athena, scope: Scope, name: string): Database {
  const found = athena.catalog.database(scope, name)
  if (!found) throw new MetadataException(`EntityNotFoundException: Database ${name} not found.`)
  return found
}

const databaseOf = ({ name, description, parameters }: Database) => ({
  Name: name,
  Description: description || undefined,
  Parameters: parameters,
})

const tableOf = (table: Table) => ({
  Name: table.name,
  CreateTime: table.createdAt,
  LastAccessTime: table.lastAccessAt,
  TableType: table.tableType,
  Columns: table.columns.map(columnOf),
  PartitionKeys: table.partitionKeys.map(columnOf),
  Parameters: parametersOf(table),
})

/** The table's own, and how its files are read: drivers look for these here, since there is no other place for them. */
function parametersOf({ parameters, description, location, inputFormat, outputFormat, serde }: Table) {
  const storage = {
    comment: description,
    inputformat: inputFormat,
    location: location.replace(/(?<=[^/])\/+$/, ''),
    outputformat: outputFormat,
    'serde.serialization.lib': serde.library,
  }
  const told = Object.entries(storage).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const ofSerde = Object.entries(serde.parameters).map(([key, value]) => [`serde.param.${key}`, value])
  return { ...Object.fromEntries([...told, ...ofSerde]), ...parameters }
}

const columnOf = ({ name, type, comment }: { name: string; type?: string; comment?: string | undefined }) => ({
  Name: name,
  Type: type,
  Comment: comment,
})
