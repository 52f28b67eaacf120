/**
 * S3 buckets: versioned, encrypted, closed to the public, with their lifecycle, tiers and tags. A bucket is emptied version by
 * version before it goes, and what lies in it can be nothing but the lake's own scripts for it to count as empty.
 */
import { same } from '../changes.ts'
import { type Aws, listed, pages, present } from '../invoke.ts'
import { type Json, kind } from '../kind.ts'
import { scriptFolder } from '../script-key.ts'
import { type LifecycleState, lifecycleFrom, lifecycleRules } from './bucket-lifecycle.ts'
import { type AwsTags, awsTags, mark, type Tags, tagsFrom } from './tags.ts'

export type BucketState = {
  readonly region: string
  readonly versioning: boolean
  readonly encryption: string
  readonly publicAccess: 'blocked' | 'open'
  readonly lifecycle: readonly LifecycleState[]
  /** Days after which nobody has read an object, by the tier it goes to. */
  readonly archive: { readonly [tier: string]: number }
  readonly tags: Tags
}

const closed = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }
const tiering = 'biwa'
const usEast = 'us-east-1'

export const bucket = kind<BucketState>({
  name: 'bucket',
  keepsData: true,
  summary: ({ versioning, encryption }) =>
    `${versioning ? 'versioned' : 'not versioned'}, ${encryption === 'AES256' ? 'SSE-S3' : 'SSE-KMS'}`,
  async read({ invoke }, Bucket) {
    const ask = <T>(operation: string, ...none: readonly string[]) =>
      present<T>(invoke('s3', operation, { Bucket }), ...none)
    const located = await ask<{ LocationConstraint?: string }>('GetBucketLocation', 'NoSuchBucket', 'NotFound')
    if (!located) return undefined
    const [versioning, encryption, access, lifecycle, archive, tags] = await Promise.all([
      ask<{ Status?: string }>('GetBucketVersioning'),
      ask<Encryption>('GetBucketEncryption', 'ServerSideEncryptionConfigurationNotFoundError'),
      ask<{ PublicAccessBlockConfiguration: object }>('GetPublicAccessBlock', 'NoSuchPublicAccessBlockConfiguration'),
      ask<{ Rules: readonly Json[] }>('GetBucketLifecycleConfiguration', 'NoSuchLifecycleConfiguration'),
      archiveOf(invoke, Bucket),
      ask<{ TagSet: AwsTags }>('GetBucketTagging', 'NoSuchTagSet'),
    ])
    const given = Object.values(access?.PublicAccessBlockConfiguration ?? {})
    return {
      region: located.LocationConstraint || usEast,
      versioning: versioning?.Status === 'Enabled',
      encryption: encryptionFrom(encryption),
      publicAccess: given.length === 4 && given.every(Boolean) ? 'blocked' : 'open',
      lifecycle: lifecycleFrom(lifecycle?.Rules ?? []),
      archive,
      tags: tagsFrom(tags?.TagSet),
    }
  },
  async create({ invoke }, Bucket, { region, tags }) {
    const place = region === usEast ? {} : { LocationConstraint: region }
    await invoke('s3', 'CreateBucket', { Bucket, CreateBucketConfiguration: { ...place, Tags: awsTags(tags) } })
  },
  async change({ invoke }, Bucket, wanted, found) {
    const differs = (name: keyof BucketState) => !same(wanted[name], found[name])
    const put = (operation: string, input: object) => invoke('s3', operation, { Bucket, ...input })
    if (differs('versioning'))
      await put('PutBucketVersioning', {
        VersioningConfiguration: { Status: wanted.versioning ? 'Enabled' : 'Suspended' },
      })
    if (differs('encryption'))
      await put('PutBucketEncryption', { ServerSideEncryptionConfiguration: encryptionOf(wanted.encryption) })
    if (differs('publicAccess')) await put('PutPublicAccessBlock', { PublicAccessBlockConfiguration: closed })
    if (differs('lifecycle')) {
      const Rules = lifecycleRules(wanted.lifecycle)
      if (Rules.length === 0) await put('DeleteBucketLifecycle', {})
      else await put('PutBucketLifecycleConfiguration', { LifecycleConfiguration: { Rules } })
    }
    if (differs('archive')) {
      const Tierings = Object.entries(wanted.archive).map(([AccessTier, Days]) => ({ AccessTier, Days }))
      const IntelligentTieringConfiguration = { Id: tiering, Status: 'Enabled', Tierings }
      if (Tierings.length === 0) await put('DeleteBucketIntelligentTieringConfiguration', { Id: tiering })
      else await put('PutBucketIntelligentTieringConfiguration', { Id: tiering, IntelligentTieringConfiguration })
    }
    if (differs('tags')) await put('PutBucketTagging', { Tagging: { TagSet: awsTags(wanted.tags) } })
  },
  async remove(aws, Bucket) {
    const gone = async () => {
      await versionsGone(aws, Bucket)
      await uploadsGone(aws, Bucket)
      await aws.invoke('s3', 'DeleteBucket', { Bucket })
    }
    await present(gone(), 'NoSuchBucket')
  },
  owned,
  lakeOf: (_, { tags }) => tags[mark],
  holds: async (aws, name) => ((await hasObjects(aws, name)) ? 'objects' : undefined),
  replaces: (wanted, found) =>
    wanted.region === found.region ? undefined : `a bucket stays in its region, which is ${found.region}`,
})

