/** Lifecycle rules between a definition's words and S3's. A rule that a definition could not have said is shown as it is. */
import { same } from '../changes.ts'
import type { Json, JsonObject } from '../kind.ts'

export type LifecycleState = { readonly name: string; readonly [member: string]: Json }

interface Rule {
  readonly ID?: string
  readonly Status: string
  readonly Filter?: { readonly Prefix?: string; readonly [other: string]: unknown }
  readonly Expiration?: { readonly Days?: number; readonly [other: string]: unknown }
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays?: number; readonly [other: string]: unknown }
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation?: number }
  readonly Transitions?: readonly { readonly Days?: number; readonly StorageClass?: string }[]
}

export const lifecycleRules = (rules: readonly LifecycleState[]): readonly Rule[] =>
  rules.map(rule => {
    const days = (name: string) => rule[name] as number | undefined
    const [expire, old, abort] = ['expireAfterDays', 'expireOldVersionsAfterDays', 'abortUploadsAfterDays'].map(days)
    const move = rule.move as readonly { afterDays: number; to: string }[] | undefined
    return {
      ID: rule.name,
      Status: 'Enabled',
      Filter: { Prefix: (rule.prefix as string | undefined) ?? '' },
      ...(expire !== undefined && { Expiration: { Days: expire } }),
      ...(old !== undefined && { NoncurrentVersionExpiration: { NoncurrentDays: old } }),
      ...(abort !== undefined && { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abort } }),
      ...(move !== undefined && {
        Transitions: move.map(({ afterDays, to }) => ({ Days: afterDays, StorageClass: to })),
      }),
    }
  })

/** What of a rule is exactly what a definition says is said in its words; anything else makes the rule one that is `other`. */
export const lifecycleFrom = (rules: readonly Json[]): readonly LifecycleState[] =>
  rules.map((given, index) => {
    const rule = given as unknown as Rule
    const said: LifecycleState = {
      name: rule.ID ?? String(index),
      prefix: rule.Filter?.Prefix ?? '',
      ...days('expireAfterDays', rule.Expiration?.Days),
      ...days('expireOldVersionsAfterDays', rule.NoncurrentVersionExpiration?.NoncurrentDays),
      ...days('abortUploadsAfterDays', rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation),
      ...(rule.Transitions !== undefined && {
        move: rule.Transitions.map(({ Days = 0, StorageClass = '' }) => ({ afterDays: Days, to: StorageClass })),
      }),
    }
    return same(lifecycleRules([said])[0] as unknown as Json, given) ? said : { name: said.name, other: given }
  })

const days = (name: string, count: number | undefined): JsonObject => (count === undefined ? {} : { [name]: count })
