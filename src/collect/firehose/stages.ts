// The steps that a destination asks for, in AWS's order: unpack, take apart, transform, extract keys. What the Kinesis
// Producer Library packed is taken apart before any of them, the delimiter comes after them.
import { workOf } from './destination.ts'
import type { Batches, Fail, Step } from './flow.ts'
import type { Order } from './order.ts'
import type { Processor } from './processors.ts'
import { deaggregation } from './steps/deaggregation.ts'
import { decompression } from './steps/decompression.ts'
import { metadata } from './steps/metadata.ts'
import { transformation } from './steps/transformation.ts'
import { mayCall } from './way.ts'
import type { World } from './world.ts'

/** What the records have become after all of them. */
export const throughStages = (records: Batches, fail: Fail, order: Order, world: World): Batches =>
  stagesOf(order, world).reduce((batches, step) => step(batches, fail), records)

function stagesOf(order: Order, world: World): readonly Step[] {
  const { processors } = workOf(order.destination)
  const of = <K extends Processor['kind']>(kind: K) =>
    processors.find((processor): processor is Extract<Processor, { kind: K }> => processor.kind === kind)
  const steps: Step[] = []
  if (of('decompress')) steps.push(decompression({ messages: of('messages') !== undefined }))
  const apart = of('deaggregate')
  if (apart) steps.push(deaggregation(apart))
  const lambda = of('lambda')
  if (lambda) steps.push(transformation(lambda, around(lambda, order, world)))
  const extraction = of('metadata')
  if (extraction) steps.push(metadata(extraction.query, { ...world, meters: order.meters }))
  return steps
}

function around(processor: Extract<Processor, { kind: 'lambda' }>, order: Order, world: World) {
  const { arn, identity, backlog, meters, signal, destination } = order
  const permitted = mayCall(processor.roleArn ?? destination.roleArn, processor.arn, world)
  return {
    ...{ permitted, meters, signal, functions: world.functions, random: world.random, pause: world.pause },
    deliveryArn: arn,
    region: identity.region,
    streamArn: backlog.source.streamArn,
    sequenceNumber: ({ origin }: { readonly origin: { readonly lane: string; readonly index: number } }) =>
      backlog.lane(origin.lane)?.sequenceNumber(origin.index),
  }
}
