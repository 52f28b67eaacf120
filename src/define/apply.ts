/**
 * Does what a plan says, step by step. Each step looks at what is there before it acts, so that a plan can be applied again
 * after anything has gone wrong in its middle, and ends the same.
 */
import { changesOf } from './changes.ts'
import type { Aws, Invoke } from './invoke.ts'
import { idOf, type JsonObject, type Kind } from './kind.ts'
import { kindOf } from './kinds.ts'
import { DefinitionMistake } from './mistake.ts'
import type { Plan, Step } from './plan.ts'

export interface ApplyOptions {
  /** Whether what AWS cannot change in place may be removed and made anew, though it holds data. */
  readonly replace?: boolean
}

/** A step that could not be done: what stands, and what to do. Its cause is what AWS said. */
export class ApplyFailed extends Error {
  override readonly name = 'ApplyFailed'
  readonly step: Step
  /** Those that were done before it. */
  readonly done: readonly Step[]

  constructor(step: Step, done: readonly Step[], cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(
      `The ${idOf(step)} could not be ${participle[step.act]}: ${why.replace(/\.?\s*$/, '.')} ` +
        `${done.length === 0 ? 'Nothing was changed before it' : `What was done before it stands (${done.length})`}; ` +
        'mend the cause and apply again: it goes on from there.',
      { cause },
    )
    this.step = step
    this.done = done
  }
}

const participle = { create: 'created', change: 'changed', replace: 'replaced', remove: 'removed', keep: 'kept' }

/** Yields each step when it is done. */
export async function* applyPlan(
  plan: Plan,
  invoke: Invoke,
  { replace = false }: ApplyOptions = {},
): AsyncGenerator<Step, void, undefined> {
  const lost = plan.steps.filter(({ act, holds }) => act === 'replace' && holds !== undefined)
  if (lost.length > 0 && !replace) throw refused(lost)
  const aws: Aws = { invoke, account: plan.account, region: plan.region, lake: plan.lake }
  const done: Step[] = []
  for (const step of plan.steps) {
    if (step.act === 'keep') continue
    try {
      await carryOut(aws, step)
    } catch (cause) {
      throw cause instanceof DefinitionMistake ? cause : new ApplyFailed(step, done, cause)
    }
    done.push(step)
    yield step
  }
}

async function carryOut(aws: Aws, step: Step): Promise<void> {
  const kind = kindOf(step.kind)
  if (step.wanted === undefined) return remove(aws, kind, step)
  const found = await own(aws, kind, step.name)
  if (step.act === 'replace' && found !== undefined && kind.replaces?.(step.wanted, found) !== undefined) {
    await kind.remove(aws, step.name)
    return make(aws, kind, step.name, step.wanted, undefined)
  }
  return make(aws, kind, step.name, step.wanted, found)
}

/** What came into it since the plan was made keeps it from going. */
async function remove(aws: Aws, kind: Kind, step: Step): Promise<void> {
  if ((await own(aws, kind, step.name)) === undefined) return
  if (step.holds === undefined) {
    const holds = kind.keepsData ? await kind.holds?.(aws, step.name) : undefined
    if (holds !== undefined) throw new Error(`it holds ${holds} by now, which it did not when the plan was made`)
  }
  await kind.remove(aws, step.name)
}

/** Made so far that it carries the lake's mark, then brought to what is wanted. */
async function make(
  aws: Aws,
  kind: Kind,
  name: string,
  wanted: JsonObject,
  before: JsonObject | undefined,
): Promise<void> {
  if (before === undefined) await kind.create(aws, name, wanted)
  const found = before ?? (await kind.read(aws, name))
  if (found !== undefined && changesOf(found, wanted).length > 0) await kind.change(aws, name, wanted, found)
}

/** Undefined where there is nothing; somebody else's is not touched. */
async function own(aws: Aws, kind: Kind, name: string): Promise<JsonObject | undefined> {
  const found = await kind.read(aws, name)
  if (found === undefined || kind.lakeOf(name, found) === aws.lake) return found
  throw new DefinitionMistake(
    `The ${kind.name} ${name} is not of the lake ${aws.lake}, and is left alone. Give the part another name, or remove it.`,
  )
}

function refused(steps: readonly Step[]): DefinitionMistake {
  const each = steps.map(
    step => `The ${idOf(step)} would have to be made anew (${step.reason}), and it holds ${step.holds}.`,
  )
  const after = 'Nothing was done. Undo the change, give the part another name, or let it be replaced.'
  return new DefinitionMistake([...each, after].join(' '))
}
