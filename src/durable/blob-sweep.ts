// Removes what earlier processes left behind: files of blobs that no row knows, and everything in scratch/. It runs beside
// ordinary work, a directory at a time, and removes nothing that this process is writing.

import { join } from 'node:path'
import type { Disk } from '../world/disk.ts'

interface Leftovers {
  readonly disk: Disk
  readonly blobsDirectory: string
  readonly scratchDirectory: string
  /** Listed before this process wrote anything there. */
  readonly leftInScratch: readonly string[]
  /** Has a row, or is being written by this process. Asked after its file's name was seen. */
  readonly isKept: (id: string) => boolean
  readonly stop: AbortSignal
}

export async function sweep(leftovers: Leftovers): Promise<void> {
  const { disk, blobsDirectory, scratchDirectory, leftInScratch, isKept, stop } = leftovers
  for (const name of leftInScratch) {
    if (stop.aborted) return
    await disk.removeDirectory(join(scratchDirectory, name))
  }
  for (const digits of await disk.list(blobsDirectory)) {
    const directory = join(blobsDirectory, digits)
    for (const id of await disk.list(directory)) {
      if (stop.aborted) return
      if (!isKept(id)) await disk.remove(join(directory, id))
    }
  }
}