/** The names of the buckets that carry the lake's mark. */
export async function owned({ invoke, lake }: Aws): Promise<readonly string[]> {
  const names = await listed(
    pages<{ Buckets: readonly { Name: string }[]; ContinuationToken?: string }>(
      more => invoke('s3', 'ListBuckets', more),
      ({ ContinuationToken }) => (ContinuationToken === undefined ? undefined : { ContinuationToken }),
    ),
    page => page.Buckets.map(({ Name }) => Name),
  )
  const own: string[] = []
  for (const Bucket of names) {
    const asked = invoke('s3', 'GetBucketTagging', { Bucket })
    // Somebody else's bucket may refuse to tell its tags, and one may go while its name is in hand.
    const found = await present<{ TagSet: AwsTags }>(asked, 'NoSuchTagSet', 'NoSuchBucket', 'AccessDenied')
    if (tagsFrom(found?.TagSet)[mark] === lake) own.push(Bucket)
  }
  return own
}

interface Encryption {
  readonly ServerSideEncryptionConfiguration: {
    readonly Rules: readonly {
      readonly ApplyServerSideEncryptionByDefault?: {
        readonly SSEAlgorithm: string
        readonly KMSMasterKeyID?: string
      }
    }[]
  }
}

/** `AES256`, or the key. */
function encryptionFrom(found: Encryption | undefined): string {
  const rule = found?.ServerSideEncryptionConfiguration.Rules[0]?.ApplyServerSideEncryptionByDefault
  return rule === undefined || rule.SSEAlgorithm === 'AES256' ? 'AES256' : (rule.KMSMasterKeyID ?? rule.SSEAlgorithm)
}

/** With a bucket key, so that not every object costs a call of KMS. */
const encryptionOf = (encryption: string) => ({
  Rules: [
    encryption === 'AES256'
      ? { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }
      : {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: encryption },
          BucketKeyEnabled: true,
        },
  ],
})

async function archiveOf(invoke: Aws['invoke'], Bucket: string): Promise<BucketState['archive']> {
  const found = await present<{
    IntelligentTieringConfiguration: {
      readonly Status: string
      readonly Tierings: readonly { readonly AccessTier: string; readonly Days: number }[]
    }
  }>(invoke('s3', 'GetBucketIntelligentTieringConfiguration', { Bucket, Id: tiering }), 'NoSuchConfiguration')
  const configuration = found?.IntelligentTieringConfiguration
  if (configuration?.Status !== 'Enabled') return {}
  return Object.fromEntries(configuration.Tierings.map(({ AccessTier, Days }) => [AccessTier, Days]))
}

interface Versions {
  readonly Versions?: readonly { readonly Key: string; readonly VersionId: string }[]
  readonly DeleteMarkers?: readonly { readonly Key: string; readonly VersionId: string }[]
}

/** The lake's own scripts come from its definition, and are no data. */
async function hasObjects({ invoke, lake }: Aws, Bucket: string): Promise<boolean> {
  const scripts = scriptFolder(lake)
  const firstKey = async (more: object) => {
    const page = (await invoke('s3', 'ListObjectVersions', { Bucket, MaxKeys: 1, ...more })) as Versions
    return [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])][0]?.Key
  }
  const first = await firstKey({})
  if (first === undefined) return false
  if (!first.startsWith(scripts)) return true
  // The first key that no script can have: the sign behind the slash is 0. A listing leaves out the key that it begins behind.
  const beyond = scripts.replace(/\/$/, '0')
  return (await firstKey({ Prefix: beyond })) !== undefined || (await firstKey({ KeyMarker: beyond })) !== undefined
}

/** All versions and markers, page by page; of one key alone where `only` says so. */
export async function versionsGone(
  { invoke }: Aws,
  Bucket: string,
  { Prefix = '', only }: { readonly Prefix?: string; readonly only?: string } = {},
): Promise<void> {
  for (;;) {
    const page = (await invoke('s3', 'ListObjectVersions', { Bucket, Prefix })) as Versions
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
      .filter(({ Key }) => only === undefined || Key === only)
      .map(({ Key, VersionId }) => ({ Key, VersionId }))
    if (Objects.length === 0) return
    const { Errors = [] } = (await invoke('s3', 'DeleteObjects', { Bucket, Delete: { Objects, Quiet: true } })) as {
      Errors?: readonly { readonly Key?: string; readonly Message?: string }[]
    }
    const [error] = Errors
    if (error)
      throw new Error(`${Errors.length} objects of ${Bucket} stay, the first of them ${error.Key}: ${error.Message}`)
  }
}

/** What was begun and never completed is no object, and holds a bucket's name no less. */
async function uploadsGone({ invoke }: Aws, Bucket: string): Promise<void> {
  for (;;) {
    const { Uploads = [] } = (await invoke('s3', 'ListMultipartUploads', { Bucket })) as {
      Uploads?: readonly { readonly Key: string; readonly UploadId: string }[]
    }
    if (Uploads.length === 0) return
    for (const { Key, UploadId } of Uploads) await invoke('s3', 'AbortMultipartUpload', { Bucket, Key, UploadId })
  }
}
