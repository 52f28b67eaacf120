// What lifecycle rules ask for and when: of an object, of the versions of a key, of an upload under way. Pure: an instant goes in.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
import type { Versioning } from './bucket.ts'
import type { Lifecycle, LifecycleFilter, LifecycleRule, LifecycleStorageClass } from './lifecycle.ts'
import { dayMilliseconds, movedBytesMin } from './limits.ts'
import { nullVersionId, type Tags, type Version } from './version.ts'

/** What is to become of one version. `delete` is DeleteObject's, which leaves a marker where versions are kept. */
export type LifecycleAction =
  | { readonly kind: 'delete' | 'remove'; readonly version: Version }
  | { readonly kind: 'move'; readonly version: Version; readonly storageClass: LifecycleStorageClass }

/** A class can be left for one further down only. */
const downwards: readonly string[] = [
  'STANDARD',
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
]
/** REDUCED_REDUNDANCY is left as STANDARD is. */
const rank = (storageClass = 'STANDARD') => Math.max(0, downwards.indexOf(storageClass))
/** Of several that are due the lowest is taken; Intelligent-Tiering is preferred to all but the archives. */
const preference = (storageClass: LifecycleStorageClass) =>
  storageClass === 'INTELLIGENT_TIERING' ? rank('GLACIER') - 0.5 : rank(storageClass)

/** The years of headers have four digits; AWS takes days for millions of years. */
const lastMidnight = Date.UTC(9999, 11, 31)

/** Days count from an instant to the midnight after them, in UTC. */
export const dueAfter = (at: number, days: number): number =>
  Math.min(lastMidnight, Math.ceil((at + days * dayMilliseconds) / dayMilliseconds) * dayMilliseconds)

/** Where only some of a key's versions are looked at. */
interface Others {
  /** The next newer one, and how many are newer in all. */
  readonly newer?: { readonly version: Version; readonly count: number } | undefined
  readonly hasOlder?: boolean
}

/** `versions` are of one key, the newest first: all of them, or those between `others`. */
export function lifecycleActions(
  lifecycle: Lifecycle,
  versions: readonly Version[],
  now: number,
  versioning: Versioning = 'off',
  { newer: before, hasOlder = false }: Others = {},
): readonly LifecycleAction[] {
  const actions: LifecycleAction[] = []
  const count = before?.count ?? 0
  for (const [index, version] of versions.entries()) {
    const rules = lifecycle.rules.filter(rule => rule.enabled && applies(rule, version))
    const newer = versions[index - 1] ?? before?.version
    const goesForGood = versioning === 'off' || (versioning === 'suspended' && version.versionId === nullVersionId)
    const action =
      newer === undefined
        ? currentAction(rules, lifecycle, version, { isAlone: versions.length === 1 && !hasOlder, goesForGood }, now)
        : noncurrentAction(rules, lifecycle, version, { since: newer.modifiedAt, newer: count + index - 1 }, now)
    if (action !== undefined) actions.push(action)
  }
  return actions
}

/** When the object will be deleted, and by which rule; undefined where no rule says so. */
export function expiryOf(
  lifecycle: Lifecycle,
  version: Version,
): { readonly at: number; readonly rule: string } | undefined {
  if (!version.latest || version.marker) return undefined
  const all = lifecycle.rules
    .filter(rule => rule.enabled && applies(rule, version))
    .flatMap(rule => {
      const at = expirationAt(rule, version)
      return at === undefined ? [] : [{ at, rule: rule.id }]
    })
  return all.toSorted((one, other) => one.at - other.at)[0]
}

export function isUploadDue(
  lifecycle: Lifecycle,
  upload: { readonly key: string; readonly startedAt: number },
  now: number,
): boolean {
  return lifecycle.rules.some(
    ({ enabled, abortUploadAfterDays, prefix, filter }) =>
      enabled &&
      abortUploadAfterDays !== undefined &&
      upload.key.startsWith(prefix ?? filter?.prefix ?? '') &&
      dueAfter(upload.startedAt, abortUploadAfterDays) <= now,
  )
}

