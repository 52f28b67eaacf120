// Shapes of delivery streams, and how one is described.
import type { Call } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  list,
  optional,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import type { Delivery } from '../delivery.ts'
import { InvalidArgumentException } from '../faults.ts'
import type { Encryption } from '../tables.ts'
import { destinationDescription, keyArn } from './destination-shapes.ts'
import { describeDestination } from './destination-words.ts'
import { deliveryType, describeSource, sourceDescription } from './source-shapes.ts'

export const deliveryName = string({ min: 1, max: 64, pattern: '[a-zA-Z0-9_.-]+' })
export const deliveryArn = string({
  min: 1,
  max: 512,
  pattern: 'arn:.*:firehose:[a-zA-Z0-9\\-]+:\\d{12}:deliverystream/[a-zA-Z0-9._-]+',
})
export const versionId = string({ min: 1, max: 50, pattern: '[0-9]+' })

const keyType = enumeration('AWS_OWNED_CMK', 'CUSTOMER_MANAGED_CMK')
export const encryptionInput = structure({ KeyARN: optional(keyArn), KeyType: keyType })

export const deliveryDescription = structure({
  DeliveryStreamName: deliveryName,
  DeliveryStreamARN: deliveryArn,
  DeliveryStreamStatus: enumeration('CREATING', 'CREATING_FAILED', 'DELETING', 'DELETING_FAILED', 'ACTIVE'),
  FailureDescription: optional(
    structure({ Type: enumeration('UNKNOWN_ERROR'), Details: string({ min: 1, max: 1024, pattern: '^(?!\\s*$).+' }) }),
  ),
  DeliveryStreamEncryptionConfiguration: optional(
    structure({
      KeyARN: optional(keyArn),
      KeyType: optional(keyType),
      Status: optional(enumeration('ENABLED', 'DISABLED')),
    }),
  ),
  DeliveryStreamType: deliveryType,
  VersionId: versionId,
  CreateTimestamp: optional(timestamp()),
  LastUpdateTimestamp: optional(timestamp()),
  Source: optional(sourceDescription),
  Destinations: list(destinationDescription),
  HasMoreDestinations: boolean(),
})

/** The ARN for IAM's question. */
export const resourceOf = ({ DeliveryStreamName: name }: { readonly DeliveryStreamName: string }, call: Call): string =>
  `arn:aws:firehose:${call.region}:${call.account}:deliverystream/${name}`

export function encryptionGiven(given: Value<typeof encryptionInput> | undefined): Encryption {
  if (given === undefined) return { enabled: false }
  if (given.KeyType === 'CUSTOMER_MANAGED_CMK' && given.KeyARN === undefined) {
    throw new InvalidArgumentException('KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK')
  }
  if (given.KeyType === 'AWS_OWNED_CMK' && given.KeyARN !== undefined) {
    throw new InvalidArgumentException('KeyARN cannot be specified when KeyType is AWS_OWNED_CMK')
  }
  return { enabled: true, keyType: given.KeyType, keyArn: given.KeyARN }
}

export function describeDelivery(delivery: Delivery): Value<typeof deliveryDescription> {
  const { identity, state, failure } = delivery
  const { source } = identity
  const { encryption } = state
  return {
    DeliveryStreamName: identity.name,
    DeliveryStreamARN: delivery.arn,
    // In AWS it is CREATING for about a minute; here it delivers from the moment the answer goes out.
    DeliveryStreamStatus: 'ACTIVE',
    FailureDescription: failure && {
      Type: 'UNKNOWN_ERROR',
      Details: `Delivery is held back and retried (attempt ${failure.attempts}): ${failure.message}`.slice(0, 1024),
    },
    // A stream's records are encrypted in the stream: AWS tells nothing of it then.
    DeliveryStreamEncryptionConfiguration: source ? undefined : describeEncryption(encryption),
    DeliveryStreamType: source ? 'KinesisStreamAsSource' : 'DirectPut',
    VersionId: String(state.version),
    CreateTimestamp: identity.createdAt,
    LastUpdateTimestamp: state.updatedAt,
    Source: describeSource(identity),
    Destinations: [describeDestination(state.destination)],
    HasMoreDestinations: false,
  }
}

const describeEncryption = (
  encryption: Encryption,
): Value<typeof deliveryDescription>['DeliveryStreamEncryptionConfiguration'] =>
  encryption.enabled
    ? { KeyARN: encryption.keyArn, KeyType: encryption.keyType, Status: 'ENABLED' }
    : { Status: 'DISABLED' }
