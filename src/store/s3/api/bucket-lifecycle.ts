// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html and its Get and Delete.
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  header,
  integer,
  list,
  long,
  named,
  optional,
  payload,
  string,
  structure,
  timestamp,
  type Value,
} from '../../../gateway/shape.ts'
import { malformedXml, noSuchLifecycle } from '../faults.ts'
import { checkLifecycle, type LifecycleFilter, type LifecycleRule } from '../lifecycle.ts'
import type { S3 } from '../s3.ts'
import { objectTags } from '../tags.ts'
import { bucketOf, documentChecksum, mayBucket, onBucket, tag, tagList, tagSetOf } from './shapes.ts'

const storageClass = enumeration(
  'GLACIER',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
)
const sizes = { ObjectSizeGreaterThan: optional(long()), ObjectSizeLessThan: optional(long()) }
const filter = structure({
  Prefix: optional(string()),
  Tag: optional(tag),
  ...sizes,
  And: optional(
    structure({
      Prefix: optional(string()),
      Tags: optional(named('Tag', list(tag, { flattened: true }))),
      ...sizes,
    }),
  ),
})
const rule = structure({
  ID: optional(string()),
  Status: enumeration('Enabled', 'Disabled'),
  Prefix: optional(string()),
  Filter: optional(filter),
  Expiration: optional(
    structure({
      Date: optional(timestamp('iso8601')),
      Days: optional(integer()),
      ExpiredObjectDeleteMarker: optional(boolean()),
    }),
  ),
  Transitions: optional(
    named(
      'Transition',
      list(
        structure({
          Date: optional(timestamp('iso8601')),
          Days: optional(integer()),
          StorageClass: optional(storageClass),
        }),
        { flattened: true },
      ),
    ),
  ),
  NoncurrentVersionTransitions: optional(
    named(
      'NoncurrentVersionTransition',
      list(
        structure({
          NoncurrentDays: optional(integer()),
          NewerNoncurrentVersions: optional(integer()),
          StorageClass: optional(storageClass),
        }),
        { flattened: true },
      ),
    ),
  ),
  NoncurrentVersionExpiration: optional(
    structure({ NoncurrentDays: optional(integer()), NewerNoncurrentVersions: optional(integer()) }),
  ),
  AbortIncompleteMultipartUpload: optional(structure({ DaysAfterInitiation: optional(integer()) })),
})
const rules = named('Rule', list(rule, { flattened: true }))
const minimumSize = optional(
  header(
    'x-amz-transition-default-minimum-object-size',
    enumeration('varies_by_storage_class', 'all_storage_classes_128K'),
  ),
)

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html */
export const PutBucketLifecycleConfiguration = operation({
  http: { route: 'PUT /{Bucket}?lifecycle' },
  input: {
    ...onBucket,
    ...documentChecksum,
    LifecycleConfiguration: optional(payload(structure({ Rules: rules }))),
    TransitionDefaultMinimumObjectSize: minimumSize,
  },
  output: { TransitionDefaultMinimumObjectSize: minimumSize },
  access: mayBucket('s3:PutLifecycleConfiguration'),
  async handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    if (input.LifecycleConfiguration === undefined) throw malformedXml()
    const kept = input.LifecycleConfiguration.Rules.map(given => ruleOf(given, s3.random.uuid()))
    checkLifecycle(kept)
    const minimum = input.TransitionDefaultMinimumObjectSize ?? 'all_storage_classes_128K'
    await s3.lifecycles.set(bucket, { rules: kept, minimumSize: minimum })
    return { TransitionDefaultMinimumObjectSize: minimum }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html */
export const GetBucketLifecycleConfiguration = operation({
  http: { route: 'GET /{Bucket}?lifecycle' },
  root: 'LifecycleConfiguration',
  input: onBucket,
  output: { Rules: rules, TransitionDefaultMinimumObjectSize: minimumSize },
  access: mayBucket('s3:GetLifecycleConfiguration'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const lifecycle = s3.settings.get(bucket, 'lifecycle')
    if (lifecycle === undefined) throw noSuchLifecycle(bucket.name)
    return { Rules: lifecycle.rules.map(shown), TransitionDefaultMinimumObjectSize: lifecycle.minimumSize }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html */
export const DeleteBucketLifecycle = operation({
  http: { route: 'DELETE /{Bucket}?lifecycle', status: 204 },
  input: onBucket,
  output: {},
  access: mayBucket('s3:PutLifecycleConfiguration'),
  async handle(s3: S3, input) {
    await s3.settings.delete(bucketOf(s3, input), 'lifecycle')
    return {}
  },
})

/** Without what is undefined: JSON keeps the rest. */
function ruleOf(given: Value<typeof rule>, id: string): LifecycleRule {
  const { Expiration, Transitions, NoncurrentVersionTransitions, NoncurrentVersionExpiration } = given
  return JSON.parse(
    JSON.stringify({
      id: given.ID ?? id,
      enabled: given.Status === 'Enabled',
      prefix: given.Prefix,
      filter: given.Filter && filterOf(given.Filter),
      expiration: Expiration && {
        days: Expiration.Days,
        onDate: Expiration.Date,
        loneMarker: Expiration.ExpiredObjectDeleteMarker,
      },
      transitions: Transitions?.map(transition => ({
        days: transition.Days,
        onDate: transition.Date,
        storageClass: transition.StorageClass,
      })),
      noncurrentTransitions: NoncurrentVersionTransitions?.map(transition => ({
        days: transition.NoncurrentDays,
        newerKept: transition.NewerNoncurrentVersions,
        storageClass: transition.StorageClass,
      })),
      noncurrentExpiration: NoncurrentVersionExpiration && {
        days: NoncurrentVersionExpiration.NoncurrentDays,
        newerKept: NoncurrentVersionExpiration.NewerNoncurrentVersions,
      },
      abortUploadAfterDays: given.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    }),
  )
}

/** One condition stands alone, several stand in And. */
function filterOf(given: Value<typeof filter>): unknown {
  const { And, Tag, ...alone } = given
  const conditions = [And, Tag, ...Object.values(alone)].filter(condition => condition !== undefined)
  if (conditions.length > 1) throw malformedXml()
  const { Prefix, ObjectSizeGreaterThan, ObjectSizeLessThan } = And ?? alone
  const tags = And?.Tags ?? (Tag === undefined ? undefined : [Tag])
  return {
    prefix: Prefix,
    tags: tags && objectTags(tagList(tags)),
    bytesAbove: ObjectSizeGreaterThan,
    bytesBelow: ObjectSizeLessThan,
  }
}

function shown(kept: LifecycleRule): Value<typeof rule> {
  const { expiration, transitions, noncurrentTransitions, noncurrentExpiration, abortUploadAfterDays } = kept
  return {
    ID: kept.id,
    Status: kept.enabled ? 'Enabled' : 'Disabled',
    Prefix: kept.prefix,
    Filter: kept.filter && shownFilter(kept.filter),
    Expiration: expiration && {
      Days: expiration.days,
      Date: expiration.onDate,
      ExpiredObjectDeleteMarker: expiration.loneMarker,
    },
    Transitions: transitions?.map(({ days, onDate, storageClass: to }) => ({
      Days: days,
      Date: onDate,
      StorageClass: to,
    })),
    NoncurrentVersionTransitions: noncurrentTransitions?.map(({ days, newerKept, storageClass: to }) => ({
      NoncurrentDays: days,
      NewerNoncurrentVersions: newerKept,
      StorageClass: to,
    })),
    NoncurrentVersionExpiration: noncurrentExpiration && {
      NoncurrentDays: noncurrentExpiration.days,
      NewerNoncurrentVersions: noncurrentExpiration.newerKept,
    },
    AbortIncompleteMultipartUpload:
      abortUploadAfterDays === undefined ? undefined : { DaysAfterInitiation: abortUploadAfterDays },
  }
}

function shownFilter(kept: LifecycleFilter): Value<typeof filter> {
  const { prefix, bytesAbove, bytesBelow } = kept
  const tags = tagSetOf(kept.tags ?? {})
  const [only, ...more] = tags
  const conditions = [prefix, bytesAbove, bytesBelow].filter(given => given !== undefined).length + tags.length
  const said = { Prefix: prefix, ObjectSizeGreaterThan: bytesAbove, ObjectSizeLessThan: bytesBelow }
  if (conditions > 1) return { And: { ...said, Tags: tags.length === 0 ? undefined : tags } }
  return more.length === 0 && only !== undefined ? { Tag: only } : said
}
