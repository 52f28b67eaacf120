/** What a refused call throws: an error that looks to its catcher as the AWS SDK's does. */
import type { Fault } from '../gateway/fault.ts'

/**
 *     await assert.rejects(lake.aws.kinesis.DescribeStream({ StreamName: 'none' }), { name: 'ResourceNotFoundException' })
 */
export class AwsError extends Error {
  /** AWS's code: `ResourceNotFoundException`, `NoSuchKey`. */
  override readonly name: string
  /** Whose doing it was. */
  readonly $fault: 'client' | 'server'
  readonly $metadata: { readonly httpStatusCode: number; readonly attempts: 1 }

  constructor(fault: Fault) {
    super(fault.message, { ...(fault.cause !== undefined && { cause: fault.cause }) })
    this.name = fault.code
    this.$fault = fault.status >= 500 ? 'server' : 'client'
    this.$metadata = { httpStatusCode: fault.status, attempts: 1 }
    // Further members of AWS's error, such as S3's BucketName.
    for (const [name, value] of Object.entries(fault.detail))
      if (!(name in this)) Object.assign(this, { [name]: value })
  }
}
