// Tags of delivery streams.
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, list, optional } from '../../../gateway/shape.ts'
import type { Firehose } from '../firehose.ts'
import { tagsOf } from '../tags.ts'
import { deliveryName, resourceOf } from './shapes.ts'
import { tagContext, tagKey, tagShape, tagShapes, tagsGiven } from './tag-shapes.ts'

const tagsPerPageMax = 50

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_TagDeliveryStream.html */
export const TagDeliveryStream = operation({
  input: { DeliveryStreamName: deliveryName, Tags: tagShapes },
  output: {},
  access: (input, call) => [
    { action: 'firehose:TagDeliveryStream', resource: resourceOf(input, call), context: tagContext(input.Tags) },
  ],
  async handle(firehose: Firehose, input, call) {
    await firehose.tag(firehose.delivery(call, input.DeliveryStreamName), tagsGiven(input.Tags))
    return {}
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_UntagDeliveryStream.html */
export const UntagDeliveryStream = operation({
  input: { DeliveryStreamName: deliveryName, TagKeys: list(tagKey, { min: 1, max: 50 }) },
  output: {},
  access: (input, call) => [
    {
      action: 'firehose:UntagDeliveryStream',
      resource: resourceOf(input, call),
      context: { 'aws:TagKeys': input.TagKeys },
    },
  ],
  async handle(firehose: Firehose, input, call) {
    await firehose.untag(firehose.delivery(call, input.DeliveryStreamName), input.TagKeys)
    return {}
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListTagsForDeliveryStream.html */
export const ListTagsForDeliveryStream = operation({
  input: {
    DeliveryStreamName: deliveryName,
    ExclusiveStartTagKey: optional(tagKey),
    Limit: optional(integer({ min: 1, max: tagsPerPageMax })),
  },
  output: { Tags: list(tagShape, { min: 0, max: 50 }), HasMoreTags: boolean() },
  resource: resourceOf,
  handle(firehose: Firehose, input, call) {
    const { identity } = firehose.delivery(call, input.DeliveryStreamName)
    const all = tagsOf(firehose.store.ledger, identity)
    // AWS takes a key that is not there for no key.
    const tags = all.slice(all.findIndex(tag => tag.key === input.ExclusiveStartTagKey) + 1)
    const limit = input.Limit ?? tagsPerPageMax
    return {
      Tags: tags.slice(0, limit).map(({ key, value }) => ({ Key: key, Value: value })),
      HasMoreTags: tags.length > limit,
    }
  },
})
