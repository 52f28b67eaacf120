// Why a data directory cannot be opened, and what to do about it: a message for the person who named it, not a bug of ours.

export class DataDirectoryMistake extends Error {
  override readonly name = 'DataDirectoryMistake'
}

const notADirectory = 'It, or something above it, is a file. Choose a directory (biwa up --data).'
const notWritable =
  'This user must be able to write there. See to its permissions, or choose another data directory (biwa up --data).'
const tooLong = 'Its name, or a part of it, is longer than this system takes. Choose a shorter one (biwa up --data).'
const full = 'Its disk is full. Free some space, then start again: what was acknowledged is there.'
const damaged = 'Its ledger is damaged. Restore it from a copy, or choose another data directory (biwa up --data).'

const advice: Readonly<Record<string, string>> = {
  ENOTDIR: notADirectory,
  EEXIST: notADirectory,
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: notWritable,
  ENOENT: notWritable,
  ENAMETOOLONG: tooLong,
  ENOSPC: full,
  EDQUOT: full,
}

/** By SQLite's primary result code: https://sqlite.org/rescode.html */
const sqliteAdvice: Readonly<Record<number, string>> = {
  3: notWritable,
  8: notWritable,
  11: damaged,
  13: full,
  14: notWritable,
  26: damaged,
}

/** The world's refusals, of the operating system or of SQLite, told with the directory's name; anything else as it is. */
export function explained(directory: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  const what =
    'errcode' in cause ? sqliteAdvice[Number(cause.errcode) & 0xff] : advice['code' in cause ? String(cause.code) : '']
  if (what === undefined) return cause
  return new DataDirectoryMistake(
    `The data directory ${cut(directory)} cannot be opened: ${cut(cause.message)}. ${what}`,
    {
      cause,
    },
  )
}

const cut = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}…` : text)
