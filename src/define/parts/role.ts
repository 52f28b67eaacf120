/**
 * A role of one's own, where the one that Biwa derives with the least rights is not what is wanted.
 *
 *     const curator = role('curator', { for: 'glue', may: [{ actions: ['s3:GetObject'], on: ['arn:aws:s3:::lookups/*'] }] })
 */
import { costTags } from '../cost-tags.ts'
import { DefinitionMistake, known, list, ofKind, told } from '../mistake.ts'
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
  const { may } = options
  if (!services.includes(options.for))
    throw new DefinitionMistake(`${what} is for one of ${services.join(', ')}: ${JSON.stringify(options.for)}`)
  list(`${what}: may`, may, "[{ actions: ['s3:GetObject'], on: ['*'] }]")
  for (const statement of may) {
    known(`${what}: a statement`, statement, ['actions', 'on'])
    const { actions, on } = statement
    list(`${what}: actions`, actions, "['s3:GetObject']")
    list(`${what}: on`, on, "['arn:aws:s3:::lookups/*']")
    const wrong = actions.find(action => typeof action !== 'string' || !/^(\*|[a-z0-9-]+:[A-Za-z*]+)$/.test(action))
    if (wrong !== undefined)
      throw new DefinitionMistake(`${what}: an action is written like 's3:GetObject': ${told(wrong)}`)
    if (actions.length === 0 || on.length === 0)
      throw new DefinitionMistake(`${what}: a statement names its actions and what they may be done to.`)
    const nowhere = on.find(
      resource => typeof resource !== 'string' || !/^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+)$/.test(resource),
    )
    if (nowhere !== undefined)
      throw new DefinitionMistake(
        `${what}: what actions may be done on is an ARN such as 'arn:aws:s3:::lookups/*', or '*': ${told(nowhere)}`,
      )
  }
  return frozen({ kind: 'role', name, for: options.for, may, tags: costTags(what, options.tags) })
}

/** A role that the service may act in, where one is given; `what` begins the sentence: "The job x". */
export function actingIn(what: string, given: Role | undefined, service: ActingService): void {
  if (given === undefined) return
  ofKind(`${what}: role`, given, ['role'], `role('name', { for: '${service}', may: … })`)
  if (given.for !== service)
    throw new DefinitionMistake(
      `${what} acts in the role ${given.name}, which is for ${given.for}, and ${service} would have to act in it: make it a role for '${service}'.`,
    )
}
