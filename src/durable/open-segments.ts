// Which segment files of a log are open: the one written to, and a few that were read lately. A file is closed only when
// nobody is reading it any more, so a reader never finds its descriptor reused.

import type { Disk } from '../world/disk.ts'
import { type OpenedSegment, openSealed, type Segment } from './segment-files.ts'

interface Entry {
  readonly opened: Promise<OpenedSegment>
  users: number
  /** `dropped`: for those who use it already, and then to be closed. */
  state: 'kept' | 'dropped' | 'closed'
}

const sealedOpenMax = 4

export class OpenSegments {
  readonly #disk: Disk
  /** By first index; the one used last is the last. */
  readonly #entries = new Map<number, Entry>()
  #newest: number | undefined

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** The segment written to stays open; the one before it becomes one among the others. */
  addNewest(firstIndex: number, opened: OpenedSegment): void {
    this.#newest = firstIndex
    this.#entries.set(firstIndex, { opened: Promise.resolve(opened), users: 0, state: 'kept' })
    this.#closeOldest()
  }

  async use<T>(segment: Segment, work: (opened: OpenedSegment) => Promise<T>): Promise<T> {
    const entry: Entry = this.#entries.get(segment.firstIndex) ?? {
      opened: openSealed(this.#disk, segment),
      users: 0,
      state: 'kept',
    }
    this.#entries.delete(segment.firstIndex)
    this.#entries.set(segment.firstIndex, entry)
    entry.users++
    this.#closeOldest()
    try {
      return await work(await entry.opened)
    } catch (cause) {
      // What could not be opened is tried afresh the next time.
      if (await failed(entry.opened)) this.#drop(segment.firstIndex, entry)
      throw cause
    } finally {
      entry.users--
      await this.#closeIfUnused(entry)
    }
  }

  /** Readers that are under way end in peace. After it nobody is about to open the file any more. */
  async close(firstIndex: number): Promise<void> {
    const entry = this.#entries.get(firstIndex)
    if (entry === undefined) return
    this.#drop(firstIndex, entry)
    await Promise.allSettled([entry.opened])
    await this.#closeIfUnused(entry)
  }

  async closeAll(): Promise<void> {
    for (const firstIndex of [...this.#entries.keys()]) await this.close(firstIndex)
  }

  #drop(firstIndex: number, entry: Entry): void {
    entry.state = 'dropped'
    if (this.#entries.get(firstIndex) === entry) this.#entries.delete(firstIndex)
  }

  #closeOldest(): void {
    for (const [firstIndex, entry] of this.#entries) {
      if (this.#entries.size <= sealedOpenMax + 1) return
      if (firstIndex === this.#newest || entry.users > 0) continue
      this.#drop(firstIndex, entry)
      // Nobody waits for it, and nothing depends on it: whatever was written to the file was synced long ago.
      this.#closeIfUnused(entry).catch(() => undefined)
    }
  }

  async #closeIfUnused(entry: Entry): Promise<void> {
    if (entry.state !== 'dropped' || entry.users > 0) return
    entry.state = 'closed'
    if (await failed(entry.opened)) return
    await (await entry.opened).file.close()
  }
}

async function failed(opened: Promise<OpenedSegment>): Promise<boolean> {
  const [outcome] = await Promise.allSettled([opened])
  return outcome.status === 'rejected'
}
