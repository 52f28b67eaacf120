// Making, describing, listing, changing and deleting delivery streams.
import { operation } from '../../../gateway/operation.ts'
import { boolean, integer, list, optional } from '../../../gateway/shape.ts'
import { newDestination } from '../destination-change.ts'
import { encryptionForDirectPut, InvalidArgumentException } from '../faults.ts'
import type { Firehose } from '../firehose.ts'
import { listedDefault } from '../limits.ts'
import {
  destinationId,
  extendedConfiguration,
  extendedUpdate,
  plainConfiguration,
  plainUpdate,
} from './destination-shapes.ts'
import { destinationGiven, onlyDestination, rolesIn } from './destination-words.ts'
import {
  deliveryArn,
  deliveryDescription,
  deliveryName,
  describeDelivery,
  encryptionGiven,
  encryptionInput,
  resourceOf,
  versionId,
} from './shapes.ts'
import { deliveryType, directPutSource, kinesisSource, sourceGiven } from './source-shapes.ts'
import { tagContext, tagShapes, tagsGiven } from './tag-shapes.ts'

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html */
export const CreateDeliveryStream = operation({
  input: {
    DeliveryStreamName: deliveryName,
    DeliveryStreamType: optional(deliveryType),
    DirectPutSourceConfiguration: optional(directPutSource),
    KinesisStreamSourceConfiguration: optional(kinesisSource),
    DeliveryStreamEncryptionConfigurationInput: optional(encryptionInput),
    S3DestinationConfiguration: optional(plainConfiguration),
    ExtendedS3DestinationConfiguration: optional(extendedConfiguration),
    Tags: optional(tagShapes),
  },
  output: { DeliveryStreamARN: optional(deliveryArn) },
  access: (input, call) => {
    const resource = resourceOf(input, call)
    const context = tagContext(input.Tags ?? [])
    const create = { action: 'firehose:CreateDeliveryStream', resource, context }
    // Who makes a delivery stream with tags needs the right to tag it, too.
    return input.Tags ? [create, { action: 'firehose:TagDeliveryStream', resource, context }] : [create]
  },
  passes: input => ({
    service: 'firehose.amazonaws.com',
    roles: [
      input.KinesisStreamSourceConfiguration?.RoleARN,
      ...rolesIn(input.S3DestinationConfiguration),
      ...rolesIn(input.ExtendedS3DestinationConfiguration),
    ],
  }),
  async handle(firehose: Firehose, input, call) {
    const given = [input.S3DestinationConfiguration, input.ExtendedS3DestinationConfiguration].filter(
      one => one !== undefined,
    )
    const [configuration] = given
    if (configuration === undefined || given.length > 1) {
      throw new InvalidArgumentException(
        'Exactly one destination configuration is supported for a Firehose: ' +
          'give S3DestinationConfiguration or ExtendedS3DestinationConfiguration.',
      )
    }
    const { RoleARN, BucketARN } = configuration
    const delivery = await firehose.create(call, {
      name: input.DeliveryStreamName,
      ...sourceGiven(input),
      destination: newDestination({ ...destinationGiven(configuration), roleArn: RoleARN, bucketArn: BucketARN }),
      encryption: encryptionGiven(input.DeliveryStreamEncryptionConfigurationInput),
      tags: tagsGiven(input.Tags ?? []),
    })
    return { DeliveryStreamARN: delivery.arn }
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_DescribeDeliveryStream.html */
export const DescribeDeliveryStream = operation({
  input: {
    DeliveryStreamName: deliveryName,
    Limit: optional(integer({ min: 1, max: 10000 })),
    ExclusiveStartDestinationId: optional(destinationId),
  },
  output: { DeliveryStreamDescription: deliveryDescription },
  resource: resourceOf,
  handle(firehose: Firehose, input, call) {
    const description = describeDelivery(firehose.delivery(call, input.DeliveryStreamName))
    // There is one destination, so a start after it leaves none, and no limit cuts it off.
    const after = input.ExclusiveStartDestinationId ?? ''
    const Destinations = description.Destinations.filter(destination => destination.DestinationId > after)
    return { DeliveryStreamDescription: { ...description, Destinations } }
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html */
export const ListDeliveryStreams = operation({
  input: {
    Limit: optional(integer({ min: 1, max: 10000 })),
    DeliveryStreamType: optional(deliveryType),
    ExclusiveStartDeliveryStreamName: optional(deliveryName),
  },
  output: { DeliveryStreamNames: list(deliveryName), HasMoreDeliveryStreams: boolean() },
  handle(firehose: Firehose, input, call) {
    const limit = input.Limit ?? listedDefault
    const after = input.ExclusiveStartDeliveryStreamName ?? ''
    const names = firehose
      .deliveries(call)
      .filter(
        delivery =>
          !input.DeliveryStreamType || describeDelivery(delivery).DeliveryStreamType === input.DeliveryStreamType,
      )
      .map(delivery => delivery.identity.name)
      .filter(name => name > after)
    return { DeliveryStreamNames: names.slice(0, limit), HasMoreDeliveryStreams: names.length > limit }
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html */
export const UpdateDestination = operation({
  input: {
    DeliveryStreamName: deliveryName,
    CurrentDeliveryStreamVersionId: versionId,
    DestinationId: destinationId,
    S3DestinationUpdate: optional(plainUpdate),
    ExtendedS3DestinationUpdate: optional(extendedUpdate),
  },
  output: {},
  resource: resourceOf,
  passes: input => ({
    service: 'firehose.amazonaws.com',
    roles: [...rolesIn(input.S3DestinationUpdate), ...rolesIn(input.ExtendedS3DestinationUpdate)],
  }),
  async handle(firehose: Firehose, input, call) {
    const delivery = firehose.delivery(call, input.DeliveryStreamName)
    if (input.DestinationId !== onlyDestination) {
      throw new InvalidArgumentException(
        `Destination Id ${input.DestinationId} not found. That of ${input.DeliveryStreamName} is ${onlyDestination}.`,
      )
    }
    const given = [input.S3DestinationUpdate, input.ExtendedS3DestinationUpdate].filter(one => one !== undefined)
    const [update] = given
    if (update === undefined || given.length > 1) {
      throw new InvalidArgumentException(
        'Exactly one destination update is needed: give S3DestinationUpdate or ExtendedS3DestinationUpdate.',
      )
    }
    await firehose.update(delivery, {
      version: input.CurrentDeliveryStreamVersionId,
      change: destinationGiven(update),
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeleteDeliveryStream.html */
export const DeleteDeliveryStream = operation({
  // AllowForceDelete is about KMS grants that cannot be retired: none are taken out, so either value is fulfilled.
  input: { DeliveryStreamName: deliveryName, AllowForceDelete: optional(boolean()) },
  output: {},
  resource: resourceOf,
  async handle(firehose: Firehose, input, call) {
    await firehose.remove(firehose.delivery(call, input.DeliveryStreamName))
    return {}
  },
})

/**
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html
 * The key is kept and named in every answer; the bytes on this machine's disk are not encrypted with it.
 */
export const StartDeliveryStreamEncryption = operation({
  input: {
    DeliveryStreamName: deliveryName,
    DeliveryStreamEncryptionConfigurationInput: optional(encryptionInput),
  },
  output: {},
  resource: resourceOf,
  async handle(firehose: Firehose, input, call) {
    const delivery = firehose.delivery(call, input.DeliveryStreamName)
    if (delivery.identity.source) throw encryptionForDirectPut()
    const given = input.DeliveryStreamEncryptionConfigurationInput ?? { KeyType: 'AWS_OWNED_CMK' as const }
    await delivery.encrypt(encryptionGiven(given))
    return {}
  },
})

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_StopDeliveryStreamEncryption.html */
export const StopDeliveryStreamEncryption = operation({
  input: { DeliveryStreamName: deliveryName },
  output: {},
  resource: resourceOf,
  async handle(firehose: Firehose, input, call) {
    const delivery = firehose.delivery(call, input.DeliveryStreamName)
    if (delivery.identity.source) throw encryptionForDirectPut()
    await delivery.encrypt({ enabled: false })
    return {}
  },
})
