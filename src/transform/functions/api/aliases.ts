/** Aliases of functions. A RoutingConfig is refused by name: invocations are not shared between versions. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, query, string, structure, uri } from '../../../gateway/shape.ts'
import type { Alias } from '../aliases.ts'
import type { Functions } from '../functions.ts'
import { arnOf, unqualified } from '../name.ts'
import { pageOf } from './paging.ts'
import * as shape from './shapes.ts'

const aliasName = string({ min: 1, max: 128, pattern: '(?!^[0-9]+$)([a-zA-Z0-9-_]+)' })
const version = string({ min: 1, max: 1024, pattern: '(\\$LATEST|[0-9]+)' })
const configuration = {
  AliasArn: optional(string()),
  Name: optional(aliasName),
  FunctionVersion: optional(version),
  Description: optional(shape.description),
  RevisionId: optional(string()),
}
const named = { FunctionName: shape.inPath, Name: uri('Name', aliasName) }

const outputOf = (alias: Alias) => ({
  AliasArn: alias.arn,
  Name: alias.name,
  FunctionVersion: alias.version,
  Description: alias.description,
  RevisionId: alias.revision,
})

const resource = (
  input: { readonly FunctionName: string; readonly Name: string },
  call: { readonly account: string; readonly region: string },
) => arnOf({ ...unqualified(shape.idOf(input, call)), qualifier: input.Name })

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html */
export const CreateAlias = operation({
  http: { route: 'POST /2015-03-31/functions/{FunctionName}/aliases', status: 201 },
  input: {
    FunctionName: shape.inPath,
    Name: aliasName,
    FunctionVersion: version,
    Description: optional(shape.description),
  },
  output: configuration,
  resource: shape.resource,
  async handle(functions: Functions, input, call) {
    const id = unqualified(shape.idOf(input, call))
    return outputOf(await functions.aliases.create(id, input.Name, input.FunctionVersion, input.Description ?? ''))
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
export const UpdateAlias = operation({
  http: { route: 'PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}' },
  input: {
    ...named,
    FunctionVersion: optional(version),
    Description: optional(shape.description),
    RevisionId: shape.revisionId,
  },
  output: configuration,
  resource,
  async handle(functions: Functions, input, call) {
    const id = unqualified(shape.idOf(input, call))
    return outputOf(
      await functions.aliases.update(id, input.Name, {
        ...(input.FunctionVersion !== undefined && { version: input.FunctionVersion }),
        ...(input.Description !== undefined && { description: input.Description }),
        ...(input.RevisionId !== undefined && input.RevisionId !== '' && { revision: input.RevisionId }),
      }),
    )
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html */
export const GetAlias = operation({
  http: { route: 'GET /2015-03-31/functions/{FunctionName}/aliases/{Name}' },
  input: named,
  output: configuration,
  resource,
  handle(functions: Functions, input, call) {
    return outputOf(functions.aliases.get(unqualified(shape.idOf(input, call)), input.Name))
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html */
export const DeleteAlias = operation({
  http: { route: 'DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}', status: 204 },
  input: named,
  output: {},
  resource,
  async handle(functions: Functions, input, call) {
    await functions.aliases.delete(unqualified(shape.idOf(input, call)), input.Name)
    return {}
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html */
export const ListAliases = operation({
  http: { route: 'GET /2015-03-31/functions/{FunctionName}/aliases' },
  input: {
    FunctionName: shape.inPath,
    FunctionVersion: optional(query('FunctionVersion', version)),
    Marker: shape.marker,
    MaxItems: shape.maxItems,
  },
  output: { NextMarker: optional(string()), Aliases: optional(list(structure(configuration))) },
  resource: shape.resource,
  handle(functions: Functions, input, call) {
    const id = unqualified(shape.idOf(input, call))
    functions.version(id)
    const page = pageOf(
      input.Marker,
      input.MaxItems,
      (after, limit) => functions.aliases.list(id, input.FunctionVersion, after, limit),
      alias => alias.name,
    )
    return { NextMarker: page.next, Aliases: page.items.map(outputOf) }
  },
})
