/**
 * Jobs whose rows come back to where they began. Each adds what it reads to what the next one reads, so that rows grow with
 * every round. Where one of them replaces its table there is an end to it: so a slowly changing dimension is made.
 */
import type { Finding } from './advice.ts'
import type { Job } from './parts/job.ts'
import type { Table } from './parts/table.ts'

export function* circlesOf(jobs: readonly Job[]): Generator<Finding> {
  const adding = jobs.filter(({ write }) => write === 'append')
  const told = new Set<Job>()
  for (const job of adding) {
    const circle = told.has(job) ? undefined : wayBack(job, adding)
    if (circle === undefined || circle.length === 1) continue
    for (const one of circle) told.add(one)
    const way = circle.map(({ name, into }) => `${name} adds to ${into.name}`).join(', ')
    yield {
      level: 'mistake',
      part: `job ${job.name}`,
      text: `It reads what it has written itself: ${way}, which ${job.name} reads, so rows come again with every round. Let one of these jobs read something else, or write: 'replace'.`,
    }
  }
}

/** The jobs from one to the one that writes what it reads; undefined where there is no such way. */
function wayBack(first: Job, jobs: readonly Job[]): readonly Job[] | undefined {
  const seen = new Set<Job>()
  const ways: (readonly Job[])[] = [[first]]
  for (const way of ways) {
    const last = way.at(-1) ?? first
    if (reads(first, last.into)) return way
    for (const next of jobs)
      if (next !== first && !seen.has(next) && reads(next, last.into)) {
        seen.add(next)
        ways.push([...way, next])
      }
  }
  return undefined
}

const reads = ({ from, reads: others }: Job, table: Table): boolean =>
  [...(from.kind === 'table' ? [from] : []), ...others].some(
    ({ name, database }) => name === table.name && database === table.database,
  )
