/** Asks the evaluator on behalf of a user, a group or a role, with further policies as if they were attached too. */
import type { Principal } from '../../gateway/operation.ts'
import { checkDocument } from './document.ts'
import type { Entity } from './entities.ts'
import type { Verdict } from './evaluate/evaluate.ts'
import { InvalidInput, noSuchEntity } from './faults.ts'
import { type Iam, rolePrincipal, userPrincipal } from './iam.ts'
import type { Scope } from './needs.ts'

export interface Simulation {
  readonly source: string
  readonly documents: readonly string[]
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly context: Readonly<Record<string, readonly string[]>>
}

export interface Simulated {
  readonly number: number
  readonly action: string
  readonly resource: string
  readonly verdict: Verdict
  /** There is a permissions boundary. */
  readonly bounded: boolean
}

export function simulate(iam: Iam, scope: Scope, wanted: Simulation): readonly Simulated[] {
  for (const document of wanted.documents) checkDocument(document, 'identity')
  const source = sourceOf(iam, scope, wanted.source)
  const holder = iam.decisions.holderOfEntity(source)
  const more = wanted.documents.map((document, index) =>
    iam.decisions.named(document, `PolicyInputList.${index + 1}`, 'none'),
  )
  const principal = principalOf(source)
  const pairs = wanted.actions.flatMap(action => wanted.resources.map(resource => ({ action, resource })))
  return pairs.map(({ action, resource }, number) => ({
    number,
    action,
    resource,
    verdict: iam.decisions.verdict(
      { principal, action, resource, context: wanted.context },
      { ...holder, identity: [...holder.identity, ...more] },
      // As AWS does it: only what hangs on the source is simulated, not the policies of resources.
      { resource: { policy: undefined, account: undefined } },
    ),
    bounded: holder.boundary !== undefined,
  }))
}

function sourceOf(iam: Iam, { account }: Scope, arn: string): Entity {
  const [, owner, kind, name] = /^arn:aws:iam::(\d{12}):(user|group|role)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  if (owner !== account || name === undefined || (kind !== 'user' && kind !== 'group' && kind !== 'role'))
    throw new InvalidInput(`PolicySourceArn must be the ARN of a user, a group or a role of this account. Got ${arn}.`)
  const found = iam.entities.find({ account }, kind, name)
  if (found?.arn !== arn) throw noSuchEntity(kind, name)
  return found
}

/** A group has no principal of its own: its members' is nobody in particular. */
const principalOf = (source: Entity): Principal =>
  source.kind === 'role' ? rolePrincipal(source, 'simulation') : userPrincipal(source)