function currentAction(
  rules: readonly LifecycleRule[],
  lifecycle: Lifecycle,
  version: Version,
  /** Whether it has no older versions, and whether a delete leaves nothing of it. */
  { isAlone, goesForGood }: { readonly isAlone: boolean; readonly goesForGood: boolean },
  now: number,
): LifecycleAction | undefined {
  const expired = (rule: LifecycleRule) => (expirationAt(rule, version) ?? Number.POSITIVE_INFINITY) <= now
  if (version.marker) {
    // Nothing is hidden by it any more.
    const goes = isAlone && rules.some(rule => rule.expiration?.loneMarker === true || expired(rule))
    return goes ? { kind: 'remove', version } : undefined
  }
  const deletion = rules.some(expired) ? ({ kind: 'delete', version } as const) : undefined
  if (deletion && goesForGood) return deletion
  const due = rules.flatMap(rule =>
    (rule.transitions ?? []).flatMap(({ days, onDate, storageClass }) =>
      storageClass !== undefined && instant(version.modifiedAt, days, onDate) <= now ? [{ rule, storageClass }] : [],
    ),
  )
  // A marker comes at the next midnight, when what is behind it has moved.
  return moved(lifecycle, version, due) ?? deletion
}

function noncurrentAction(
  rules: readonly LifecycleRule[],
  lifecycle: Lifecycle,
  version: Version,
  /** Since when it is not the latest, and how many such versions are newer. */
  { since, newer }: { readonly since: number; readonly newer: number },
  now: number,
): LifecycleAction | undefined {
  const isDue = ({ days = 0, newerKept = 0 }: { readonly days?: number; readonly newerKept?: number }) =>
    newer >= newerKept && dueAfter(since, days) <= now
  if (rules.some(rule => rule.noncurrentExpiration !== undefined && isDue(rule.noncurrentExpiration)))
    return { kind: 'remove', version }
  if (version.marker) return undefined
  const due = rules.flatMap(rule =>
    (rule.noncurrentTransitions ?? []).flatMap(transition =>
      transition.storageClass !== undefined && isDue(transition)
        ? [{ rule, storageClass: transition.storageClass }]
        : [],
    ),
  )
  return moved(lifecycle, version, due)
}

/** To the best of the classes that are due and further down than where it is. */
function moved(
  lifecycle: Lifecycle,
  version: Version,
  due: readonly { readonly rule: LifecycleRule; readonly storageClass: LifecycleStorageClass }[],
): LifecycleAction | undefined {
  const at = rank(version.properties.storageClass)
  const [best] = due
    .filter(
      ({ rule, storageClass }) => rank(storageClass) > at && isLargeEnough(lifecycle, rule, version, storageClass),
    )
    .map(({ storageClass }) => storageClass)
    .toSorted((one, other) => preference(other) - preference(one))
  return best && { kind: 'move', version, storageClass: best }
}

/** Small objects stay where they are, unless the rule itself speaks of sizes. */
function isLargeEnough(
  { minimumSize }: Lifecycle,
  { filter }: LifecycleRule,
  { bytes }: Version,
  to: LifecycleStorageClass,
): boolean {
  if (bytes >= movedBytesMin || filter?.bytesAbove !== undefined || filter?.bytesBelow !== undefined) return true
  return minimumSize === 'varies_by_storage_class' && (to === 'GLACIER' || to === 'DEEP_ARCHIVE')
}

function expirationAt({ expiration }: LifecycleRule, { modifiedAt }: Version): number | undefined {
  if (expiration === undefined || expiration.loneMarker !== undefined) return undefined
  return instant(modifiedAt, expiration.days, expiration.onDate)
}

const instant = (from: number, days: number | undefined, onDate: number | undefined): number =>
  onDate ?? (days === undefined ? Number.POSITIVE_INFINITY : dueAfter(from, days))

function applies({ prefix, filter }: LifecycleRule, version: Version): boolean {
  if (!version.key.startsWith(prefix ?? filter?.prefix ?? '')) return false
  return filter === undefined || fits(filter, version.bytes, version.tags)
}

function fits({ tags = {}, bytesAbove, bytesBelow }: LifecycleFilter, bytes: number, has: Tags): boolean {
  if (bytesAbove !== undefined && bytes <= bytesAbove) return false
  if (bytesBelow !== undefined && bytes >= bytesBelow) return false
  return Object.entries(tags).every(([name, value]) => has[name] === value)
}
