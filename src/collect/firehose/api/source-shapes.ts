// Shapes of a delivery stream's sources, what a caller gives of them, and how they are described.
import { enumeration, integer, optional, string, structure, timestamp, type Value } from '../../../gateway/shape.ts'
import type { Delivery } from '../delivery.ts'
import { encryptionForDirectPut, InvalidArgumentException, notSupported } from '../faults.ts'
import { roleArn } from './destination-shapes.ts'

export const deliveryType = enumeration('DirectPut', 'KinesisStreamAsSource', 'MSKAsSource', 'DatabaseAsSource')
const streamArn = string({
  min: 1,
  max: 512,
  pattern: 'arn:.*:kinesis:[a-zA-Z0-9\\-]+:\\d{12}:stream/[a-zA-Z0-9_.-]+',
})
const throughputHint = integer({ min: 1, max: 100 })

export const directPutSource = structure({ ThroughputHintInMBs: throughputHint })
export const kinesisSource = structure({ KinesisStreamARN: streamArn, RoleARN: roleArn })

export const sourceDescription = structure({
  DirectPutSourceDescription: optional(structure({ ThroughputHintInMBs: optional(throughputHint) })),
  KinesisStreamSourceDescription: optional(
    structure({
      KinesisStreamARN: optional(streamArn),
      RoleARN: optional(roleArn),
      DeliveryStartTimestamp: optional(timestamp()),
    }),
  ),
})

interface Given {
  readonly DeliveryStreamType?: Value<typeof deliveryType> | undefined
  readonly DirectPutSourceConfiguration?: Value<typeof directPutSource> | undefined
  readonly KinesisStreamSourceConfiguration?: Value<typeof kinesisSource> | undefined
  readonly DeliveryStreamEncryptionConfigurationInput?: unknown
}

/** Throws InvalidArgumentException when type and configuration do not go together. */
export function sourceGiven(given: Given): Pick<Delivery['identity'], 'source' | 'throughputHintMib'> {
  const type = given.DeliveryStreamType ?? 'DirectPut'
  const stream = given.KinesisStreamSourceConfiguration
  const direct = given.DirectPutSourceConfiguration
  if (type !== 'DirectPut' && type !== 'KinesisStreamAsSource') {
    throw notSupported(`DeliveryStreamType ${type}`, 'Use DirectPut or KinesisStreamAsSource.')
  }
  if (type === 'DirectPut') {
    // AWS takes it and reads nothing from the stream; nobody means that.
    if (stream) {
      throw new InvalidArgumentException(
        'KinesisStreamSourceConfiguration is for the DeliveryStreamType KinesisStreamAsSource. Give that type, too.',
      )
    }
    return { source: undefined, throughputHintMib: direct?.ThroughputHintInMBs }
  }
  if (stream === undefined) {
    throw new InvalidArgumentException('KinesisSourceStreamConfig is mandatory for KinesisStreamAsSource stream type.')
  }
  if (direct) {
    throw new InvalidArgumentException('DirectPutSourceConfiguration is for the DeliveryStreamType DirectPut.')
  }
  if (given.DeliveryStreamEncryptionConfigurationInput) throw encryptionForDirectPut()
  return { source: { streamArn: stream.KinesisStreamARN, roleArn: stream.RoleARN }, throughputHintMib: undefined }
}

export function describeSource({
  source,
  throughputHintMib,
  createdAt,
}: Delivery['identity']): Value<typeof sourceDescription> | undefined {
  if (source === undefined) {
    if (throughputHintMib === undefined) return undefined
    return { DirectPutSourceDescription: { ThroughputHintInMBs: throughputHintMib } }
  }
  return {
    KinesisStreamSourceDescription: {
      KinesisStreamARN: source.streamArn,
      RoleARN: source.roleArn,
      DeliveryStartTimestamp: createdAt,
    },
  }
}
