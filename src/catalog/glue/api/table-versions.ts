// Versions of tables: what a table was before each of its changes.
import { operation } from '../../../gateway/operation.ts'
import { integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import { noSuchVersion } from '../faults.ts'
import { pageTablesMax } from '../limits.ts'
import { tableArns } from './arns.ts'
import {
  awsTable,
  catalogId,
  checkCatalog,
  errorDetail,
  name,
  pagePosition,
  pageToken,
  reported,
  table,
  versionNumber,
} from './shapes.ts'

const tableVersion = structure({ Table: optional(table), VersionId: optional(name) })

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersions.html */
export const GetTableVersions = operation({
  input: {
    CatalogId: catalogId,
    DatabaseName: name,
    TableName: name,
    NextToken: optional(string()),
    MaxResults: optional(integer({ min: 1, max: 100 })),
  },
  output: { TableVersions: optional(list(tableVersion)), NextToken: optional(string()) },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const before = input.NextToken ? versionNumber(pagePosition(input.NextToken)) : Number.POSITIVE_INFINITY
    const versions = catalog
      .tableVersions(call, input.DatabaseName, input.TableName)
      .filter(({ version }) => version < before)
    const page = versions.slice(0, input.MaxResults ?? pageTablesMax)
    return {
      TableVersions: page.map(found => ({ Table: awsTable(found), VersionId: String(found.version) })),
      NextToken: page.length < versions.length ? pageToken(String(page.at(-1)?.version)) : undefined,
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersion.html */
export const GetTableVersion = operation({
  input: { CatalogId: catalogId, DatabaseName: name, TableName: name, VersionId: optional(name) },
  output: { TableVersion: optional(tableVersion) },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const wanted = input.VersionId === undefined ? undefined : versionNumber(input.VersionId)
    const versions = catalog.tableVersions(call, input.DatabaseName, input.TableName)
    const found = versions.find(({ version }) => wanted === undefined || version === wanted)
    if (!found) throw noSuchVersion(input.VersionId ?? '')
    return { TableVersion: { Table: awsTable(found), VersionId: String(found.version) } }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTableVersion.html */
export const DeleteTableVersion = operation({
  input: { CatalogId: catalogId, DatabaseName: name, TableName: name, VersionId: name },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const version = versionNumber(input.VersionId)
    const deleted = await catalog.commit(write =>
      catalog.deleteTableVersion(write, call, input.DatabaseName, input.TableName, version),
    )
    if (!deleted) throw noSuchVersion(input.VersionId)
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTableVersion.html */
export const BatchDeleteTableVersion = operation({
  input: { CatalogId: catalogId, DatabaseName: name, TableName: name, VersionIds: list(name, { min: 0, max: 100 }) },
  output: {
    Errors: optional(
      list(structure({ TableName: optional(name), VersionId: optional(name), ErrorDetail: optional(errorDetail) })),
    ),
  },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const { DatabaseName, TableName } = input
    const errors = await catalog.commit(write => {
      catalog.tableVersions(call, DatabaseName, TableName) // tells a missing table or database for all of them
      return input.VersionIds.flatMap(VersionId => {
        const ErrorDetail = reported(() => {
          if (!catalog.deleteTableVersion(write, call, DatabaseName, TableName, versionNumber(VersionId)))
            throw noSuchVersion(VersionId)
        })
        return ErrorDetail ? [{ TableName, VersionId, ErrorDetail }] : []
      })
    })
    return { Errors: errors }
  },
})
