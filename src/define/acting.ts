/** The names of what a definition derives from its parts: roles, schedules, and who a lake is in ARNs. */
import { createHash } from 'node:crypto'
import type { LakeDefinition } from './lake.ts'

/** A lake in an account: what ARNs are made of. */
export interface Place {
  readonly lake: string
  readonly account: string
  readonly region: string
}

export interface AccountOption {
  readonly account: string
}

export const placeOf = ({ name, region }: LakeDefinition, { account }: AccountOption): Place => ({
  lake: name,
  account,
  region,
})

/** What a part acts as, and what starts it. */
export type Acts = 'delivery' | 'job' | 'crawler' | 'job-schedule' | 'crawler-schedule'

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html, and the same for schedules. */
const derivedNameMax = 64

export const derivedRoleName = (lake: string, part: string, acts: Acts): string => fitting(`${lake}-${part}-${acts}`)
export const scheduleName = (part: string, acts: 'job' | 'crawler'): string => fitting(`${part}-${acts}`)

export const roleArn = ({ account }: Place, path: string, name: string): string =>
  `arn:aws:iam::${account}:role${path}${name}`

/** As it is where AWS takes it; otherwise cut, with a few characters of its hash, so that no two become one. */
function fitting(name: string): string {
  const clean = name.replace(/[^\w.-]/g, '-')
  if (clean === name && name.length <= derivedNameMax) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${clean.slice(0, derivedNameMax - digest.length - 1)}-${digest}`
}
