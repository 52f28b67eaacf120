// A disk without room, as the operating system and SQLite tell of it.

/** https://sqlite.org/rescode.html#full */
export const sqliteFull = 13

/** Whether that is at the root of what went wrong. */
export function isFullDisk(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')) return true
    if ('errcode' in cause && cause.errcode === sqliteFull) return true
  }
  return false
}
