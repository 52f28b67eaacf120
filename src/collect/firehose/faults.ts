// What callers of Firehose do wrong, in AWS's words.
import { faultClass } from '../../gateway/fault.ts'

export const ResourceNotFoundException = faultClass('ResourceNotFoundException')
export const ResourceInUseException = faultClass('ResourceInUseException')
export const InvalidArgumentException = faultClass('InvalidArgumentException')
export const LimitExceededException = faultClass('LimitExceededException')
export const ServiceUnavailableException = faultClass('ServiceUnavailableException', { status: 500 })
export const ThrottlingException = faultClass('ThrottlingException')
export const ConcurrentModificationException = faultClass('ConcurrentModificationException')

interface Place {
  readonly name: string
  readonly account: string
}

export const noSuchDelivery = ({ name, account }: Place) =>
  new ResourceNotFoundException(`Firehose ${name} under account ${account} not found.`)

export const deliveryExists = ({ name, account }: Place) =>
  new ResourceInUseException(`Firehose ${name} under accountId ${account} already exists`)

export const notDirectPut = () =>
  new InvalidArgumentException('This operation is not permitted on KinesisStreamAsSource delivery stream type.')

/** https://docs.aws.amazon.com/firehose/latest/dev/limits.html: what a producer gets that is faster than the quotas. */
export const slowDown = () => new ServiceUnavailableException('Slow down.')

export const encryptionForDirectPut = () =>
  new InvalidArgumentException(
    'Server side encryption from firehose is only allowed for direct put delivery streams and database as a source delivery streams',
  )

/** Something AWS has and Biwa has not: refused by its name, never left out in silence. */
export const notSupported = (what: string, instead: string) =>
  new InvalidArgumentException(`${what} is not supported by Biwa yet. ${instead}`)
