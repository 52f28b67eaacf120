// How a request names its stream: by name, by ARN, by both, which must agree; and whose streams it may name.
import { InvalidArgumentException, noSuchStream } from './faults.ts'
import type { Kinesis, Scope } from './kinesis.ts'
import type { Stream } from './stream.ts'

export interface StreamReference {
  readonly name?: string | undefined
  readonly arn?: string | undefined
  /** Reserved by AWS, which makes host names of it that no lake answers to; so none is ever shown, and none is taken. */
  readonly streamId?: string | undefined
}

/**
 * `shared`: by its ARN the stream of another account is found too, because a stream's policy can allow this to others.
 * Whether it does is IAM's question, asked before this one.
 */
export type Reach = 'own' | 'shared'

/** Throws ResourceNotFoundException, and InvalidArgumentException for names that contradict each other. */
export function streamNamed(
  kinesis: Pick<Kinesis, 'stream'>,
  scope: Scope,
  reference: StreamReference,
  reach: Reach = 'own',
): Stream {
  const { name, account } = placeNamed(scope, reference, reach)
  refuseStreamId(reference.streamId)
  const stream = kinesis.stream({ account, region: scope.region }, name)
  // IAM was asked about the ARN as it was written: one that only resembles the stream's must not lead to it.
  if (reference.arn !== undefined && reference.arn !== stream.arn) throw noSuchStream({ name, account })
  return stream
}

export function refuseStreamId(streamId: string | undefined): void {
  if (streamId === undefined) return
  throw new InvalidArgumentException(
    `StreamId ${streamId} is not supported: AWS reserves it for future use. Name the stream by StreamARN or StreamName.`,
  )
}

function placeNamed(
  { account, region }: Scope,
  { name, arn }: StreamReference,
  reach: Reach,
): { readonly name: string; readonly account: string } {
  if (arn === undefined) {
    if (name !== undefined) return { name, account }
    throw new InvalidArgumentException('Either StreamName or StreamARN must be provided.')
  }
  const [, , , arnRegion, arnAccount = '', resource = ''] = arn.split(':')
  const arnName = resource.replace(/^stream\//, '')
  if (name !== undefined && name !== arnName) {
    throw new InvalidArgumentException(`StreamARN ${arn} does not belong to the stream named ${name}.`)
  }
  if (arnRegion !== region || (reach === 'own' && arnAccount !== account))
    throw noSuchStream({ name: arnName, account })
  return { name: arnName, account: arnAccount }
}
