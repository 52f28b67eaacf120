/** What may be done with a definition on a lake: see what it would change, make it so, take it away. */
import { ApplyFailed, type ApplyOptions, applyPlan } from '../define/apply.ts'
import type { Invoke } from '../define/invoke.ts'
import type { LakeDefinition } from '../define/lake.ts'
import { DefinitionMistake } from '../define/mistake.ts'
import { downPlanOf, type Plan, planOf } from '../define/plan.ts'
import { resourcesOf } from '../define/resources.ts'
import { Fault } from '../gateway/fault.ts'
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

/** One of the above, as it comes over the wire. Rejects with a LakeMistake or a Fault for what is the sender's doing. */
export async function defined(lake: Definable, body: Readonly<Record<string, unknown>>): Promise<Plan> {
  try {
    return await done(lake, body)
  } catch (error) {
    const isRefused = error instanceof ApplyFailed && error.cause instanceof Fault && error.cause.status < 500
    if (error instanceof DefinitionMistake || isRefused) throw new LakeMistake(error.message, { cause: error })
    throw error
  }
}

async function done(lake: Definable, body: Readonly<Record<string, unknown>>): Promise<Plan> {
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
      demandWhole(lake, definition)
      return plan(lake, definition)
    case 'apply':
      demandWhole(lake, definition)
      return apply(lake, definition, { replace: replace === true })
    case 'planDown':
      return planDown(lake, definition, { data: data === true })
    case 'down':
      return takeDown(lake, definition, { data: data === true })
    default:
      throw new LakeMistake(`act is plan, apply, planDown or down, not ${shown(act)}.`)
  }
}

/** What lake(…) never gave out falls apart where its resources are told, before anything is asked of AWS. */
function demandWhole(lake: Definable, definition: LakeDefinition): void {
  demandDefinition(definition)
  try {
    resourcesOf(definition, { account: lake.account })
  } catch (cause) {
    if (cause instanceof DefinitionMistake) throw cause
    throw new LakeMistake(
      `This is no definition as lake(…) of 'biwa/define' gives it: its resources cannot be told (${(cause as Error).message}). Send it unchanged, as \`biwa up <lake.ts>\` does.`,
      { cause },
    )
  }
}

function demandDefinition(definition: LakeDefinition): void {
  const { kind, name, region, parts } = Object(definition) as Partial<LakeDefinition>
  if (kind !== 'lake' || typeof name !== 'string' || typeof region !== 'string' || !Array.isArray(parts))
    throw new LakeMistake("This is no definition of a lake: it takes what lake(…) of 'biwa/define' gives.")
}
