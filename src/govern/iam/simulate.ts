/** Asks the evaluator on behalf of a user, a group or a role, with further policies as if they were attached too. */
import type { Principal } from '../../gateway/operation.ts'
import type { Holder } from './decisions.ts'
import { checkDocument } from './document.ts'
import type { Entity } from './entities.ts'
import type { Verdict } from './evaluate/evaluate.ts'
import type { NamedPolicy } from './evaluate/policy.ts'
import { InvalidInput, noSuchEntity } from './faults.ts'
import { type Iam, rolePrincipal, userPrincipal } from './iam.ts'
import type { Scope } from './needs.ts'

interface Questions {
  readonly documents: readonly string[]
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly context: Readonly<Record<string, readonly string[]>>
}

/** Asked for a user, a group or a role. */
export interface Simulation extends Questions {
  /** Its ARN. */
  readonly source: string
}

/** Asked for nobody: the documents are all there is. */
export interface DocumentSimulation extends Questions {
  /** At most one: a permissions boundary. */
  readonly boundary: readonly string[]
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
  const source = sourceOf(iam, scope, wanted.source)
  const holder = iam.decisions.holderOfEntity(source)
  const identity = [...holder.identity, ...namedDocuments(iam, wanted.documents)]
  return verdicts(iam, wanted, principalOf(source), { ...holder, identity })
}

export function simulateDocuments(iam: Iam, { account }: Scope, wanted: DocumentSimulation): readonly Simulated[] {
  const [boundary, ...more] = namedDocuments(iam, wanted.boundary, 'PermissionsBoundaryPolicyInputList')
  if (more.length > 0) throw new InvalidInput('PermissionsBoundaryPolicyInputList takes one policy.')
  const arn = `arn:aws:iam::${account}:user/simulation`
  const identity = namedDocuments(iam, wanted.documents)
  return verdicts(iam, wanted, { kind: 'user', account, arn, id: 'simulation' }, { identity, boundary, tags: {} })
}

function namedDocuments(iam: Iam, documents: readonly string[], list = 'PolicyInputList'): readonly NamedPolicy[] {
  for (const document of documents) checkDocument(document, 'identity')
  return documents.map((document, index) => iam.decisions.named(document, `${list}.${index + 1}`, 'none'))
}

function verdicts(iam: Iam, wanted: Questions, principal: Principal, holder: Holder): readonly Simulated[] {
  const pairs = wanted.actions.flatMap(action => wanted.resources.map(resource => ({ action, resource })))
  return pairs.map(({ action, resource }, number) => ({
    number,
    action,
    resource,
    // As AWS does it: only what hangs on the source is simulated, not the policies of resources.
    verdict: iam.decisions.verdict({ principal, action, resource, context: wanted.context }, holder, {
      resource: { policy: undefined, account: undefined },
    }),
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
