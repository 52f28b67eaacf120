// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html and its Get, List, Delete.
import { operation } from '../../../gateway/operation.ts'
import {
  boolean,
  enumeration,
  integer,
  list,
  named,
  optional,
  payload,
  query,
  string,
  structure,
  type Value,
} from '../../../gateway/shape.ts'
import { invalidArgument, malformedXml, noSuchConfiguration } from '../faults.ts'
import { tieringsPageMax } from '../limits.ts'
import type { S3 } from '../s3.ts'
import { objectTags } from '../tags.ts'
import { checkTiering, type Tiering } from '../tiering.ts'
import { bucketOf, mayBucket, onBucket, tag, tagList, tagSetOf } from './shapes.ts'

const configuration = structure({
  Id: string(),
  Filter: optional(
    structure({
      Prefix: optional(string()),
      Tag: optional(tag),
      And: optional(
        structure({ Prefix: optional(string()), Tags: optional(named('Tag', list(tag, { flattened: true }))) }),
      ),
    }),
  ),
  Status: enumeration('Enabled', 'Disabled'),
  Tierings: named(
    'Tiering',
    list(structure({ Days: integer(), AccessTier: enumeration('ARCHIVE_ACCESS', 'DEEP_ARCHIVE_ACCESS') }), {
      flattened: true,
    }),
  ),
})
const onConfiguration = { ...onBucket, Id: query('id', string()) }

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html */
export const PutBucketIntelligentTieringConfiguration = operation({
  http: { route: 'PUT /{Bucket}?intelligent-tiering' },
  input: { ...onConfiguration, IntelligentTieringConfiguration: payload(configuration) },
  output: {},
  access: mayBucket('s3:PutIntelligentTieringConfiguration'),
  async handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const given = tieringOf(input.IntelligentTieringConfiguration)
    if (given.id !== input.Id)
      throw invalidArgument('The id of the request is not the Id of its configuration', 'id', input.Id)
    await s3.settings.change(bucket, 'tiering', (kept = {}) => {
      checkTiering(given, kept)
      return { ...kept, [given.id]: given }
    })
    return {}
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketIntelligentTieringConfiguration.html */
export const GetBucketIntelligentTieringConfiguration = operation({
  http: { route: 'GET /{Bucket}?intelligent-tiering&id' },
  input: onConfiguration,
  output: { IntelligentTieringConfiguration: optional(payload(configuration)) },
  access: mayBucket('s3:GetIntelligentTieringConfiguration'),
  handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    const kept = s3.settings.get(bucket, 'tiering')?.[input.Id]
    if (kept === undefined) throw noSuchConfiguration(bucket.name)
    return { IntelligentTieringConfiguration: shown(kept) }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html */
export const ListBucketIntelligentTieringConfigurations = operation({
  http: { route: 'GET /{Bucket}?intelligent-tiering' },
  root: 'ListBucketIntelligentTieringConfigurationsOutput',
  input: { ...onBucket, ContinuationToken: optional(query('continuation-token', string())) },
  output: {
    IsTruncated: optional(boolean()),
    ContinuationToken: optional(string()),
    NextContinuationToken: optional(string()),
    IntelligentTieringConfigurationList: optional(
      named('IntelligentTieringConfiguration', list(configuration, { flattened: true })),
    ),
  },
  access: mayBucket('s3:GetIntelligentTieringConfiguration'),
  handle(s3: S3, input) {
    const after = Buffer.from(input.ContinuationToken ?? '', 'base64url').toString()
    const kept = Object.values(s3.settings.get(bucketOf(s3, input), 'tiering') ?? {})
      .filter(({ id }) => id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    const page = kept.slice(0, tieringsPageMax)
    const more = kept.length > page.length
    return {
      IsTruncated: more,
      ContinuationToken: input.ContinuationToken,
      NextContinuationToken: more ? Buffer.from(page.at(-1)?.id ?? '').toString('base64url') : undefined,
      IntelligentTieringConfigurationList: page.map(shown),
    }
  },
})

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketIntelligentTieringConfiguration.html */
export const DeleteBucketIntelligentTieringConfiguration = operation({
  http: { route: 'DELETE /{Bucket}?intelligent-tiering', status: 204 },
  input: onConfiguration,
  output: {},
  access: mayBucket('s3:PutIntelligentTieringConfiguration'),
  async handle(s3: S3, input) {
    const bucket = bucketOf(s3, input)
    await s3.settings.change(bucket, 'tiering', (kept = {}) => {
      const { [input.Id]: gone, ...others } = kept
      if (gone === undefined) throw noSuchConfiguration(bucket.name)
      return others
    })
    return {}
  },
})

/** One condition stands alone, several stand in And. */
function tieringOf({ Id, Status, Filter, Tierings }: Value<typeof configuration>): Tiering {
  const { Prefix, Tag, And } = Filter ?? {}
  if ([Prefix, Tag, And].filter(condition => condition !== undefined).length > 1) throw malformedXml()
  const prefix = And?.Prefix ?? Prefix
  const tags = And?.Tags ?? (Tag === undefined ? undefined : [Tag])
  return {
    id: Id,
    enabled: Status === 'Enabled',
    ...(prefix !== undefined && { prefix }),
    ...(tags !== undefined && { tags: objectTags(tagList(tags)) }),
    tiers: Tierings.map(({ AccessTier, Days }) => ({ tier: AccessTier, days: Days })),
  }
}

function shown({ id, enabled, prefix, tags = {}, tiers }: Tiering): Value<typeof configuration> {
  const set = tagSetOf(tags)
  const [only] = set
  const several = set.length + (prefix === undefined ? 0 : 1) > 1
  const single = only === undefined ? { Prefix: prefix } : { Tag: only }
  return {
    Id: id,
    Status: enabled ? 'Enabled' : 'Disabled',
    ...((prefix !== undefined || only !== undefined) && {
      Filter: several ? { And: { Prefix: prefix, Tags: set } } : single,
    }),
    Tierings: tiers.map(({ tier, days }) => ({ AccessTier: tier, Days: days })),
  }
}
