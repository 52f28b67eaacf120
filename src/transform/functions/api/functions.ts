/** Functions: made, shown, listed, deleted. */
import { operation } from '../../../gateway/operation.ts'
import {
  blob,
  enumeration,
  integer,
  list,
  optional,
  query,
  sensitive,
  status,
  string,
  structure,
} from '../../../gateway/shape.ts'
import type { Functions } from '../functions.ts'
import { arnOf } from '../name.ts'
import { latest } from '../version.ts'
import { changeOf, sourceOf } from './input.ts'
import { functionPage } from './paging.ts'
import * as shape from './shapes.ts'

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const CreateFunction = operation({
  http: { route: 'POST /2015-03-31/functions', status: 201 },
  input: {
    FunctionName: shape.functionName,
    Role: shape.role,
    Code: structure({
      ZipFile: optional(sensitive(blob())),
      S3Bucket: optional(string({ min: 3, max: 63 })),
      S3Key: optional(string({ min: 1, max: 1024 })),
      S3ObjectVersion: optional(string({ min: 1, max: 1024 })),
    }),
    ...shape.settable,
    PackageType: optional(shape.packageType),
    Architectures: optional(shape.architectures),
    Publish: shape.publish,
    Tags: optional(shape.tags),
  },
  output: shape.configuration,
  access: (input, call) => shape.packageAccess('lambda:CreateFunction', shape.resource(input, call), input.Code),
  passes: input => ({ service: 'lambda.amazonaws.com', roles: [input.Role] }),
  async handle(functions: Functions, input, call) {
    const { qualifier: _, ...id } = shape.idOf(input, call)
    const wanted = { ...changeOf(input), role: input.Role }
    const options = { published: input.Publish ?? false, tags: input.Tags ?? {} }
    return shape.configurationOf(await functions.create(id, wanted, sourceOf(input.Code), options))
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html */
export const GetFunction = operation({
  http: { route: 'GET /2015-03-31/functions/{FunctionName}' },
  input: { FunctionName: shape.inPath, Qualifier: shape.qualifier },
  output: {
    Configuration: optional(structure(shape.configuration)),
    Code: optional(structure({ RepositoryType: optional(string()), Location: optional(string()) })),
    Tags: optional(shape.tags),
    Concurrency: optional(structure({ ReservedConcurrentExecutions: optional(integer()) })),
  },
  resource: shape.resource,
  handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    const version = functions.version(id)
    const tags = functions.tags.of(id)
    const reserved = functions.registry.reserved(id)
    return {
      Configuration: shape.configurationOf(version, id.qualifier),
      // A Location would be a link into S3, where the package is not. Terraform takes a function without Code for none.
      Code: {},
      ...(Object.keys(tags).length > 0 && { Tags: tags }),
      ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    }
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html */
export const ListFunctions = operation({
  http: { route: 'GET /2015-03-31/functions' },
  input: {
    FunctionVersion: optional(query('FunctionVersion', enumeration('ALL'))),
    Marker: shape.marker,
    MaxItems: shape.maxItems,
  },
  output: { NextMarker: optional(string()), Functions: optional(list(structure(shape.configuration))) },
  handle(functions: Functions, { FunctionVersion, Marker, MaxItems }, call) {
    const isEvery = FunctionVersion === 'ALL'
    const page = functionPage(Marker, MaxItems, (after, limit) => functions.registry.all(call, after, limit, isEvery))
    return {
      NextMarker: page.next,
      Functions: page.items.map(one => shape.configurationOf(one, isEvery ? one.version : undefined)),
    }
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html */
export const DeleteFunction = operation({
  http: { route: 'DELETE /2015-03-31/functions/{FunctionName}' },
  input: { FunctionName: shape.inPath, Qualifier: shape.qualifier },
  output: { StatusCode: optional(status(integer())) },
  resource: shape.resource,
  async handle(functions: Functions, input, call) {
    await functions.delete(shape.idOf(input, call))
    return { StatusCode: 204 }
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html */
export const ListVersionsByFunction = operation({
  http: { route: 'GET /2015-03-31/functions/{FunctionName}/versions' },
  input: { FunctionName: shape.inPath, Marker: shape.marker, MaxItems: shape.maxItems },
  output: { NextMarker: optional(string()), Versions: optional(list(structure(shape.configuration))) },
  resource: shape.resource,
  handle(functions: Functions, input, call) {
    const id = shape.idOf(input, call)
    const page = functionPage(input.Marker, input.MaxItems, (after, limit) =>
      functions.registry.versions(id, after.number, limit),
    )
    return { NextMarker: page.next, Versions: page.items.map(one => shape.configurationOf(one, one.version)) }
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html */
export const PublishVersion = operation({
  http: { route: 'POST /2015-03-31/functions/{FunctionName}/versions', status: 201 },
  input: {
    FunctionName: shape.inPath,
    CodeSha256: optional(string()),
    Description: optional(shape.description),
    RevisionId: shape.revisionId,
  },
  output: shape.configuration,
  resource: (input, call) => arnOf(shape.idOf(input, call)),
  async handle(functions: Functions, input, call) {
    const published = await functions.publish(shape.idOf(input, call), {
      ...(input.Description !== undefined && { description: input.Description }),
      // Terraform sends the empty text where it knows no hash.
      ...(input.CodeSha256 !== undefined && input.CodeSha256 !== '' && { sha256: input.CodeSha256 }),
      ...(input.RevisionId !== undefined && input.RevisionId !== '' && { revision: input.RevisionId }),
    })
    return shape.configurationOf(published, published.version === latest ? undefined : published.version)
  },
})
