/** Where the script of a lake's job lies in the bucket of the table that it writes. */
export const scriptKey = (lake: string, job: string): string => `scripts/${lake}/${job}.sql`
