/**
 * Where the script of a lake's job lies in the bucket of the table that it writes. What begins with an underscore is no data to
 * queries, jobs and crawlers, so that a table may have the whole bucket.
 */
export const scriptKey = (lake: string, job: string): string => `${scriptFolder(lake)}${job}.sql`

export const scriptFolder = (lake: string): string => `_scripts/${lake}/`
