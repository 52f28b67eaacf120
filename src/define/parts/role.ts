/**
 * A role of one's own, where the one that Biwa derives with the least rights is not what is wanted.
 *
 *     const curator = role('curator', { for: 'glue', may: [{ actions: ['s3:GetObject'], on: ['arn:aws:s3:::lookups/*'] }] })
 */
import { DefinitionMistake, known, list } from '../mistake.ts'
import { named, roleName } from '../names.ts'
import { frozen, type Part, type Tagged } from '../part.ts'

/** The services that act in the roles of a lake. */
export type ActingService = 'firehose' | 'glue' | 'lambda' | 'scheduler'

export interface Statement {
  /** `s3:GetObject` */
  readonly actions: readonly string[]
  /** ARNs; `*` within them means anything. */
  readonly on: readonly string[]
}

export interface RoleOptions extends Tagged {
  readonly for: ActingService
  /** All that it may. */
  readonly may: readonly Statement[]
}

export interface Role extends Part {
  readonly kind: 'role'
  readonly for: ActingService
  readonly may: readonly Statement[]
  readonly tags: Readonly<Record<string, string>>
}

const services: readonly ActingService[] = ['firehose', 'glue', 'lambda', 'scheduler']

export function role(name: string, options: RoleOptions): Role {
  named("A role's name", name, roleName)
  const what = `The role ${name}`
  known(what, options, ['for', 'may', 'tags'])
  const { may, tags = {} } = options
  if (!services.includes(options.for))
    throw new DefinitionMistake(`${what} is for one of ${services.join(', ')}: ${JSON.stringify(options.for)}`)
  list(`${what}: may`, may, "[{ actions: ['s3:GetObject'], on: ['*'] }]")
  for (const { actions, on } of may) {
    list(`${what}: actions`, actions, "['s3:GetObject']")
    list(`${what}: on`, on, "['arn:aws:s3:::lookups/*']")
    const wrong = actions.find(action => !/^(\*|[a-z0-9-]+:[A-Za-z*]+)$/.test(action))
    if (wrong !== undefined)
      throw new DefinitionMistake(`${what}: an action is written like 's3:GetObject': ${JSON.stringify(wrong)}`)
    if (actions.length === 0 || on.length === 0)
      throw new DefinitionMistake(`${what}: a statement names its actions and what they may be done to.`)
  }
  return frozen({ kind: 'role', name, for: options.for, may, tags })
}
