// Which encryption an object is said to have. Biwa does not encrypt: what AWS would do is kept and echoed, so that
// policies and clients that look at it see what they asked for; the disk's own encryption is the operator's.
import type { Bucket, Encryption, EncryptionAlgorithm } from './bucket.ts'
import { invalidArgument, invalidRequest } from './faults.ts'
import { checkHeaderText } from './header-text.ts'

export interface EncryptionRequest {
  readonly algorithm?: EncryptionAlgorithm | undefined
  readonly key?: string | undefined
  readonly bucketKey?: boolean | undefined
}

const sseS3: Encryption = { algorithm: 'AES256' }

/** What the request says goes before the bucket's default, and that before SSE-S3. */
export function encryptionFor(bucket: Bucket, request: EncryptionRequest): Encryption {
  const { algorithm, key, bucketKey } = request
  checkHeaderText('x-amz-server-side-encryption-aws-kms-key-id', key)
  if (algorithm === undefined) {
    if (key !== undefined) throw invalidArgument(keyWithoutKms, 'x-amz-server-side-encryption', 'null')
    const standard = bucket.encryption ?? sseS3
    const wanted = bucketKey === undefined ? standard : { ...standard, bucketKey }
    return wanted.algorithm === 'AES256' ? sseS3 : withKey(bucket, wanted)
  }
  if (algorithm === 'AES256') {
    if (key !== undefined) throw invalidArgument(keyWithoutKms, 'x-amz-server-side-encryption', algorithm)
    return sseS3
  }
  const standard = bucket.encryption?.algorithm === algorithm ? bucket.encryption : undefined
  return withKey(bucket, {
    algorithm,
    ...((key ?? standard?.key) !== undefined && { key: key ?? (standard?.key as string) }),
    ...((bucketKey ?? standard?.bucketKey) !== undefined && { bucketKey: bucketKey ?? standard?.bucketKey === true }),
  })
}

/** Refuses what AWS refuses for a bucket's default. */
export function checkDefaultEncryption(encryption: Encryption): Encryption {
  if (encryption.algorithm === 'AES256' && encryption.key !== undefined)
    throw invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      'ApplyServerSideEncryptionByDefault',
      encryption.algorithm,
    )
  checkHeaderText('KMSMasterKeyID', encryption.key)
  if (encryption.key === '') throw invalidRequest('The KMSMasterKeyID must not be empty.')
  return encryption
}

const keyWithoutKms =
  'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'

/** AWS answers with the key's ARN, however the key was named; without a name it is the account's own key for S3. */
function withKey(bucket: Bucket, encryption: Encryption): Encryption {
  const key = encryption.key ?? 'alias/aws/s3'
  if (key.startsWith('arn:')) return encryption
  const resource = key.startsWith('alias/') ? key : `key/${key}`
  return { ...encryption, key: `arn:aws:kms:${bucket.region}:${bucket.account}:${resource}` }
}
