/** What a function's process takes of the machine, seen from outside: it may be too busy, or unwilling, to tell. */
import { execFile } from 'node:child_process'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Resident bytes; undefined when the process is gone. */
export async function residentBytesOf(pid: number): Promise<number | undefined> {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = await execute('ps', ['-o', 'rss=', '-p', String(pid)])
      return Number(stdout.trim()) * 1024
    }
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}

/** Bytes of the files in a directory that somebody may be writing to. */
export async function bytesIn(directory: string): Promise<number> {
  let total = 0
  try {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      total += entry.isDirectory() ? await bytesIn(path) : (await lstat(path)).size
    }
  } catch {
    // Removed between being listed and being looked at: it takes nothing any more.
  }
  return total
}
