// One process a data directory. The lock is an SQLite file held exclusively: the operating system's own lock under it
// goes away with its process, however that dies, so there is no stale lock to clean up. Never open the lock file in any
// other way in this process: closing any descriptor of a file drops all of a process's locks on it.

import { chmodSync, closeSync, openSync, readSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface DirectoryLock {
  release(): Promise<void>
}

export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
  readonly path: string

  constructor(path: string, holder: string) {
    super(
      `The data directory ${path} is in use by ${holder}: one process at a time may open it. ` +
        'Stop that process, or choose another data directory (biwa up --data).',
    )
    this.path = path
  }
}

const sqliteBusy = 5
/** Where SQLite's file header keeps `user_version`, big-endian: https://sqlite.org/fileformat.html#database_header */
const userVersionOffset = 60

const heldHere = new Set<string>()

export function lockFile(path: string): DirectoryLock {
  const database = new DatabaseSync(path, { timeout: 0 })
  const realPath = realpathSync(path)
  try {
    // The holder's process id is for the other's error message only; losing it in a power cut is no loss.
    database.exec(`PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY;
      BEGIN EXCLUSIVE; PRAGMA user_version = ${process.pid}; COMMIT`)
  } catch (cause) {
    database.close()
    if (
      !(
        typeof cause === 'object' &&
        cause !== null &&
        'errcode' in cause &&
        (Number(cause.errcode) & 0xff) === sqliteBusy
      )
    )
      throw cause
    const holder = heldHere.has(realPath) ? 'this very process' : `process ${processIdIn(realPath)}`
    throw new DirectoryInUse(dirname(path), holder)
  }
  chmodSync(path, 0o600)
  heldHere.add(realPath)
  return {
    async release() {
      heldHere.delete(realPath)
      database.close()
    },
  }
}

function processIdIn(path: string): number {
  const bytes = Buffer.alloc(4)
  const descriptor = openSync(path, 'r')
  readSync(descriptor, bytes, 0, 4, userVersionOffset)
  closeSync(descriptor)
  return bytes.readUInt32BE()
}
