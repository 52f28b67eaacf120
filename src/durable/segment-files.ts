// The files of one log: which segments there are, the torn end of the newest, and the sidecars of the others.

import { join } from 'node:path'
import type { Disk, DiskFile } from '../world/disk.ts'
import { firstIndexIn, segmentName } from './segment-format.ts'
import { laterBatchFollows, survey } from './segment-walk.ts'
import { SparseIndex } from './sparse-index.ts'

export interface Segment {
  readonly path: string
  readonly firstIndex: number
  /** Of the file. */
  readonly bytes: number
}

/** Its file, open, and what is known of where its durable records lie. */
export interface OpenedSegment {
  readonly file: DiskFile
  readonly index: SparseIndex
}

export class LogDamaged extends Error {
  override readonly name = 'LogDamaged'

  constructor(path: string, position: number, what: string) {
    super(
      `${path} is damaged at byte ${position}: ${what}. Nothing was changed. ` +
        'Restore the data directory from a copy, or remove the stream this log belongs to.',
    )
  }
}

/** In order, the newest last. Sidecars without their segment, left by a trim that died, are removed. */
export async function listSegments(disk: Disk, directory: string): Promise<Segment[]> {
  const names = await disk.list(directory)
  const segments: Segment[] = []
  for (const name of names.toSorted()) {
    const firstIndex = firstIndexIn(name)
    const path = join(directory, name)
    if (firstIndex !== undefined) segments.push({ path, firstIndex, bytes: (await disk.size(path)) ?? 0 })
    else if (name.endsWith('.index') && !names.includes(name.replace(/index$/, 'segment'))) await disk.remove(path)
  }
  return segments
}

export async function createSegment(
  disk: Disk,
  directory: string,
  firstIndex: number,
): Promise<Segment & OpenedSegment> {
  const path = join(directory, segmentName(firstIndex))
  const file = await disk.open(path, 'create')
  // An acknowledged record must not vanish with the name of its file.
  await disk.syncDirectory(directory)
  return { path, firstIndex, bytes: 0, file, index: new SparseIndex(firstIndex, 0) }
}

/**
 * The newest segment as the last process left it: its torn end, which was never acknowledged, is cut off; what verifies is
 * made durable, because readers are about to see it.
 */
export async function recoverNewest(disk: Disk, segment: Segment): Promise<OpenedSegment> {
  const file = await disk.open(segment.path, 'write')
  try {
    const { index, broken } = await survey(file, segment)
    if (broken) {
      const position = index.segmentBytes
      if (await laterBatchFollows(file, position, segment.bytes, index.endIndex)) {
        throw new LogDamaged(segment.path, position, 'a record does not verify, yet durable records follow it')
      }
      await file.truncate(position)
    }
    await file.sync()
    return { file, index }
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/** A segment nobody writes any more: by its sidecar, or walked when that is missing. All of it must verify. */
export async function openSealed(disk: Disk, segment: Segment): Promise<OpenedSegment> {
  const file = await disk.open(segment.path, 'read')
  try {
    const sidecar = await readSidecar(disk, segment)
    if (sidecar !== undefined) return { file, index: sidecar }
    const { index, broken } = await survey(file, segment)
    if (broken) throw new LogDamaged(segment.path, index.segmentBytes, 'a record does not verify')
    await writeSidecar(disk, segment.path, index)
    return { file, index }
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/** Without fsync: a sidecar that a power cut tears does not verify and is made again. */
export async function writeSidecar(disk: Disk, segmentPath: string, index: SparseIndex): Promise<void> {
  const path = sidecarPath(segmentPath)
  await disk.remove(path)
  const file = await disk.open(path, 'create')
  try {
    await file.write(index.encode(), 0)
  } finally {
    await file.close()
  }
}

export async function removeSegment(disk: Disk, segment: Segment): Promise<void> {
  await disk.remove(segment.path)
  await disk.remove(sidecarPath(segment.path))
}

async function readSidecar(disk: Disk, segment: Segment): Promise<SparseIndex | undefined> {
  const path = sidecarPath(segment.path)
  const bytes = await disk.size(path)
  if (bytes === undefined) return undefined
  const file = await disk.open(path, 'read')
  try {
    const content = Buffer.alloc(bytes)
    const read = await file.read(content, 0)
    return SparseIndex.decode(content.subarray(0, read), segment.firstIndex, segment.bytes)
  } finally {
    await file.close()
  }
}

function sidecarPath(segmentPath: string): string {
  return segmentPath.replace(/segment$/, 'index')
}
