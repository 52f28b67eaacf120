/**
 * What has to be done so that AWS has what a definition asks for: compared with what is there, part by part, and with what
 * carries the lake's mark and is in the definition no more. A plan is plain data; nothing is done by making it.
 */
import type { AccountOption } from './acting.ts'
import { type Change, changesOf } from './changes.ts'
import type { Aws, Invoke } from './invoke.ts'
import { idOf, type JsonObject, type Kind, type Resource } from './kind.ts'
import { kindOf, kinds } from './kinds.ts'
import type { LakeDefinition } from './lake.ts'
import { DefinitionMistake } from './mistake.ts'
import { resourcesOf } from './resources.ts'

export type Act = 'create' | 'change' | 'replace' | 'remove' | 'keep'

export interface Step {
  readonly act: Act
  readonly kind: string
  readonly name: string
  readonly changes: readonly Change[]
  /** One line of what is wanted; empty for what goes. */
  readonly summary: string
  /** Why AWS cannot change it in place. */
  readonly reason?: string
  /** What would be lost with it, in words. */
  readonly holds?: string
  readonly warning?: string
  /** Absent for what is not in the definition. */
  readonly wanted?: JsonObject
}

export interface Plan {
  readonly lake: string
  readonly account: string
  readonly region: string
  readonly steps: readonly Step[]
}

export interface DownOptions extends AccountOption {
  /** Whether buckets and streams go with what lies in them. */
  readonly data?: boolean
}

export async function planOf(definition: LakeDefinition, invoke: Invoke, account: AccountOption): Promise<Plan> {
  const aws = awsOf(definition, invoke, account)
  const resources = resourcesOf(definition, account)
  const taken: string[] = []
  const steps: Step[] = []
  for (const resource of resources) {
    const step = await stepOf(aws, resource)
    if (step) steps.push(step)
    else taken.push(idOf(resource))
  }
  if (taken.length > 0) throw foreign(aws, taken)
  const wanted = new Set(resources.map(idOf))
  const leftOver = (await ownedBy(aws)).filter(owned => !wanted.has(idOf(owned)))
  steps.push(...(await removals(aws, leftOver, () => true, 'is not in the definition any more, and stays because')))
  return { ...whereabouts(aws), steps }
}

/** What `biwa down` removes: all that carries the lake's mark, but no data unless told. */
export async function downPlanOf(
  definition: LakeDefinition,
  invoke: Invoke,
  { account, data = false }: DownOptions,
): Promise<Plan> {
  const aws = awsOf(definition, invoke, { account })
  const spared = ({ keepsData = false }: Kind) => keepsData && !data
  const steps = await removals(aws, await ownedBy(aws), spared, 'stays because')
  return { ...whereabouts(aws), steps }
}

const awsOf = (
  { name, region }: Pick<LakeDefinition, 'name' | 'region'>,
  invoke: Invoke,
  { account }: AccountOption,
): Aws => ({ invoke, account, region, lake: name })

const whereabouts = ({ lake, account, region }: Aws) => ({ lake, account, region })

/** Undefined where the name belongs to somebody else. */
async function stepOf(aws: Aws, { kind, name, wanted }: Resource): Promise<Step | undefined> {
  const of = kindOf(kind)
  const step = { kind, name, changes: [] as readonly Change[], summary: of.summary(wanted), wanted }
  const found = await of.read(aws, name)
  if (found === undefined) return { ...step, act: 'create' }
  if (of.lakeOf(name, found) !== aws.lake) return undefined
  const changes = changesOf(found, wanted)
  if (changes.length === 0) return { ...step, act: 'keep' }
  const reason = of.replaces?.(wanted, found)
  if (reason !== undefined) {
    const holds = of.holds ? await of.holds(aws, name) : of.mayLose
    return { ...step, changes, act: 'replace', reason, ...(holds !== undefined && { holds }) }
  }
  const warning = of.warns?.(wanted, found)
  return { ...step, changes, act: 'change', ...(warning !== undefined && { warning }) }
}

/** `spares` says of which kinds nothing goes that holds something; and nothing goes that something lies in which stays. */
async function removals(
  aws: Aws,
  owned: readonly Pick<Resource, 'kind' | 'name'>[],
  spares: (kind: Kind) => boolean,
  stays: string,
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const { kind: of, name } of owned) {
    const kind = kindOf(of)
    const step = { kind: of, name, changes: [], summary: '' }
    const within = steps.find(other => other.act === 'keep' && kindOf(other.kind).within?.(other.name) === idOf(step))
    const asked = spares(kind) || kind.keepsData === true
    const holds = within ? `the ${idOf(within)}` : asked ? await kind.holds?.(aws, name) : undefined
    const known = holds !== undefined && { holds }
    const [warning, lost] = [`${stays} it holds ${holds}`, kind.mayLose]
    if (holds !== undefined && (within || spares(kind))) steps.push({ ...step, ...known, act: 'keep', warning })
    else steps.push({ ...step, ...known, act: 'remove', ...(lost !== undefined && { warning: `with ${lost}` }) })
  }
  return steps
}

/** In the order in which they can be removed. */
async function ownedBy(aws: Aws): Promise<readonly Pick<Resource, 'kind' | 'name'>[]> {
  const found: { kind: string; name: string }[] = []
  for (const kind of [...kinds].reverse())
    for (const name of await kind.owned(aws)) found.push({ kind: kind.name, name })
  return found
}

const foreign = ({ lake }: Aws, ids: readonly string[]) =>
  new DefinitionMistake(
    `${ids.join(', ')}: ${ids.length === 1 ? 'this is' : 'these are'} there already and not of the lake ${lake}. ` +
      'What somebody else made is not taken over: give the part another name, or remove what is there.',
  )
