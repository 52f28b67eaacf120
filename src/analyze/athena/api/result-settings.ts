/** ResultConfiguration, both ways. */
import { InvalidRequestException } from '../faults.ts'
import type { OutputRequest } from '../output.ts'

export interface ResultConfiguration {
  readonly OutputLocation?: string | undefined
  readonly ExpectedBucketOwner?: string | undefined
  readonly EncryptionConfiguration?: { readonly EncryptionOption: 'SSE_S3' | 'SSE_KMS' | 'CSE_KMS' } | undefined
  readonly AclConfiguration?: { readonly S3AclOption: 'BUCKET_OWNER_FULL_CONTROL' } | undefined
}

export function askedOutput(asked: ResultConfiguration = {}): OutputRequest {
  const { OutputLocation, ExpectedBucketOwner, EncryptionConfiguration, AclConfiguration } = asked
  const option = EncryptionConfiguration?.EncryptionOption
  if (option === 'SSE_KMS' || option === 'CSE_KMS')
    throw new InvalidRequestException(
      `Biwa does not encrypt results with ${option} yet; SSE_S3 and none are supported.`,
    )
  return {
    ...(OutputLocation !== undefined && { outputLocation: OutputLocation }),
    ...(ExpectedBucketOwner !== undefined && { expectedBucketOwner: ExpectedBucketOwner }),
    ...(option !== undefined && { encryption: option }),
    ...(AclConfiguration && { acl: AclConfiguration.S3AclOption }),
  }
}

export const encryptionOf = (encryption: 'SSE_S3' | undefined) =>
  encryption === undefined ? {} : { EncryptionConfiguration: { EncryptionOption: encryption } }

export const aclOf = (acl: 'BUCKET_OWNER_FULL_CONTROL' | undefined) =>
  acl === undefined ? {} : { AclConfiguration: { S3AclOption: acl } }
