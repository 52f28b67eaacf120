// Tags on Glue's resources.
import { operation } from '../../../gateway/operation.ts'
import { list, optional, string } from '../../../gateway/shape.ts'
import type { Tags } from '../tags.ts'
import { tags } from './shapes.ts'

const resourceArn = string({ min: 1, max: 10240, pattern: 'arn:aws(-(cn|us-gov|iso(-[bef])?))?:glue:.*' })

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetTags.html */
export const GetTags = operation({
  input: { ResourceArn: resourceArn },
  output: { Tags: optional(tags) },
  resource: input => input.ResourceArn,
  handle(part: Tags, input, call) {
    return { Tags: part.list(call, input.ResourceArn) }
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_TagResource.html */
export const TagResource = operation({
  input: { ResourceArn: resourceArn, TagsToAdd: tags },
  output: {},
  resource: input => input.ResourceArn,
  async handle(part: Tags, input, call) {
    await part.commit(write => part.add(write, call, input.ResourceArn, input.TagsToAdd))
    return {}
  },
})

/** https://docs.aws.amazon.com/glue/latest/webapi/API_UntagResource.html */
export const UntagResource = operation({
  input: { ResourceArn: resourceArn, TagsToRemove: list(string({ min: 1, max: 128 }), { min: 0, max: 50 }) },
  output: {},
  resource: input => input.ResourceArn,
  async handle(part: Tags, input, call) {
    await part.commit(write => part.remove(write, call, input.ResourceArn, input.TagsToRemove))
    return {}
  },
})
