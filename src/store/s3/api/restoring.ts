// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
import { operation } from '../../../gateway/operation.ts'
import { enumeration, integer, optional, payload, status, structure } from '../../../gateway/shape.ts'
import { malformedXml } from '../faults.ts'
import type { S3 } from '../s3.ts'
import { bucketOf, documentChecksum, mayObject, onKey, versionIdQuery } from './shapes.ts'

const tier = enumeration('Standard', 'Bulk', 'Expedited')

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html */
export const RestoreObject = operation({
  http: { route: 'POST /{Bucket}/{Key+}?restore' },
  input: {
    ...onKey,
    ...documentChecksum,
    VersionId: versionIdQuery,
    RestoreRequest: optional(
      payload(
        structure({
          Days: optional(integer()),
          GlacierJobParameters: optional(structure({ Tier: tier })),
          Tier: optional(tier),
        }),
      ),
    ),
  },
  /** Not a member of AWS's model: 202 where it was asked for, 200 where it is there already. */
  output: { StatusCode: optional(status(integer())) },
  access: mayObject('s3:RestoreObject'),
  async handle(s3: S3, input) {
    if (input.RestoreRequest === undefined) throw malformedXml()
    const { Days, GlacierJobParameters, Tier } = input.RestoreRequest
    const wasThere = await s3.restoring.restore(bucketOf(s3, input), input.Key, {
      versionId: input.VersionId,
      days: Days,
      tier: GlacierJobParameters?.Tier ?? Tier ?? 'Standard',
    })
    return { StatusCode: wasThere ? 200 : 202 }
  },
})
