// AWS's numbers for S3, each with its page under https://docs.aws.amazon.com/AmazonS3/latest/.

const kib = 1024
const mib = 1024 * kib
const gib = 1024 * mib

/** userguide/object-keys.html: a key is at most 1,024 bytes of UTF-8. */
export const keyBytesMax = 1024
/** userguide/qfacts.html: one PutObject, one part, one CopyObject. */
export const putBytesMax = 5 * gib
/** userguide/qfacts.html: every part but the last. */
export const partBytesMin = 5 * mib
/** userguide/qfacts.html */
export const partsMax = 10_000
/** userguide/qfacts.html: 50 TB since December 2025, 5 TB before. */
export const objectBytesMax = 50 * 1024 * gib
/** userguide/UsingMetadata.html: names and values of the user's metadata together. */
export const metadataBytesMax = 2 * kib
/** API/API_ListObjectsV2.html: also for versions, uploads, parts, and what DeleteObjects takes. */
export const pageMax = 1000
/** API/API_ListBuckets.html */
export const bucketsPageMax = 10_000
/** general-purpose quota of an account, userguide/BucketRestrictions.html */
export const bucketsMax = 10_000
/** userguide/object-tagging.html */
export const objectTagsMax = 10
/** userguide/CostAllocTagging.html */
export const bucketTagsMax = 50
/** userguide/object-tagging.html, in Unicode characters. */
export const tagKeyMax = 128
export const tagValueMax = 256
/** userguide/bucket-policies.html */
export const policyBytesMax = 20 * kib
/** userguide/lifecycle-configuration-examples.html */
export const lifecycleRulesMax = 1000
export const lifecycleIdMax = 255
/** userguide/lifecycle-transition-general-considerations.html */
export const infrequentAccessDaysMin = 30
/** The same page: smaller objects are not moved by default. */
export const movedBytesMin = 128 * kib
export const dayMilliseconds = 86_400_000
/** userguide/restoring-objects-retrieval-options.html: the longest that each of them usually takes. */
export const restoreMilliseconds = {
  GLACIER: { Expedited: 5 * 60_000, Standard: 5 * 3_600_000, Bulk: 12 * 3_600_000 },
  DEEP_ARCHIVE: { Expedited: undefined, Standard: 12 * 3_600_000, Bulk: 48 * 3_600_000 },
} as const
/** userguide/using-intelligent-tiering.html and API/API_Tiering.html */
export const tieringConfigurationsMax = 1000
export const tieringIdMax = 64
export const tieringDays = {
  ARCHIVE_ACCESS: { min: 90, max: 730 },
  DEEP_ARCHIVE_ACCESS: { min: 180, max: 730 },
} as const
/** API/API_ListBucketIntelligentTieringConfigurations.html names no number; other configurations come a hundred at a time. */
export const tieringsPageMax = 100
