/** Tags of functions, by ARN. */
import { operation } from '../../../gateway/operation.ts'
import { list, optional, query, string, uri } from '../../../gateway/shape.ts'
import { invalid, noSuchFunction, otherRegion } from '../faults.ts'
import type { Functions } from '../functions.ts'
import { type FunctionName, parseArn, type Scope } from '../name.ts'
import * as shape from './shapes.ts'

const arn = uri('Resource', string({ min: 1, max: 256 }))
const resource = (input: { readonly Resource: string }) => input.Resource

/** https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html */
export const TagResource = operation({
  http: { route: 'POST /2017-03-31/tags/{Resource}', status: 204 },
  input: { Resource: arn, Tags: shape.tags },
  output: {},
  resource,
  async handle(functions: Functions, { Resource, Tags }, call) {
    await functions.tags.add(taggable(Resource, call), Tags)
    return {}
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html */
export const UntagResource = operation({
  http: { route: 'DELETE /2017-03-31/tags/{Resource}', status: 204 },
  input: { Resource: arn, TagKeys: query('tagKeys', list(string(), { itemName: 'Key' })) },
  output: {},
  resource,
  async handle(functions: Functions, { Resource, TagKeys }, call) {
    await functions.tags.remove(taggable(Resource, call), TagKeys)
    return {}
  },
})

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html */
export const ListTags = operation({
  http: { route: 'GET /2017-03-31/tags/{Resource}' },
  input: { Resource: arn },
  output: { Tags: optional(shape.tags) },
  resource,
  handle(functions: Functions, { Resource }, call) {
    const id = taggable(Resource, call)
    if (!functions.registry.exists(id)) throw noSuchFunction(Resource)
    return { Tags: functions.tags.of(id) }
  },
})

function taggable(text: string, call: Scope): FunctionName {
  const id = parseArn(text)
  if (id === undefined) throw invalid(`Tags are those of functions: '${text}' is not the ARN of one.`)
  if (id.region !== call.region) throw otherRegion(id.region, call.region)
  if (id.qualifier !== undefined)
    throw invalid('Tags on function aliases and versions are not supported. Please specify a function ARN.')
  return id
}
