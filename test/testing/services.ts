/** The declared services without a lake: declarations do not look at their parts until they handle something. */
import { awsServices, type Parts } from '../../src/aws.ts'
import type { Service } from '../../src/gateway/operation.ts'

export const declaredServices = async (): Promise<Readonly<Record<string, Service>>> => {
  const nothing: object = new Proxy({}, { get: () => nothing })
  return awsServices(nothing as Parts)
}
