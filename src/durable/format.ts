// Whose a data directory is, and of which format: the file `format`, {"format":1}. It changes only when an older Biwa could
// no longer read the directory; tables (rooms.ts) and segments (segment-format.ts) count versions of their own.

import { join } from 'node:path'
import type { Disk } from '../world/disk.ts'
import { DataDirectoryMistake } from './data-directory-mistake.ts'

const format = 1

/** What the lock and a claim that died half-way leave behind. */
const notYetClaimed = new Set(['lock', 'lock-journal', 'format.new'])

/** Throws for a directory that is neither empty nor Biwa's, or is a newer Biwa's. */
export async function refuseForeign(disk: Disk, directory: string): Promise<void> {
  await isClaimed(disk, directory)
}

export async function claimFormat(disk: Disk, directory: string): Promise<void> {
  if (await isClaimed(disk, directory)) {
    // Perhaps by a process that died before its own sync.
    await disk.syncDirectory(directory)
    return
  }
  const path = join(directory, 'format')
  const temporary = `${path}.new`
  await disk.remove(temporary)
  const file = await disk.open(temporary, 'create')
  try {
    await file.write(Buffer.from(`${JSON.stringify({ format })}\n`), 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(temporary, path)
  await disk.syncDirectory(directory)
}

async function isClaimed(disk: Disk, directory: string): Promise<boolean> {
  const text = await readText(disk, join(directory, 'format'))
  if (text !== undefined) {
    check(text, directory)
    return true
  }
  const others = (await disk.list(directory)).filter(name => !notYetClaimed.has(name))
  if (others.length === 0) return false
  throw new DataDirectoryMistake(
    `${directory} is not a data directory of Biwa: it has no file "format", yet it holds ${others.slice(0, 3).join(', ')}. ` +
      'Choose an empty directory (biwa up --data).',
  )
}

function check(text: string, directory: string): void {
  let found: unknown
  try {
    found = (JSON.parse(text) as { format?: unknown }).format
  } catch {
    found = undefined
  }
  if (found === format) return
  throw new DataDirectoryMistake(
    typeof found === 'number' && found > format
      ? `${directory} has data format ${found}, and this Biwa knows ${format}: it was written by a newer Biwa. Start that one.`
      : `${directory} has a file "format" that is not Biwa's: ${JSON.stringify(text.slice(0, 80))}. Choose another directory (biwa up --data).`,
  )
}

async function readText(disk: Disk, path: string): Promise<string | undefined> {
  const bytes = await disk.size(path)
  if (bytes === undefined) return undefined
  const file = await disk.open(path, 'read')
  try {
    const content = Buffer.alloc(Math.min(bytes, 4096))
    return content.toString('utf8', 0, await file.read(content, 0))
  } finally {
    await file.close()
  }
}
