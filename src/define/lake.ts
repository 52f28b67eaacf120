/**
 * The definition of a lake: parts, and all that they stand on. It names what is wanted; `running`, `biwa up` and the way out
 * to AWS make it so.
 *
 *     export default lake('temperature', { region: 'ap-northeast-1', parts: [curate], tags: { CostCenter: 'iot' } })
 */
import { costTags } from './cost-tags.ts'
import { DefinitionMistake, known, list, told } from './mistake.ts'
import { lakeName, named } from './names.ts'
import { frozen, type Tagged } from './part.ts'
import type { Bucket } from './parts/bucket.ts'
import type { Crawler } from './parts/crawler.ts'
import type { Delivery } from './parts/delivery.ts'
import type { Files } from './parts/files.ts'
import type { Job } from './parts/job.ts'
import type { Role } from './parts/role.ts'
import type { Stream } from './parts/stream.ts'
import type { Table } from './parts/table.ts'
import type { Workgroup } from './parts/workgroup.ts'

export type AnyPart = Bucket | Crawler | Delivery | Files | Job | Role | Stream | Table | Workgroup

const kinds: Readonly<Record<AnyPart['kind'], true>> = {
  ...{ stream: true, delivery: true, files: true, bucket: true, table: true, job: true },
  ...{ crawler: true, workgroup: true, role: true },
}

export interface LakeOptions extends Tagged {
  /** AWS's name: 'ap-northeast-1'. */
  readonly region: string
  /** Parts; those that they stand on come along. */
  readonly parts: readonly AnyPart[]
}

export interface LakeDefinition {
  readonly kind: 'lake'
  readonly name: string
  readonly region: string
  /** Every part once, each behind those it stands on. */
  readonly parts: readonly AnyPart[]
  readonly tags: Readonly<Record<string, string>>
}

export function lake(name: string, options: LakeOptions): LakeDefinition {
  named("A lake's name", name, lakeName)
  const what = `The lake ${name}`
  known(what, options, ['region', 'parts', 'tags'])
  const { region } = options
  if (typeof region !== 'string' || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new DefinitionMistake(`${what}: a region is written like 'ap-northeast-1': ${told(region)}`)
  const found = new Map<string, AnyPart>()
  list(`${what}: parts`, options.parts, '[curate]')
  if (options.parts.length === 0)
    throw new DefinitionMistake(
      `${what} has no parts. Name those that nothing else stands on, such as its jobs, parts: [curate]; the others come along.`,
    )
  for (const part of options.parts) gather(part, found)
  return frozen({ kind: 'lake', name, region, parts: [...found.values()], tags: costTags(what, options.tags) })
}

/** The catalog's database of tables that name none. */
export const databaseOf = ({ name }: Pick<LakeDefinition, 'name'>): string => name.replaceAll('-', '_')

function gather(part: AnyPart, found: Map<string, AnyPart>): void {
  // What one of them has made is frozen; what was written by hand, or is only a piece of a part, none of them has checked.
  if (typeof part !== 'object' || part === null || !Object.hasOwn(kinds, part.kind) || !Object.isFrozen(part))
    throw new DefinitionMistake(`A lake's parts are made by ${Object.keys(kinds).join('(), ')}(): ${told(part)}`)
  const key = `${part.kind} ${part.kind === 'table' ? `${part.database ?? ''}.` : ''}${part.name}`
  const before = found.get(key)
  if (before === part) return
  for (const below of standsOn(part)) gather(below, found)
  if (before === undefined) found.set(key, part)
  else if (JSON.stringify(before) !== JSON.stringify(part))
    throw new DefinitionMistake(
      `There are two different definitions of the ${part.kind} ${part.name}. Write it once, as a constant, and use that constant in both places.`,
    )
}

/** The parts that a part names. */
function standsOn(part: AnyPart): readonly AnyPart[] {
  const role = 'role' in part && part.role !== undefined ? [part.role] : []
  switch (part.kind) {
    case 'stream':
    case 'bucket':
    case 'role':
      return []
    case 'files':
    case 'table':
      return [part.at.bucket]
    case 'delivery':
      return [
        part.to.bucket,
        ...(part.from === undefined ? [] : [part.from]),
        ...(part.into === undefined ? [] : [part.into]),
        ...role,
      ]
    case 'job':
      return [
        part.from,
        part.into,
        ...part.reads,
        ...(part.deadLetters === undefined ? [] : [part.deadLetters.bucket]),
        ...role,
      ]
    case 'crawler':
      return [part.at.bucket, ...role]
    case 'workgroup':
      return [part.results.bucket]
  }
}
