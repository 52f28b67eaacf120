/**
 * IAM's unguessable ids, keys and secrets in AWS's forms.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
 */
import type { Random } from '../../world/random.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** AKIA access key · ASIA temporary key · AIDA user · AROA role · AGPA group · AIPA instance profile · ANPA policy */
export type Prefix = 'AKIA' | 'ASIA' | 'AIDA' | 'AROA' | 'AGPA' | 'AIPA' | 'ANPA'

const coded = (random: Random, count: number): string =>
  Array.from(random.bytes(count), byte => letters[byte & 31]).join('')

/** 21 characters for things, 20 for access keys. */
export const newId = (random: Random, prefix: Prefix): string =>
  prefix + coded(random, prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17)

/** 40 characters of base64. */
export const newSecret = (random: Random): string => Buffer.from(random.bytes(30)).toString('base64')

export const newSessionToken = (random: Random): string =>
  `FwoGZXIvYXdz${Buffer.from(random.bytes(144)).toString('base64')}`
