/**
 * A bucket, and places in it. Versioned, encrypted and closed to the public unless said otherwise: what AWS's own guidance
 * begins with.
 *
 *     const raw = bucket('temperature-data-bucket', { lifecycle: [{ prefix: 'raw_data/', expireAfterDays: 90 }] })
 *     raw.prefix('raw_data/')
 */
import { costTags } from '../cost-tags.ts'
import { DefinitionMistake, known, list, ofKind, oneOf, text, told, truth, wholeNumber } from '../mistake.ts'
import { bucketName, named } from '../names.ts'
import { frozen, type Part, type Tagged } from '../part.ts'

/** A folder of a bucket. */
export interface Location {
  readonly kind: 'location'
  readonly bucket: Bucket
  /** Ends with a slash, or is empty for the whole bucket. */
  readonly prefix: string
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
export type StorageClass = 'STANDARD_IA' | 'ONEZONE_IA' | 'INTELLIGENT_TIERING' | 'GLACIER_IR' | ArchiveClass
/** Classes whose objects must be restored, for minutes to days, before anybody reads them. */
export type ArchiveClass = 'GLACIER' | 'DEEP_ARCHIVE'

const storageClasses: readonly StorageClass[] = [
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
]

export interface LifecycleRule<Class extends StorageClass = StorageClass> {
  /** The whole bucket unless given. */
  readonly prefix?: string
  readonly expireAfterDays?: number
  /** Versions that are not the latest any more. */
  readonly expireOldVersionsAfterDays?: number
  readonly abortUploadsAfterDays?: number
  readonly move?: readonly { readonly afterDays: number; readonly to: Class }[]
}

interface Common extends Tagged {
  /** True unless said otherwise. */
  readonly versioning?: boolean
  /** SSE-S3 unless the ARN or alias of a KMS key is given. */
  readonly encryption?: 'AES256' | { readonly kmsKey: string }
}

/** Everything in it can be read at once, always. This is what queries and jobs need. */
export interface ImmediateOptions extends Common {
  readonly access?: 'immediate'
  readonly lifecycle?: readonly LifecycleRule<Exclude<StorageClass, ArchiveClass>>[]
  /** Only where `access` is 'eventual': an archived object cannot be read for hours. */
  readonly archiveAccess?: never
}

/** What lies long enough may have to be restored before it is read. */
export interface EventualOptions extends Common {
  readonly access: 'eventual'
  readonly lifecycle?: readonly LifecycleRule[]
  /** Tiers of S3 Intelligent-Tiering for objects that nobody has read for so many days. */
  readonly archiveAccess?: {
    /** 90 to 730. */
    readonly archiveAfterDays?: number
    /** 180 to 730. */
    readonly deepArchiveAfterDays?: number
  }
}
export type BucketOptions = ImmediateOptions | EventualOptions

export interface Bucket extends Part {
  readonly kind: 'bucket'
  readonly versioning: boolean
  readonly encryption: 'AES256' | { readonly kmsKey: string }
  readonly access: 'immediate' | 'eventual'
  readonly lifecycle: readonly LifecycleRule[]
  readonly archiveAccess?: EventualOptions['archiveAccess']
  readonly tags: Readonly<Record<string, string>>
  /** A folder of it: `raw_data/`. */
  prefix(prefix: string): Location
}

const optionNames = ['versioning', 'encryption', 'access', 'lifecycle', 'archiveAccess', 'tags']

export function bucket(name: string, options: BucketOptions = {}): Bucket {
  named("A bucket's name", name, bucketName)
  const what = `The bucket ${name}`
  known(what, options, optionNames)
  const { versioning = true, encryption = 'AES256', access = 'immediate', lifecycle = [] } = options
  oneOf(`${what}: access`, access, ['immediate', 'eventual'])
  truth(`${what}: versioning`, versioning)
  if (encryption !== 'AES256') checkKey(`${what}: encryption`, encryption)
  list(`${what}: lifecycle`, lifecycle, '[{ expireAfterDays: 90 }]')
  for (const rule of lifecycle) checkRule(what, rule, access)
  const { archiveAccess } = options
  if (archiveAccess !== undefined) {
    if (access !== 'eventual') throw mustWait(what, 'archiveAccess')
    known(`${what}: archiveAccess`, archiveAccess, ['archiveAfterDays', 'deepArchiveAfterDays'])
    const { archiveAfterDays, deepArchiveAfterDays } = archiveAccess
    if (archiveAfterDays !== undefined)
      wholeNumber(`${what}: archiveAfterDays`, archiveAfterDays, { min: 90, max: 730 })
    if (deepArchiveAfterDays !== undefined)
      wholeNumber(`${what}: deepArchiveAfterDays`, deepArchiveAfterDays, { min: 180, max: 730 })
  }
  const value = {
    kind: 'bucket',
    name,
    versioning,
    encryption,
    access,
    lifecycle,
    ...(archiveAccess !== undefined && { archiveAccess }),
    tags: costTags(what, options.tags),
  } as const
  const made = { ...value } as Bucket
  // Not one of its data: whoever writes the bucket down somewhere else does not meet it.
  Object.defineProperty(made, 'prefix', { value: (prefix: string) => location(made, prefix) })
  return frozen(made)
}

/** The place a bucket or a folder of it is; `what` begins the sentence where it is neither. */
export function locationOf(what: string, at: Location | Bucket): Location {
  ofKind(what, at, ['bucket', 'location'], "bucket('name') or bucket('name').prefix('folder/')")
  return at.kind === 'bucket' ? location(at, '') : at
}

export const urlOf = ({ bucket: { name }, prefix }: Location): string => `s3://${name}/${prefix}`

function location(bucket: Bucket, prefix: string): Location {
  if (
    typeof prefix !== 'string' ||
    prefix.startsWith('/') ||
    prefix.includes('//') ||
    (prefix !== '' && !prefix.endsWith('/'))
  )
    throw new DefinitionMistake(
      `A prefix of ${bucket.name} is a folder like 'raw_data/', with one slash at its end and none before it: ${told(prefix)}`,
    )
  return Object.freeze({ kind: 'location', bucket, prefix })
}

function checkKey(what: string, encryption: { readonly kmsKey: string }): void {
  if (typeof encryption !== 'object' || encryption === null)
    throw new DefinitionMistake(`${what} is 'AES256' or { kmsKey: 'alias/…' }, not ${told(encryption)}.`)
  known(what, encryption, ['kmsKey'])
  text(`${what}: kmsKey`, encryption.kmsKey, "'alias/data'")
  if (!encryption.kmsKey) throw new DefinitionMistake(`${what} names no key: write { kmsKey: 'alias/…' }.`)
}

function checkRule(what: string, rule: LifecycleRule, access: 'immediate' | 'eventual'): void {
  known(`${what}: a lifecycle rule`, rule, [
    'prefix',
    'expireAfterDays',
    'expireOldVersionsAfterDays',
    'abortUploadsAfterDays',
    'move',
  ])
  text(`${what}: the prefix of a lifecycle rule`, rule.prefix, "'raw_data/'")
  for (const name of ['expireAfterDays', 'expireOldVersionsAfterDays', 'abortUploadsAfterDays'] as const) {
    const days = rule[name]
    if (days !== undefined) wholeNumber(`${what}: ${name}`, days, { min: 1, max: 2_147_483_647 })
  }
  const { move = [], expireAfterDays } = rule
  list(`${what}: move`, move, "[{ afterDays: 30, to: 'STANDARD_IA' }]")
  for (const step of move) {
    known(`${what}: a move`, step, ['afterDays', 'to'])
    const { afterDays, to } = step
    oneOf(`${what}: where a rule moves to`, to, storageClasses)
    wholeNumber(`${what}: afterDays`, afterDays, { min: 0, max: 2_147_483_647 })
    if ((to === 'GLACIER' || to === 'DEEP_ARCHIVE') && access !== 'eventual') throw mustWait(what, `a move to ${to}`)
    if ((to === 'STANDARD_IA' || to === 'ONEZONE_IA') && afterDays < 30)
      throw new DefinitionMistake(`${what}: S3 moves objects to ${to} after 30 days at the earliest, not ${afterDays}.`)
  }
  const last = Math.max(...move.map(({ afterDays }) => afterDays))
  if (expireAfterDays !== undefined && expireAfterDays <= last)
    throw new DefinitionMistake(
      `${what}: a lifecycle rule removes objects after ${expireAfterDays} days and moves them after ${last}. S3 moves them before it removes them.`,
    )
  const { prefix: _, ...acts } = rule
  if (Object.keys(acts).length === 0)
    throw new DefinitionMistake(`${what}: a lifecycle rule must do something. Give it expireAfterDays or move.`)
}

const mustWait = (what: string, option: string) =>
  new DefinitionMistake(
    `${what}: ${option} means waiting for hours before an object can be read, and this bucket promises immediate access. ` +
      "Write access: 'eventual' where nobody counts on it.",
  )
