/**
 * A Glue crawler: it looks into a folder now and then and registers what it finds. The tables of a definition need none,
 * since jobs register the partitions they write; it is for folders that others write to.
 *
 *     crawler('uploads', { at: bucket('uploads').prefix('sensors/'), every: '1 hour' })
 */

import { costTags } from '../cost-tags.ts'
import { type Every, type Schedule, scheduleOf } from '../every.ts'
import { known, text } from '../mistake.ts'
import { crawlerName, named, tableName } from '../names.ts'
import { type Acting, frozen, type Part, type Tagged } from '../part.ts'
import { type Bucket, type Location, locationOf } from './bucket.ts'
import { actingIn, type Role } from './role.ts'

export interface CrawlerOptions extends Tagged, Acting {
  readonly at: Location | Bucket
  /** The lake's own unless given. */
  readonly database?: string
  /** Begins the names of the tables it makes. */
  readonly tablePrefix?: string
  readonly every?: Every
}

export interface Crawler extends Part {
  readonly kind: 'crawler'
  readonly at: Location
  readonly database?: string
  readonly tablePrefix?: string
  readonly schedule?: Schedule
  readonly role?: Role
  readonly tags: Readonly<Record<string, string>>
}

export function crawler(name: string, options: CrawlerOptions): Crawler {
  named("A crawler's name", name, crawlerName)
  const what = `The crawler ${name}`
  known(what, options, ['at', 'database', 'tablePrefix', 'every', 'role', 'tags'])
  const { database, tablePrefix, every, role } = options
  actingIn(what, role, 'glue')
  if (database !== undefined) named("A database's name", database, tableName)
  text(`${what}: tablePrefix`, tablePrefix, "'found_'")
  return frozen({
    kind: 'crawler',
    name,
    at: locationOf(`${what}: at`, options.at),
    ...(database !== undefined && { database }),
    ...(tablePrefix !== undefined && { tablePrefix }),
    ...(every !== undefined && { schedule: scheduleOf(what, every) }),
    ...(role !== undefined && { role }),
    tags: costTags(what, options.tags),
  })
}
