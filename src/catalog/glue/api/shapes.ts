// AWS's shapes of tables and partitions, and their translation to the catalog's plain values and back.

import { Fault } from '../../../gateway/fault.ts'
import {
  boolean,
  integer,
  list,
  map,
  optional,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import { EntityNotFoundException, InvalidInputException } from '../faults.ts'
import type {
  CatalogTable,
  Column,
  Partition,
  PartitionDefinition,
  PartitionIndex,
  Scope,
  Storage,
  TableDefinition,
} from '../table.ts'

export const line = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*'
export const lines = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*'

export const name = string({ min: 1, max: 255, pattern: line })
export const description = string({ min: 0, max: 2048, pattern: lines })
export const parameters = map(string({ max: 512000 }), { key: name })
export const tags = map(string({ min: 0, max: 256 }), { key: string({ min: 1, max: 128 }), min: 0, max: 50 })
const location = string({ max: 2056, pattern: lines })
const format = string({ max: 128, pattern: line })
/** Accepted everywhere; it can only be the caller's own account. */
export const catalogId = optional(name)

const column = structure({
  Name: name,
  Type: optional(string({ min: 0, max: 131072, pattern: line })),
  Comment: optional(string({ min: 0, max: 255, pattern: line })),
  Parameters: optional(parameters),
})

export const storageDescriptor = structure({
  Columns: optional(list(column)),
  Location: optional(location),
  AdditionalLocations: optional(list(location)),
  InputFormat: optional(format),
  OutputFormat: optional(format),
  Compressed: optional(boolean()),
  NumberOfBuckets: optional(integer()),
  SerdeInfo: optional(
    structure({ Name: optional(name), SerializationLibrary: optional(name), Parameters: optional(parameters) }),
  ),
  BucketColumns: optional(list(name)),
  SortColumns: optional(list(structure({ Column: name, SortOrder: integer({ min: 0, max: 1 }) }))),
  Parameters: optional(parameters),
  SkewedInfo: optional(
    structure({
      SkewedColumnNames: optional(list(name)),
      SkewedColumnValues: optional(list(string())),
      SkewedColumnValueLocationMaps: optional(map(string(), { key: string() })),
    }),
  ),
  StoredAsSubDirectories: optional(boolean()),
})

const tableMembers = {
  Name: name,
  Description: optional(description),
  Owner: optional(name),
  LastAccessTime: optional(timestamp()),
  LastAnalyzedTime: optional(timestamp()),
  Retention: optional(integer({ min: 0 })),
  StorageDescriptor: optional(storageDescriptor),
  PartitionKeys: optional(list(column)),
  ViewOriginalText: optional(string({ max: 409600 })),
  ViewExpandedText: optional(string({ max: 409600 })),
  TableType: optional(string({ max: 255 })),
  Parameters: optional(parameters),
}
export const tableInput = structure(tableMembers)
export const table = structure({
  ...tableMembers,
  DatabaseName: optional(name),
  CreateTime: optional(timestamp()),
  UpdateTime: optional(timestamp()),
  CreatedBy: optional(name),
  IsRegisteredWithLakeFormation: optional(boolean()),
  CatalogId: optional(name),
  VersionId: optional(name),
})

export const partitionIndex = structure({ Keys: list(name, { min: 1 }), IndexName: name })

export const partitionValues = list(string({ min: 1, max: 1024 }))
export const partitionInput = structure({
  Values: optional(partitionValues),
  LastAccessTime: optional(timestamp()),
  StorageDescriptor: optional(storageDescriptor),
  Parameters: optional(parameters),
  LastAnalyzedTime: optional(timestamp()),
})
export const partition = structure({
  Values: optional(partitionValues),
  DatabaseName: optional(name),
  TableName: optional(name),
  CreationTime: optional(timestamp()),
  LastAccessTime: optional(timestamp()),
  StorageDescriptor: optional(storageDescriptor),
  Parameters: optional(parameters),
  LastAnalyzedTime: optional(timestamp()),
  CatalogId: optional(name),
})
export const errorDetail = structure({ ErrorCode: optional(name), ErrorMessage: optional(description) })

export const indexDefinition = (input: Value<typeof partitionIndex>): PartitionIndex => ({
  name: input.IndexName,
  keys: input.Keys,
})

export function tableDefinition(input: Value<typeof tableInput>): TableDefinition {
  return {
    name: input.Name,
    description: input.Description,
    owner: input.Owner,
    lastAccessAt: input.LastAccessTime,
    lastAnalyzedAt: input.LastAnalyzedTime,
    retention: input.Retention,
    storage: storageOf(input.StorageDescriptor ?? {}),
    partitionKeys: (input.PartitionKeys ?? []).map(columnOf),
    viewOriginalText: input.ViewOriginalText,
    viewExpandedText: input.ViewExpandedText,
    tableType: input.TableType,
    parameters: input.Parameters ?? {},
  }
}

export function awsTable(found: CatalogTable): Value<typeof table> {
  return {
    Name: found.name,
    DatabaseName: found.database,
    Description: found.description,
    Owner: found.owner,
    CreateTime: found.createdAt,
    UpdateTime: found.updatedAt,
    LastAccessTime: found.lastAccessAt,
    LastAnalyzedTime: found.lastAnalyzedAt,
    Retention: found.retention ?? 0,
    StorageDescriptor: awsStorage(found.storage),
    PartitionKeys: found.partitionKeys.map(awsColumn),
    ViewOriginalText: found.viewOriginalText,
    ViewExpandedText: found.viewExpandedText,
    TableType: found.tableType,
    Parameters: found.parameters,
    CreatedBy: found.createdBy,
    IsRegisteredWithLakeFormation: false,
    CatalogId: found.account,
    VersionId: String(found.version),
  }
}

export function partitionDefinition(input: Value<typeof partitionInput>): PartitionDefinition {
  const storage = input.StorageDescriptor && storageOf(input.StorageDescriptor)
  return {
    values: input.Values ?? [],
    storage,
    parameters: input.Parameters,
    lastAccessAt: input.LastAccessTime,
    lastAnalyzedAt: input.LastAnalyzedTime,
  }
}

export function awsPartition(
  scope: Scope,
  place: { readonly DatabaseName: string; readonly TableName: string },
  found: Partition,
  withColumns = true,
): Value<typeof partition> {
  const storage = awsStorage(found.storage)
  return {
    Values: found.values,
    DatabaseName: place.DatabaseName.toLowerCase(),
    TableName: place.TableName.toLowerCase(),
    CreationTime: found.createdAt,
    LastAccessTime: found.lastAccessAt,
    StorageDescriptor: withColumns ? storage : { ...storage, Columns: undefined },
    Parameters: found.parameters,
    LastAnalyzedTime: found.lastAnalyzedAt,
    CatalogId: scope.account,
  }
}

/** Of a batch, the fault of one as AWS reports it beside the others' success; undefined without one. */
export function reported(change: () => void): Value<typeof errorDetail> | undefined {
  try {
    change()
    return undefined
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { ErrorCode: cause.code, ErrorMessage: cause.message }
  }
}

/** Refuses another account's catalog: none is shared with the caller. */
export function checkCatalog(scope: Scope, catalog: string | undefined): void {
  if (catalog !== undefined && catalog !== scope.account)
    throw new EntityNotFoundException(
      `Catalog ${catalog} not found: account ${scope.account} sees its own catalog only. Leave CatalogId out.`,
    )
}

export function versionNumber(version: string): number {
  if (!/^\d{1,15}$/.test(version))
    throw new InvalidInputException(`VersionId must be a number, as GetTable gives it: ${version}`)
  return Number(version)
}

/** Positions in a listing as clients hand them back. */
export const pageToken = (position: string) => Buffer.from(position).toString('base64url')
export function pagePosition(token: string | undefined): string {
  if (token === undefined || token === '') return ''
  const position = Buffer.from(token, 'base64url').toString()
  if (pageToken(position) !== token)
    throw new InvalidInputException(`NextToken is not one that this listing gave: ${token}`)
  return position
}

const columnOf = (input: Value<typeof column>): Column => ({
  name: input.Name,
  type: input.Type ?? '',
  comment: input.Comment,
  parameters: input.Parameters,
})

const awsColumn = (found: Column): Value<typeof column> => ({
  Name: found.name,
  Type: found.type,
  Comment: found.comment,
  Parameters: found.parameters,
})

function storageOf(input: Value<typeof storageDescriptor>): Storage {
  const { SerdeInfo: serde, SkewedInfo: skewed } = input
  return {
    columns: (input.Columns ?? []).map(columnOf),
    location: input.Location ?? '',
    additionalLocations: input.AdditionalLocations,
    inputFormat: input.InputFormat,
    outputFormat: input.OutputFormat,
    compressed: input.Compressed,
    bucketCount: input.NumberOfBuckets,
    serde: serde && { name: serde.Name, library: serde.SerializationLibrary, parameters: serde.Parameters },
    bucketColumns: input.BucketColumns,
    sortColumns: input.SortColumns?.map(sort => ({ column: sort.Column, order: sort.SortOrder })),
    parameters: input.Parameters,
    skewed: skewed && {
      columnNames: skewed.SkewedColumnNames,
      columnValues: skewed.SkewedColumnValues,
      valueLocations: skewed.SkewedColumnValueLocationMaps,
    },
    storedAsSubDirectories: input.StoredAsSubDirectories,
  }
}

function awsStorage(found: Storage): Value<typeof storageDescriptor> {
  const { serde, skewed } = found
  return {
    Columns: found.columns.map(awsColumn),
    Location: found.location,
    AdditionalLocations: found.additionalLocations,
    InputFormat: found.inputFormat,
    OutputFormat: found.outputFormat,
    Compressed: found.compressed ?? false,
    NumberOfBuckets: found.bucketCount ?? 0,
    SerdeInfo: serde && { Name: serde.name, SerializationLibrary: serde.library, Parameters: serde.parameters },
    BucketColumns: found.bucketColumns,
    SortColumns: found.sortColumns?.map(sort => ({ Column: sort.column, SortOrder: sort.order })),
    Parameters: found.parameters,
    SkewedInfo: skewed && {
      SkewedColumnNames: skewed.columnNames,
      SkewedColumnValues: skewed.columnValues,
      SkewedColumnValueLocationMaps: skewed.valueLocations,
    },
    StoredAsSubDirectories: found.storedAsSubDirectories ?? false,
  }
}
