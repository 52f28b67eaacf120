// Partition indexes of tables.
import { operation } from '../../../gateway/operation.ts'
import { enumeration, list, optional, string, structure } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import { tableArns } from './arns.ts'
import { catalogId, checkCatalog, indexDefinition, name, partitionIndex } from './shapes.ts'

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartitionIndex.html */
export const CreatePartitionIndex = operation({
  input: { CatalogId: catalogId, DatabaseName: name, TableName: name, PartitionIndex: partitionIndex },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const index = indexDefinition(input.PartitionIndex)
    await catalog.commit(write => catalog.indexes.create(write, call, input.DatabaseName, input.TableName, index))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitionIndexes.html */
export const GetPartitionIndexes = operation({
  input: { CatalogId: catalogId, DatabaseName: name, TableName: name, NextToken: optional(string()) },
  output: {
    PartitionIndexDescriptorList: optional(
      list(
        structure({
          IndexName: name,
          Keys: list(structure({ Name: name, Type: optional(string()) })),
          IndexStatus: enumeration('CREATING', 'ACTIVE', 'DELETING', 'FAILED'),
        }),
      ),
    ),
    NextToken: optional(string()),
  },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const found = catalog.indexes.tableOf(call, input.DatabaseName, input.TableName)
    const typeOf = (key: string) => found.partitionKeys.find(({ name }) => name === key)?.type
    return {
      PartitionIndexDescriptorList: found.indexes.map(index => ({
        IndexName: index.name,
        Keys: index.keys.map(key => ({ Name: key, Type: typeOf(key) })),
        IndexStatus: 'ACTIVE' as const,
      })),
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartitionIndex.html */
export const DeletePartitionIndex = operation({
  input: { CatalogId: catalogId, DatabaseName: name, TableName: name, IndexName: name },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const { DatabaseName, TableName, IndexName } = input
    await catalog.commit(write => catalog.indexes.delete(write, call, DatabaseName, TableName, IndexName))
    return {}
  },
})
