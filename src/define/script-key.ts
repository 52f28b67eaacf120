/**
 * Where the script of a lake's job lies in the bucket of the table that it writes. What begins with an underscore is no data to
 * queries, jobs and crawlers, so that a table may have the whole bucket.
 */
import type { Job } from './parts/job.ts'

export const scriptKey = (lake: string, { name, sql }: Pick<Job, 'name' | 'sql'>): string =>
  `${scriptFolder(lake)}${name}.${sql === undefined ? 'mjs' : 'sql'}`

export const scriptFolder = (lake: string): string => `_scripts/${lake}/`
