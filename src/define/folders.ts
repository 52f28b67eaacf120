/**
 * Whether anything is written where something else reads: the errors of a delivery in the folder that a job takes records
 * from, a script in the folder of a table. AWS would take it, and the next run or query would read what is no data.
 */
import type { AnyPart, LakeDefinition } from './lake.ts'
import { DefinitionMistake } from './mistake.ts'
import { type Location, urlOf } from './parts/bucket.ts'
import { scriptKey } from './script-key.ts'

interface Place {
  /** As in "the table device_telemetry". */
  readonly what: string
  readonly at: Location
}

export function checkFolders(definition: LakeDefinition): void {
  const written = definition.parts.flatMap(part => writtenBy(part, definition.name))
  for (const { what, at } of definition.parts.flatMap(readBy))
    for (const inside of written) {
      if (inside.at.bucket.name !== at.bucket.name || !inside.at.prefix.startsWith(at.prefix)) continue
      throw new DefinitionMistake(
        `${what} reads all that lies under ${urlOf(at)}, and ${inside.what} would lie there, too (${urlOf(inside.at)}). ` +
          `Give what it reads a folder of its own, such as bucket('${at.bucket.name}').prefix('${suggested(at)}').`,
      )
    }
}

const suggested = ({ prefix }: Location) => (prefix === '' ? 'data/' : `${prefix}data/`)

/** What is read by somebody as records or rows. */
function readBy(part: AnyPart): readonly Place[] {
  if (part.kind === 'table') return [{ what: `The table ${part.name}`, at: part.at }]
  if (part.kind !== 'job' || part.from.kind === 'table') return []
  return [{ what: `The job ${part.name}`, at: part.from.kind === 'files' ? part.from.at : part.from.to }]
}

/** What nobody reads as records or rows. */
function writtenBy(part: AnyPart, lake: string): readonly Place[] {
  switch (part.kind) {
    case 'delivery':
      return [{ what: `what the delivery ${part.name} cannot process`, at: { ...part.to, prefix: part.errors } }]
    case 'job':
      return [
        { what: `the script of the job ${part.name}`, at: { ...part.into.at, prefix: scriptKey(lake, part.name) } },
        ...(part.deadLetters ? [{ what: `dead letters of the job ${part.name}`, at: part.deadLetters }] : []),
      ]
    case 'workgroup':
      return [{ what: `the results of the workgroup ${part.name}`, at: part.results }]
    default:
      return []
  }
}
