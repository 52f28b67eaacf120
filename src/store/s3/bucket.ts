// What a bucket and its default encryption are, as plain values.

export type Versioning = 'off' | 'enabled' | 'suspended'

export type EncryptionAlgorithm = 'AES256' | 'aws:kms' | 'aws:kms:dsse'

export interface Encryption {
  readonly algorithm: EncryptionAlgorithm
  /** Only with KMS; in an object's encryption always an ARN. */
  readonly key?: string
  readonly bucketKey?: boolean
}

export interface Bucket {
  /** Never used again, not even for a bucket of the same name. */
  readonly id: number
  readonly name: string
  readonly account: string
  readonly region: string
  readonly createdAt: number
  readonly versioning: Versioning
  /** Undefined while nobody has set it: SSE-S3 then. */
  readonly encryption: Encryption | undefined
}
