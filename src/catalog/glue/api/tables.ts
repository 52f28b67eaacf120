// Tables of the Data Catalog.
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import { InvalidInputException, noSuchDatabase, noSuchTable } from '../faults.ts'
import { pageTablesMax } from '../limits.ts'
import type { CatalogTable } from '../table.ts'
import { tablePattern } from '../table-pattern.ts'
import { tableArns } from './arns.ts'
import {
  awsTable,
  catalogId,
  checkCatalog,
  errorDetail,
  indexDefinition,
  name,
  pagePosition,
  pageToken,
  partitionIndex,
  table,
  tableDefinition,
  tableInput,
  versionNumber,
} from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html */
export const CreateTable = operation({
  input: {
    CatalogId: catalogId,
    DatabaseName: name,
    Name: optional(name),
    TableInput: optional(tableInput),
    PartitionIndexes: optional(list(partitionIndex)),
  },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableInput?.Name ?? input.Name ?? '*'),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const definition = tableDefinition(required(input))
    const indexes = (input.PartitionIndexes ?? []).map(indexDefinition)
    const by = { createdBy: call.principal.arn, indexes }
    await catalog.commit(write => catalog.createTable(write, call, input.DatabaseName, definition, by))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetTable.html */
export const GetTable = operation({
  input: { CatalogId: catalogId, DatabaseName: name, Name: name },
  output: { Table: optional(table) },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.Name),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const found = catalog.table(call, input.DatabaseName, input.Name)
    if (found) return { Table: awsTable(found) }
    throw catalog.database(call, input.DatabaseName) ? noSuchTable(input.Name) : noSuchDatabase(input.DatabaseName)
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetTables.html */
export const GetTables = operation({
  input: {
    CatalogId: catalogId,
    DatabaseName: name,
    Expression: optional(string({ min: 0, max: 2048 })),
    NextToken: optional(string()),
    MaxResults: optional(integer({ min: 1, max: 100 })),
    AttributesToGet: optional(list(enumeration('NAME', 'TABLE_TYPE'))),
  },
  output: { TableList: optional(list(table)), NextToken: optional(string()) },
  resource: (input, call) => tableArns(call, input.DatabaseName, '*'),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const matches = input.Expression ? tablePattern(input.Expression) : () => true
    const limit = input.MaxResults ?? pageTablesMax
    const page: CatalogTable[] = []
    for (let after = pagePosition(input.NextToken); ; ) {
      const rows = catalog.tablesAfter(call, input.DatabaseName, after, pageTablesMax)
      for (const row of rows) if (page.length <= limit && matches(row.name)) page.push(row)
      const last = rows.at(-1)
      if (!last || page.length > limit) break
      after = last.name
    }
    const more = page.length > limit
    const shown = page.slice(0, limit)
    const attributes = input.AttributesToGet
    return {
      TableList: shown
        .map(awsTable)
        .map(found =>
          attributes
            ? { Name: found.Name, ...(attributes.includes('TABLE_TYPE') && { TableType: found.TableType }) }
            : found,
        ),
      NextToken: more ? pageToken(shown.at(-1)?.name ?? '') : undefined,
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html */
export const UpdateTable = operation({
  input: {
    CatalogId: catalogId,
    DatabaseName: name,
    Name: optional(name),
    TableInput: optional(tableInput),
    SkipArchive: optional(boolean()),
    VersionId: optional(name),
  },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableInput?.Name ?? input.Name ?? '*'),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const definition = tableDefinition(required(input))
    const options = {
      archive: !input.SkipArchive,
      ...(input.VersionId !== undefined && { expectedVersion: versionNumber(input.VersionId) }),
    }
    await catalog.commit(write => catalog.updateTable(write, call, input.DatabaseName, definition, options))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTable.html */
export const DeleteTable = operation({
  input: { CatalogId: catalogId, DatabaseName: name, Name: name },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.Name),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    await catalog.commit(write => catalog.deleteTable(write, call, input.DatabaseName, input.Name))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTable.html */
export const BatchDeleteTable = operation({
  input: { CatalogId: catalogId, DatabaseName: name, TablesToDelete: list(name, { min: 0, max: 100 }) },
  output: { Errors: optional(list(structure({ TableName: optional(name), ErrorDetail: optional(errorDetail) }))) },
  resource: (input, call) => input.TablesToDelete.flatMap(each => tableArns(call, input.DatabaseName, each)),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const errors = await catalog.commit(write => {
      if (!catalog.database(call, input.DatabaseName)) throw noSuchDatabase(input.DatabaseName)
      return input.TablesToDelete.flatMap(each => {
        if (!catalog.table(call, input.DatabaseName, each)) {
          const fault = noSuchTable(each)
          return [{ TableName: each, ErrorDetail: { ErrorCode: fault.code, ErrorMessage: fault.message } }]
        }
        catalog.deleteTable(write, call, input.DatabaseName, each)
        return []
      })
    })
    return { Errors: errors }
  },
})

function required(input: {
  readonly Name?: string | undefined
  readonly TableInput?: Parameters<typeof tableDefinition>[0] | undefined
}) {
  if (!input.TableInput) throw new InvalidInputException('TableInput must be given.')
  if (input.Name !== undefined && input.Name.toLowerCase() !== input.TableInput.Name.toLowerCase())
    throw new InvalidInputException(
      `Name is ${input.Name}, but TableInput.Name is ${input.TableInput.Name}; they must agree.`,
    )
  return input.TableInput
}
