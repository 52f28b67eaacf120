/** Table of contents: every kind of AWS resource that a definition can ask for, each behind those it stands on. */
import type { Kind } from './kind.ts'
import { bucket } from './kinds/bucket.ts'
import { crawler } from './kinds/crawler.ts'
import { database } from './kinds/database.ts'
import { delivery } from './kinds/delivery.ts'
import { job } from './kinds/job.ts'
import { role } from './kinds/role.ts'
import { schedule } from './kinds/schedule.ts'
import { scheduleGroup } from './kinds/schedule-group.ts'
import { script } from './kinds/script.ts'
import { stream } from './kinds/stream.ts'
import { table } from './kinds/table.ts'
import { workgroup } from './kinds/workgroup.ts'

export const kinds: readonly Kind[] = [
  bucket,
  role,
  stream,
  database,
  table,
  delivery,
  script,
  job,
  crawler,
  workgroup,
  scheduleGroup,
  schedule,
]

const byName = new Map(kinds.map(kind => [kind.name, kind]))

export function kindOf(name: string): Kind {
  const found = byName.get(name)
  if (found === undefined) throw new Error(`There is no kind of resource ${name}.`)
  return found
}

/** Its place in the order of making. */
export const rankOf = (name: string): number => kinds.indexOf(kindOf(name))
