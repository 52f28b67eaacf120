/** The declared services without a lake: declarations do not look at their parts until they handle something. */
import { awsServices, type Parts } from '../../src/aws.ts'
import type { BoundOperations, Service } from '../../src/gateway/operation.ts'

export const declaredServices = async (): Promise<Readonly<Record<string, Service>>> => {
  // Kinesis and Firehose pace their operations as they are declared; what is declared stays the same.
  const paced = (operations: BoundOperations) => operations
  const nothing: object = new Proxy({}, { get: (_target, name) => (name === 'paced' ? paced : nothing) })
  return awsServices(nothing as Parts)
}
