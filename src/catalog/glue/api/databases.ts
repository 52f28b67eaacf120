// Databases of the Data Catalog.
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import { noSuchDatabase } from '../faults.ts'
import { pageTablesMax } from '../limits.ts'
import { glueArn } from '../tags.ts'
import { databaseArns } from './arns.ts'
import { awsDatabase, database, databaseDefinition, databaseInput } from './database-shapes.ts'
import { catalogId, checkCatalog, name, pagePosition, pageToken, tags } from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreateDatabase.html */
export const CreateDatabase = operation({
  input: { CatalogId: catalogId, DatabaseInput: databaseInput, Tags: optional(tags) },
  output: {},
  resource: (input, call) => databaseArns(call, input.DatabaseInput.Name),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    await catalog.commit(write =>
      catalog.createDatabase(write, call, databaseDefinition(input.DatabaseInput), input.Tags),
    )
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabase.html */
export const GetDatabase = operation({
  input: { CatalogId: catalogId, Name: name },
  output: { Database: optional(database) },
  resource: (input, call) => databaseArns(call, input.Name),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const found = catalog.database(call, input.Name)
    if (!found) throw noSuchDatabase(input.Name)
    return { Database: awsDatabase(call, found) }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabases.html */
export const GetDatabases = operation({
  input: {
    CatalogId: catalogId,
    NextToken: optional(string()),
    MaxResults: optional(integer({ min: 1, max: 100 })),
    ResourceShareType: optional(enumeration('FOREIGN', 'FEDERATED', 'ALL')),
    AttributesToGet: optional(list(enumeration('NAME', 'TARGET_DATABASE'))),
  },
  output: { DatabaseList: list(database), NextToken: optional(string()) },
  resource: (_, call) => databaseArns(call, '*'),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    // Nothing is shared with this account or federated, so those lists are truly empty.
    const own = input.ResourceShareType === undefined || input.ResourceShareType === 'ALL'
    const after = pagePosition(input.NextToken)
    const limit = input.MaxResults ?? pageTablesMax
    const found = (own ? catalog.databases(call) : []).filter(({ name }) => name > after)
    const page = found.slice(0, limit).map(each => awsDatabase(call, each))
    const last = page.at(-1)
    const shown = input.AttributesToGet?.includes('NAME') ? page.map(({ Name }) => ({ Name })) : page
    return { DatabaseList: shown, NextToken: last && found.length > limit ? pageToken(last.Name) : undefined }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateDatabase.html */
export const UpdateDatabase = operation({
  input: { CatalogId: catalogId, Name: name, DatabaseInput: databaseInput },
  output: {},
  resource: (input, call) => databaseArns(call, input.Name),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    await catalog.commit(write =>
      catalog.updateDatabase(write, call, input.Name, databaseDefinition(input.DatabaseInput)),
    )
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html */
export const DeleteDatabase = operation({
  input: { CatalogId: catalogId, Name: name },
  output: {},
  resource: (input, call) => databaseArns(call, input.Name),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    await catalog.commit(write => catalog.deleteDatabase(write, call, input.Name))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalogImportStatus.html */
export const GetCatalogImportStatus = operation({
  input: { CatalogId: catalogId },
  output: { ImportStatus: optional(structure({ ImportCompleted: optional(boolean()) })) },
  resource: (_, call) => glueArn(call, 'catalog'),
  handle(_: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    // There never was a catalog of Athena's own here that would have to be imported.
    return { ImportStatus: { ImportCompleted: true } }
  },
})
