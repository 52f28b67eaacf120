// User-defined functions of databases.
import { operation } from '../../../gateway/operation.ts'
import {
  enumeration,
  integer,
  list,
  optional,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import type { Catalog } from '../catalog.ts'
import { InvalidInputException } from '../faults.ts'
import { pageTablesMax } from '../limits.ts'
import type { CatalogFunction, FunctionDefinition, Scope } from '../table.ts'
import { tablePattern } from '../table-pattern.ts'
import { functionArns } from './arns.ts'
import { catalogId, checkCatalog, lines, name, pagePosition, pageToken } from './shapes.ts'

const functionType = enumeration('REGULAR_FUNCTION', 'AGGREGATE_FUNCTION', 'STORED_PROCEDURE')
const members = {
  FunctionName: optional(name),
  ClassName: optional(name),
  OwnerName: optional(name),
  FunctionType: optional(functionType),
  OwnerType: optional(enumeration('USER', 'ROLE', 'GROUP')),
  ResourceUris: optional(
    list(
      structure({
        ResourceType: optional(enumeration('JAR', 'FILE', 'ARCHIVE')),
        Uri: optional(string({ min: 1, max: 1024, pattern: lines })),
      }),
      { min: 0, max: 1000 },
    ),
  ),
}
const functionInput = structure(members)
const userDefinedFunction = structure({
  ...members,
  DatabaseName: optional(name),
  CreateTime: optional(timestamp()),
  CatalogId: optional(name),
})

const place = { CatalogId: catalogId, DatabaseName: name }

/** https://docs.aws.amazon.com/glue/latest/webapi/API_CreateUserDefinedFunction.html */
export const CreateUserDefinedFunction = operation({
  input: { ...place, FunctionInput: functionInput },
  output: {},
  resource: (input, call) => functionArns(call, input.DatabaseName, input.FunctionInput.FunctionName ?? '*'),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const definition = definitionOf(input.FunctionInput)
    await catalog.commit(write => catalog.functions.create(write, call, input.DatabaseName, definition))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunction.html */
export const GetUserDefinedFunction = operation({
  input: { ...place, FunctionName: name },
  output: { UserDefinedFunction: optional(userDefinedFunction) },
  resource: (input, call) => functionArns(call, input.DatabaseName, input.FunctionName),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const found = catalog.functions.get(call, input.DatabaseName, input.FunctionName)
    return { UserDefinedFunction: awsFunction(call, found) }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunctions.html */
export const GetUserDefinedFunctions = operation({
  input: {
    CatalogId: catalogId,
    DatabaseName: optional(name),
    Pattern: name,
    FunctionType: optional(functionType),
    NextToken: optional(string()),
    MaxResults: optional(integer({ min: 1, max: 100 })),
  },
  output: { UserDefinedFunctions: optional(list(userDefinedFunction)), NextToken: optional(string()) },
  resource: (input, call) => functionArns(call, input.DatabaseName ?? '*', '*'),
  handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const matches = tablePattern(input.Pattern)
    const after = pagePosition(input.NextToken)
    const position = (one: CatalogFunction) => `${one.database}\0${one.name}`
    const found = catalog.functions
      .list(call, input.DatabaseName)
      .filter(one => matches(one.name) && position(one) > after)
      .filter(one => input.FunctionType === undefined || one.kind === input.FunctionType)
    const page = found.slice(0, input.MaxResults ?? pageTablesMax)
    const last = page.at(-1)
    return {
      UserDefinedFunctions: page.map(one => awsFunction(call, one)),
      NextToken: last && page.length < found.length ? pageToken(position(last)) : undefined,
    }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateUserDefinedFunction.html */
export const UpdateUserDefinedFunction = operation({
  input: { ...place, FunctionName: name, FunctionInput: functionInput },
  output: {},
  resource: (input, call) => functionArns(call, input.DatabaseName, input.FunctionName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    const { DatabaseName, FunctionName, FunctionInput } = input
    const definition = definitionOf({ ...FunctionInput, FunctionName: FunctionInput.FunctionName ?? FunctionName })
    await catalog.commit(write => catalog.functions.update(write, call, DatabaseName, FunctionName, definition))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteUserDefinedFunction.html */
export const DeleteUserDefinedFunction = operation({
  input: { ...place, FunctionName: name },
  output: {},
  resource: (input, call) => functionArns(call, input.DatabaseName, input.FunctionName),
  async handle(catalog: Catalog, input, call) {
    checkCatalog(call, input.CatalogId)
    await catalog.commit(write => catalog.functions.delete(write, call, input.DatabaseName, input.FunctionName))
    return {}
  },
})

function definitionOf(input: Value<typeof functionInput>): FunctionDefinition {
  if (input.FunctionName === undefined) throw new InvalidInputException('FunctionInput.FunctionName must be given.')
  return {
    name: input.FunctionName,
    className: input.ClassName,
    owner: input.OwnerName,
    ownerType: input.OwnerType,
    kind: input.FunctionType ?? 'REGULAR_FUNCTION',
    resources: input.ResourceUris?.map(({ ResourceType, Uri }) => ({ type: ResourceType, uri: Uri })),
  }
}

const awsFunction = (scope: Scope, found: CatalogFunction): Value<typeof userDefinedFunction> => ({
  FunctionName: found.name,
  DatabaseName: found.database,
  ClassName: found.className,
  OwnerName: found.owner,
  OwnerType: found.ownerType,
  FunctionType: found.kind,
  CreateTime: found.createdAt,
  ResourceUris: found.resources?.map(({ type, uri }) => ({ ResourceType: type, Uri: uri })),
  CatalogId: scope.account,
})
