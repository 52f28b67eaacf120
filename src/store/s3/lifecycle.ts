// Lifecycle rules as a bucket keeps them: what AWS refuses of them. What they ask for is in lifecycle-due.ts, and done in
// lifecycle-runs.ts.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
import { invalidArgument, invalidRequest, malformedXml } from './faults.ts'
import { dayMilliseconds, infrequentAccessDaysMin, lifecycleIdMax, lifecycleRulesMax } from './limits.ts'
import type { Tags } from './version.ts'

export interface LifecycleFilter {
  readonly prefix?: string
  readonly tags?: Tags
  readonly bytesAbove?: number
  readonly bytesBelow?: number
}

export type LifecycleStorageClass =
  | 'GLACIER'
  | 'STANDARD_IA'
  | 'ONEZONE_IA'
  | 'INTELLIGENT_TIERING'
  | 'DEEP_ARCHIVE'
  | 'GLACIER_IR'

export interface LifecycleTransition {
  readonly days?: number
  /** Milliseconds since 1970 UTC. */
  readonly onDate?: number
  /** What is checked has one. */
  readonly storageClass?: LifecycleStorageClass
}

export interface LifecycleRule {
  readonly id: string
  readonly enabled: boolean
  /** The old form: a prefix beside the rule's actions instead of a filter. */
  readonly prefix?: string
  readonly filter?: LifecycleFilter
  readonly expiration?: { readonly days?: number; readonly onDate?: number; readonly loneMarker?: boolean }
  readonly transitions?: readonly LifecycleTransition[]
  readonly noncurrentTransitions?: readonly {
    days?: number
    newerKept?: number
    storageClass?: LifecycleStorageClass
  }[]
  readonly noncurrentExpiration?: { readonly days?: number; readonly newerKept?: number }
  readonly abortUploadAfterDays?: number
}

export interface Lifecycle {
  readonly rules: readonly LifecycleRule[]
  readonly minimumSize: 'varies_by_storage_class' | 'all_storage_classes_128K'
}

const infrequentAccess = new Set<LifecycleStorageClass>(['STANDARD_IA', 'ONEZONE_IA'])

/** @throws InvalidArgument, InvalidRequest, MalformedXML */
export function checkLifecycle(rules: readonly LifecycleRule[]): void {
  if (rules.length === 0 || rules.length > lifecycleRulesMax) throw malformedXml()
  const ids = new Set<string>()
  for (const rule of rules) {
    if (rule.id.length > lifecycleIdMax)
      throw invalidArgument(`ID length should not exceed allowed limit of ${lifecycleIdMax}`, 'ID', rule.id)
    if (ids.has(rule.id))
      throw invalidArgument('Rule ID must be unique. Found same ID for more than one rule', 'ID', rule.id)
    ids.add(rule.id)
    checkRule(rule)
  }
}

function checkRule(rule: LifecycleRule): void {
  const { expiration, transitions = [], noncurrentTransitions = [], noncurrentExpiration, abortUploadAfterDays } = rule
  if ((rule.prefix === undefined) === (rule.filter === undefined)) throw malformedXml()
  const actions = [expiration, noncurrentExpiration, abortUploadAfterDays].filter(action => action !== undefined)
  if (actions.length + transitions.length + noncurrentTransitions.length === 0)
    throw invalidRequest('At least one action needs to be specified in a rule')
  const tagged = Object.keys(rule.filter?.tags ?? {}).length > 0
  if (abortUploadAfterDays !== undefined) {
    positive(abortUploadAfterDays, 'DaysAfterInitiation', 'AbortIncompleteMultipartUpload')
    if (tagged) throw invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags.')
  }
  if (expiration !== undefined) checkExpiration(expiration, tagged)
  if (noncurrentExpiration?.days !== undefined)
    positive(noncurrentExpiration.days, 'NoncurrentDays', 'NoncurrentVersionExpiration')
  for (const transition of transitions) checkTransition(transition, expiration?.days)
  for (const { days, storageClass } of noncurrentTransitions) {
    if (storageClass === undefined) throw malformedXml()
    if (days !== undefined && days < 0)
      throw invalidArgument(
        "'NoncurrentDays' in NoncurrentVersionTransition action must be nonnegative",
        'NoncurrentDays',
        days,
      )
  }
}

function checkExpiration(expiration: NonNullable<LifecycleRule['expiration']>, tagged: boolean): void {
  const { days, onDate, loneMarker } = expiration
  if ([days, onDate, loneMarker].filter(given => given !== undefined).length !== 1) throw malformedXml()
  if (days !== undefined) positive(days, 'Days', 'Expiration')
  if (onDate !== undefined) midnight(onDate)
  if (loneMarker !== undefined && tagged)
    throw invalidRequest('ExpiredObjectDeleteMarker cannot be specified with Tags.')
}

function checkTransition(
  { days, onDate, storageClass }: LifecycleTransition,
  expirationDays: number | undefined,
): void {
  if (storageClass === undefined || (days === undefined) === (onDate === undefined)) throw malformedXml()
  if (onDate !== undefined) midnight(onDate)
  if (days === undefined) return
  if (days < 0) throw invalidArgument("'Days' in Transition action must be nonnegative", 'Days', days)
  if (infrequentAccess.has(storageClass) && days < infrequentAccessDaysMin)
    throw invalidArgument(
      `'Days' in Transition action must be greater than or equal to ${infrequentAccessDaysMin} for storageClass '${storageClass}'`,
      'Days',
      days,
    )
  if (expirationDays !== undefined && expirationDays <= days)
    throw invalidArgument(
      `'Days' in the Expiration action must be greater than 'Days' in the Transition action`,
      'Days',
      expirationDays,
    )
}

function positive(days: number, name: string, action: string): void {
  if (days < 1) throw invalidArgument(`'${name}' for ${action} action must be a positive integer`, name, days)
}

function midnight(at: number): void {
  if (at % dayMilliseconds !== 0)
    throw invalidArgument("'Date' must be at midnight GMT", 'Date', new Date(at).toISOString())
}
