// Tags, by the older operations that name a stream and the newer ones that name a resource.
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, optional } from '../../../gateway/shape.ts'
import type { Kinesis } from '../kinesis.ts'
import { type Tag, tagsOf } from '../tags.ts'
import {
  resourceArn,
  resourceNamed,
  resourceOf,
  streamId,
  streamOf,
  streamReference,
  tagKey,
  tagKeys,
  tagList,
  tagMap,
} from './shapes.ts'

const tagsPerPageMax = 50
const wireTags = (tags: readonly Tag[]) => tags.map(({ key, value }) => ({ Key: key, Value: value }))

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html */
export const AddTagsToStream = operation({
  input: { ...streamReference, Tags: tagMap },
  output: {},
  resource: resourceOf,
  async handle(kinesis: Kinesis, input, call) {
    const stream = streamOf(kinesis, input, call)
    await kinesis.tag(stream, input.Tags)
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
    await kinesis.untag(stream, input.TagKeys)
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

const reference = { ResourceARN: resourceArn, StreamId: optional(streamId) }
const arnOf = (input: { readonly ResourceARN: string }) => input.ResourceARN

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html */
export const TagResource = operation({
  input: { ...reference, Tags: tagMap },
  output: {},
  resource: arnOf,
  async handle(kinesis: Kinesis, input, call) {
    const resource = resourceNamed(kinesis, input, call)
    await kinesis.tag(resource, input.Tags)
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html */
export const UntagResource = operation({
  input: { ...reference, TagKeys: tagKeys },
  output: {},
  resource: arnOf,
  async handle(kinesis: Kinesis, input, call) {
    const resource = resourceNamed(kinesis, input, call)
    await kinesis.untag(resource, input.TagKeys)
    return {}
  },
})

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html */
export const ListTagsForResource = operation({
  input: reference,
  output: { Tags: optional(tagList) },
  resource: arnOf,
  handle: (kinesis: Kinesis, input, call) => ({
    Tags: wireTags(tagsOf(kinesis.store.ledger, resourceNamed(kinesis, input, call))),
  }),
})
