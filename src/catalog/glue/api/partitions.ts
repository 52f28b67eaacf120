// Partitions of tables.

import { Fault } from '../../../gateway/fault.ts'
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, list, optional, string, structure } from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import { noSuchPartition, noSuchTable } from '../faults.ts'
import { pagePartitionsMax } from '../limits.ts'
import { parsePartitionFilter } from '../partition-filter.ts'
import { segmentOf } from '../partition-segment.ts'
import { tableArns } from './arns.ts'
import {
  awsPartition,
  catalogId,
  checkCatalog,
  errorDetail,
  name,
  pagePosition,
  pageToken,
  partition,
  partitionDefinition,
  partitionInput,
  partitionValues,
} from './shapes.ts'

const place = { CatalogId: catalogId, DatabaseName: name, TableName: name }
const valueList = structure({ Values: partitionValues })
const partitionErrors = optional(
  list(structure({ PartitionValues: optional(partitionValues), ErrorDetail: optional(errorDetail) })),
)

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartition.html */
export const CreatePartition = operation({
  input: { ...place, PartitionInput: partitionInput },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const definition = partitionDefinition(input.PartitionInput)
    await catalog.commit(write => catalog.createPartition(write, call, input.DatabaseName, input.TableName, definition))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html */
export const BatchCreatePartition = operation({
  input: { ...place, PartitionInputList: list(partitionInput, { min: 0, max: 100 }) },
  output: { Errors: partitionErrors },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const definitions = input.PartitionInputList.map(partitionDefinition)
    const errors = await catalog.commit(write =>
      each(
        definitions,
        ({ values }) => values,
        definition => catalog.createPartition(write, call, input.DatabaseName, input.TableName, definition),
      ),
    )
    return { Errors: errors }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartition.html */
export const GetPartition = operation({
  input: { ...place, PartitionValues: partitionValues },
  output: { Partition: optional(partition) },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const found = catalog.partition(call, input.DatabaseName, input.TableName, input.PartitionValues)
    if (!found) {
      catalog.partitionsAfter(call, input.DatabaseName, input.TableName) // tells a missing table or database first
      throw noSuchPartition()
    }
    return { Partition: awsPartition(call, input, found) }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html */
export const GetPartitions = operation({
  input: {
    ...place,
    Expression: optional(string({ min: 0, max: 2048 })),
    NextToken: optional(string()),
    Segment: optional(structure({ SegmentNumber: integer({ min: 0 }), TotalSegments: integer({ min: 1, max: 10 }) })),
    MaxResults: optional(integer({ min: 1, max: 1000 })),
    ExcludeColumnSchema: optional(boolean()),
  },
  output: { Partitions: optional(list(partition)), NextToken: optional(string()) },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const walk = catalog.partitionsAfter(call, input.DatabaseName, input.TableName, pagePosition(input.NextToken))
    const table = catalog.table(call, input.DatabaseName, input.TableName)
    if (!table) throw noSuchTable(input.TableName)
    const matches = parsePartitionFilter(input.Expression ?? '', table.partitionKeys)
    const inSegment = segmentOf(
      input.Segment && { number: input.Segment.SegmentNumber, of: input.Segment.TotalSegments },
    )
    const limit = input.MaxResults ?? pagePartitionsMax
    const page: ReturnType<typeof awsPartition>[] = []
    let last = ''
    for (const { partition, position } of walk) {
      if (!inSegment(position) || !matches(partition.values)) continue
      if (page.length === limit) return { Partitions: page, NextToken: pageToken(last) }
      page.push(awsPartition(call, input, partition, !input.ExcludeColumnSchema))
      last = position
    }
    return { Partitions: page }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetPartition.html */
export const BatchGetPartition = operation({
  input: { ...place, PartitionsToGet: list(valueList, { min: 0, max: 1000 }) },
  output: { Partitions: optional(list(partition)), UnprocessedKeys: optional(list(valueList)) },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    catalog.partitionsAfter(call, input.DatabaseName, input.TableName)
    const found = input.PartitionsToGet.flatMap(({ Values }) => {
      const each = catalog.partition(call, input.DatabaseName, input.TableName, Values)
      return each ? [awsPartition(call, input, each)] : []
    })
    return { Partitions: found, UnprocessedKeys: [] }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdatePartition.html */
export const UpdatePartition = operation({
  input: {
    ...place,
    PartitionValueList: list(string({ min: 1, max: 1024 }), { min: 0, max: 100 }),
    PartitionInput: partitionInput,
  },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const { PartitionValueList: values, PartitionInput: given } = input
    const definition = partitionDefinition({ ...given, Values: given.Values ?? values })
    await catalog.commit(write =>
      catalog.updatePartition(write, call, input.DatabaseName, input.TableName, values, definition),
    )
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchUpdatePartition.html */
export const BatchUpdatePartition = operation({
  input: {
    ...place,
    Entries: list(structure({ PartitionValueList: partitionValues, PartitionInput: partitionInput }), {
      min: 1,
      max: 100,
    }),
  },
  output: {
    Errors: optional(
      list(structure({ PartitionValueList: optional(partitionValues), ErrorDetail: optional(errorDetail) })),
    ),
  },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const errors = await catalog.commit(write =>
      each(
        input.Entries,
        entry => entry.PartitionValueList,
        ({ PartitionValueList: values, PartitionInput: given }) =>
          catalog.updatePartition(write, call, input.DatabaseName, input.TableName, values, {
            ...partitionDefinition({ ...given, Values: given.Values ?? values }),
          }),
      ),
    )
    return {
      Errors: errors.map(({ PartitionValues, ErrorDetail }) => ({ PartitionValueList: PartitionValues, ErrorDetail })),
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartition.html */
export const DeletePartition = operation({
  input: { ...place, PartitionValues: partitionValues },
  output: {},
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    await catalog.commit(write =>
      catalog.deletePartition(write, call, input.DatabaseName, input.TableName, input.PartitionValues),
    )
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html */
export const BatchDeletePartition = operation({
  input: { ...place, PartitionsToDelete: list(valueList, { min: 0, max: 25 }) },
  output: { Errors: partitionErrors },
  resource: (input, call) => tableArns(call, input.DatabaseName, input.TableName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const errors = await catalog.commit(write =>
      each(
        input.PartitionsToDelete,
        ({ Values }) => Values,
        ({ Values }) => catalog.deletePartition(write, call, input.DatabaseName, input.TableName, Values),
      ),
    )
    return { Errors: errors }
  },
})

/**
 * Each for itself: a fault of one is reported beside the others' success. A fault that concerns the table or its
 * database is the whole request's.
 */
function each<T>(items: readonly T[], valuesOf: (item: T) => readonly string[], change: (item: T) => void) {
  return items.flatMap(item => {
    try {
      change(item)
      return []
    } catch (cause) {
      if (
        !(cause instanceof Fault) ||
        (cause.code === 'EntityNotFoundException' && cause.message !== noSuchPartition().message)
      )
        throw cause
      return [{ PartitionValues: valuesOf(item), ErrorDetail: { ErrorCode: cause.code, ErrorMessage: cause.message } }]
    }
  })
}
