// Empties a data directory that is not open: all that a store keeps there, and nothing else that lies there. An erasure that
// died half-way must not be taken for a lake that lost its data: a mark says so, and the next open completes it.

import { join } from 'node:path'
import type { Disk } from '../world/disk.ts'

const erasureMark = 'erasing'

export async function beginErasure(disk: Disk, directory: string): Promise<void> {
  const mark = join(directory, erasureMark)
  if ((await disk.size(mark)) === undefined) await (await disk.open(mark, 'create')).close()
  await disk.syncDirectory(directory)
  // From here the data is gone, whatever happens.
}

/** Does nothing where no erasure was begun. */
export async function completeErasure(disk: Disk, directory: string): Promise<void> {
  const mark = join(directory, erasureMark)
  if ((await disk.size(mark)) === undefined) return
  for (const name of ['ledger.sqlite', 'ledger.sqlite-wal']) await disk.remove(join(directory, name))
  for (const name of ['blobs', 'logs', 'scratch']) await disk.removeDirectory(join(directory, name))
  await disk.syncDirectory(directory)
  await disk.remove(mark)
  await disk.syncDirectory(directory)
}
