// Tags, by the older operations that name a stream and the newer ones that name a resource.
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, optional } from '../../../gateway/shape.ts'
import { InvalidArgumentException } from '../faults.ts'
import { type Kinesis, streamName } from '../kinesis.ts'
import { addTags, removeTags, type Tag, tagsOf } from '../tags.ts'
import { resourceArn, resourceOf, streamOf, streamReference, tagKey, tagKeys, tagList, tagMap } from './shapes.ts'

const tagsPerPageMax = 50
const wireTags = (tags: readonly Tag[]) => tags.map(({ key, value }) => ({ Key: key, Value: value }))

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html */
export const AddTagsToStream = operation({
  input: { ...streamReference, Tags: tagMap },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    await kinesis.store.ledger.commit(write => addTags(write, stream, input.Tags))
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html */
export const RemoveTagsFromStream = operation({
  input: { ...streamReference, TagKeys: tagKeys },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    await kinesis.store.ledger.commit(write => removeTags(write, stream, input.TagKeys))
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html */
export const ListTagsForStream = operation({
  input: {
    ...streamReference,
    ExclusiveStartTagKey: optional(tagKey),
    Limit: optional(integer({ min: 1, max: tagsPerPageMax })),
  },
  output: { Tags: tagList, HasMoreTags: boolean() },
  resource: resourceOf,
  handle(kinesis: Kinesis, input, call) {
    const after = input.ExclusiveStartTagKey ?? ''
    const tags = tagsOf(kinesis.store.ledger, streamOf(kinesis, input, call)).filter(tag => tag.key > after)
    const limit = input.Limit ?? tagsPerPageMax
    return { Tags: wireTags(tags.slice(0, limit)), HasMoreTags: tags.length > limit }
  },
})

interface ResourceReference {
  readonly ResourceARN: string
}
const arnOf = (input: ResourceReference) => input.ResourceARN

function streamOfResource(kinesis: Kinesis, { ResourceARN }: ResourceReference, call: Call) {
  if (ResourceARN.includes('/consumer/')) {
    throw new InvalidArgumentException(`${ResourceARN} names a consumer: consumers cannot be registered here yet.`)
  }
  return kinesis.stream(call, streamName(call, { arn: ResourceARN }))
}

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html */
export const TagResource = operation({
  input: { ResourceARN: resourceArn, Tags: tagMap },
  output: {},
  resource: arnOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOfResource(kinesis, input, call)
    await kinesis.store.ledger.commit(write => addTags(write, stream, input.Tags))
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html */
export const UntagResource = operation({
  input: { ResourceARN: resourceArn, TagKeys: tagKeys },
  output: {},
  resource: arnOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOfResource(kinesis, input, call)
    await kinesis.store.ledger.commit(write => removeTags(write, stream, input.TagKeys))
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html */
export const ListTagsForResource = operation({
  input: { ResourceARN: resourceArn },
  output: { Tags: optional(tagList) },
  resource: arnOf,
  handle: (kinesis: Kinesis, input, call) => ({
    Tags: wireTags(tagsOf(kinesis.store.ledger, streamOfResource(kinesis, input, call))),
  }),
})
