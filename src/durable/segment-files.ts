// The files of one log: which segments there are, the torn end of the newest, and the sidecars of the others.

import { join } from 'node:path'
import type { Disk, DiskFile } from '../world/disk.ts'
import { isFullDisk } from '../world/full-disk.ts'
import { LogFull } from './log-full.ts'
import {
  firstIndexIn,
  type SegmentStart,
  segmentHeader,
  segmentHeaderBytes,
  segmentName,
  segmentVersion,
} from './segment-format.ts'
import { laterBatchFollows, readStart, survey } from './segment-walk.ts'
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
export async function listSegments(disk: Disk, directory: string): Promise<readonly Segment[]> {
  const names = await disk.list(directory)
  const orphans = names.filter(name => name.endsWith('.index') && !names.includes(name.replace(/index$/, 'segment')))
  for (const name of orphans) await disk.remove(join(directory, name))
  return Promise.all(
    names.toSorted().flatMap(name => {
      const firstIndex = firstIndexIn(name)
      const path = join(directory, name)
      return firstIndex === undefined ? [] : disk.size(path).then(bytes => ({ path, firstIndex, bytes: bytes ?? 0 }))
    }),
  )
}

/**
 * Durable with its name when this resolves: an acknowledged record must not vanish with the name of its file.
 * @throws LogFull where there is no room for it, and nothing of it is left
 */
export async function createSegment(
  disk: Disk,
  directory: string,
  start: SegmentStart,
): Promise<Segment & OpenedSegment> {
  const path = join(directory, segmentName(start.firstIndex))
  const index = new SparseIndex(start.firstIndex, 0)
  let file: DiskFile | undefined
  try {
    file = await disk.open(path, 'create')
    await writeStart({ file, index }, start)
    await disk.syncDirectory(directory)
    return { path, firstIndex: start.firstIndex, bytes: segmentHeaderBytes, file, index }
  } catch (cause) {
    await file?.close()
    if (!isFullDisk(cause)) throw cause
    // Half of it must not stay: the segment before goes on.
    await disk.remove(path)
    await disk.syncDirectory(directory)
    throw new LogFull(directory, cause)
  }
}

export async function writeStart({ file, index }: OpenedSegment, start: SegmentStart): Promise<void> {
  await file.write(segmentHeader(start), 0)
  await file.sync()
  index.extend(start.firstIndex, start.notBefore, segmentHeaderBytes)
}

/**
 * The newest segment as the last process left it: its torn end, which was never acknowledged, is cut off; what verifies is
 * made durable, because readers are about to see it. Its index knows of 0 bytes when not even its header was written.
 * `outdated`: an older Biwa began it; what is appended goes into a new one.
 */
export async function recoverNewest(
  disk: Disk,
  segment: Segment,
): Promise<OpenedSegment & { readonly outdated: boolean }> {
  const file = await disk.open(segment.path, 'write')
  try {
    const start = await readStart(file, segment.path)
    const index = await readSidecar(disk, segment)
    if (!(await survey(file, segment, index))) {
      const position = index.segmentBytes
      if (await laterBatchFollows(file, position, segment.bytes, index.endIndex)) {
        throw new LogDamaged(segment.path, position, 'a record does not verify, yet durable records follow it')
      }
      await file.truncate(position)
    }
    await file.sync()
    return { file, index, outdated: start !== undefined && start.version < segmentVersion }
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/** A segment nobody writes any more: by its sidecar, or walked where that is missing. All of it must verify. */
export async function openSealed(disk: Disk, segment: Segment): Promise<OpenedSegment> {
  const file = await disk.open(segment.path, 'read')
  try {
    const index = await readSidecar(disk, segment)
    if (index.segmentBytes < segment.bytes) {
      const whole = await survey(file, segment, index)
      if (!whole) throw new LogDamaged(segment.path, index.segmentBytes, 'a record does not verify')
      await writeSidecar(disk, segment.path, index)
    }
    return { file, index }
  } catch (cause) {
    await file.close()
    throw cause
  }
}

/** Of what is durable. Without fsync: a sidecar that a power cut tears does not verify and is made again. */
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

/** What it says of the segment's beginning, perhaps all of it; nothing when it is missing or does not verify. */
async function readSidecar(disk: Disk, segment: Segment): Promise<SparseIndex> {
  const unknown = new SparseIndex(segment.firstIndex, 0)
  const path = sidecarPath(segment.path)
  const bytes = await disk.size(path)
  if (bytes === undefined) return unknown
  const file = await disk.open(path, 'read')
  try {
    const content = Buffer.alloc(bytes)
    const read = await file.read(content, 0)
    return SparseIndex.decode(content.subarray(0, read), segment) ?? unknown
  } finally {
    await file.close()
  }
}

function sidecarPath(segmentPath: string): string {
  return segmentPath.replace(/segment$/, 'index')
}
