// What a caller says about an object beside its bytes, made into what is kept: checked, with AWS's defaults.
import type { Bucket } from './bucket.ts'
import { type EncryptionRequest, encryptionFor } from './encryption.ts'
import {
  aclNotSupported,
  invalidAcl,
  invalidRedirect,
  invalidStorageClass,
  keyTooLong,
  metadataTooLarge,
} from './faults.ts'
import { checkHeaderText, checkMetadataName } from './header-text.ts'
import { keyBytesMax, metadataBytesMax } from './limits.ts'
import type { Properties } from './version.ts'

export interface Described {
  readonly contentType?: string | undefined
  readonly contentEncoding?: string | undefined
  readonly contentDisposition?: string | undefined
  readonly contentLanguage?: string | undefined
  readonly cacheControl?: string | undefined
  readonly expires?: string | undefined
  readonly redirect?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  readonly storageClass?: string | undefined
  readonly encryption?: EncryptionRequest | undefined
  /** A canned ACL. */
  readonly acl?: string | undefined
}

/** Biwa has no tiers: a class says whether an object has to be restored before it is read, and nothing of where it lies. */
const storageClasses = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
])

/** The ACLs that say what holds anyway: objects belong to the bucket's owner, who alone has rights by ACL. */
const harmlessAcls = new Set(['private', 'bucket-owner-full-control'])
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl */
const otherAcls = new Set([
  'public-read',
  'public-read-write',
  'aws-exec-read',
  'authenticated-read',
  'bucket-owner-read',
  'log-delivery-write',
])

export function checkCannedAcl(acl: string): void {
  if (harmlessAcls.has(acl)) return
  throw otherAcls.has(acl) ? aclNotSupported() : invalidAcl(acl)
}

export function propertiesFor(bucket: Bucket, described: Described): Properties {
  const { metadata, storageClass = 'STANDARD', acl } = described
  if (acl !== undefined) checkCannedAcl(acl)
  if (!storageClasses.has(storageClass)) throw invalidStorageClass(storageClass)
  if (metadata !== undefined) checkMetadata(metadata)
  checkHeaderText('Content-Type', described.contentType)
  checkHeaderText('Content-Encoding', described.contentEncoding)
  checkHeaderText('Content-Disposition', described.contentDisposition)
  checkHeaderText('Content-Language', described.contentLanguage)
  checkHeaderText('Cache-Control', described.cacheControl)
  checkHeaderText('Expires', described.expires)
  checkHeaderText('x-amz-website-redirect-location', described.redirect)
  if (described.redirect !== undefined && !/^(?:https?:\/\/|\/)/.test(described.redirect)) throw invalidRedirect()
  return {
    contentType: described.contentType ?? 'binary/octet-stream',
    ...(described.contentEncoding !== undefined && { contentEncoding: described.contentEncoding }),
    ...(described.contentDisposition !== undefined && { contentDisposition: described.contentDisposition }),
    ...(described.contentLanguage !== undefined && { contentLanguage: described.contentLanguage }),
    ...(described.cacheControl !== undefined && { cacheControl: described.cacheControl }),
    ...(described.expires !== undefined && { expires: described.expires }),
    ...(described.redirect !== undefined && { redirect: described.redirect }),
    ...(metadata !== undefined && { metadata }),
    ...(storageClass !== 'STANDARD' && { storageClass }),
    encryption: encryptionFor(bucket, described.encryption ?? {}),
  }
}

export function checkKey(key: string): void {
  // A key's UTF-8 is at most three times as long as its UTF-16: short keys need no counting.
  if (key.length * 3 <= keyBytesMax) return
  const bytes = Buffer.byteLength(key)
  if (bytes > keyBytesMax) throw keyTooLong(bytes)
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  let bytes = 0
  for (const name in metadata) {
    const text = metadata[name] as string
    checkMetadataName(name)
    checkHeaderText(`x-amz-meta-${name}`, text)
    bytes += name.length + text.length // latin1: a character is a byte
  }
  if (bytes > metadataBytesMax) throw metadataTooLarge(bytes)
}
