/** What may be done with a definition on a lake: see what it would change, make it so, take it away. */
import { type ApplyOptions, applyPlan } from '../define/apply.ts'
import type { Invoke } from '../define/invoke.ts'
import type { LakeDefinition } from '../define/lake.ts'
import { downPlanOf, type Plan, planOf } from '../define/plan.ts'
import { LakeMistake, refuseUnknown, shown } from '../world/mistake.ts'

export interface DownOptions {
  /** Whether buckets and streams go with what lies in them; they stay otherwise. */
  readonly data?: boolean
}

/** A lake as definitions reach it. */
export interface Definable {
  readonly account: string
  /** Operations in the definition's region. */
  readonly invoke: (region: string) => Invoke
}

export async function plan(lake: Definable, definition: LakeDefinition): Promise<Plan> {
  demandDefinition(definition)
  return planOf(definition, lake.invoke(definition.region), { account: lake.account })
}

export async function apply(lake: Definable, definition: LakeDefinition, options: ApplyOptions = {}): Promise<Plan> {
  const made = await plan(lake, definition)
  for await (const _ of applyPlan(made, lake.invoke(definition.region), options));
  return made
}

export async function planDown(lake: Definable, definition: LakeDefinition, options: DownOptions = {}): Promise<Plan> {
  demandDefinition(definition)
  const { account } = lake
  return downPlanOf(definition, lake.invoke(definition.region), { account, data: options.data ?? false })
}

export async function takeDown(lake: Definable, definition: LakeDefinition, options: DownOptions = {}): Promise<Plan> {
  const made = await planDown(lake, definition, options)
  for await (const _ of applyPlan(made, lake.invoke(definition.region)));
  return made
}

/** One of the above, as it comes over the wire. */
export async function defined(lake: Definable, body: Readonly<Record<string, unknown>>): Promise<Plan> {
  refuseUnknown('/_biwa/definition', body, ['act', 'definition', 'replace', 'data'])
  const { act, replace = false, data = false } = body
  const definition = body.definition as LakeDefinition
  for (const [name, value] of [
    ['replace', replace],
    ['data', data],
  ] as const)
    if (typeof value !== 'boolean') throw new LakeMistake(`${name} is true or false, not ${shown(value)}.`)
  switch (act) {
    case 'plan':
      return plan(lake, definition)
    case 'apply':
      return apply(lake, definition, { replace: replace === true })
    case 'planDown':
      return planDown(lake, definition, { data: data === true })
    case 'down':
      return takeDown(lake, definition, { data: data === true })
    default:
      throw new LakeMistake(`act is plan, apply, planDown or down, not ${shown(act)}.`)
  }
}

function demandDefinition(definition: LakeDefinition): void {
  if (definition?.kind !== 'lake' || !Array.isArray(definition.parts))
    throw new LakeMistake("This is no definition of a lake: it takes what lake(…) of 'biwa/define' gives.")
}
