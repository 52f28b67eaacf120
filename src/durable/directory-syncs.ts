// Gathers the syncs of directories: whoever asks while one is under way shares the next one with all the others.

import type { Disk } from '../world/disk.ts'

export class DirectorySyncs {
  readonly #disk: Disk
  readonly #underWay = new Map<string, { readonly current: Promise<void>; next?: Promise<void> }>()

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** Resolves after a sync that began after this call. */
  sync(path: string): Promise<void> {
    const running = this.#underWay.get(path)
    if (running === undefined) return this.#begin(path)
    running.next ??= running.current.then(
      () => this.#begin(path),
      () => this.#begin(path),
    )
    return running.next
  }

  #begin(path: string): Promise<void> {
    const current = this.#disk.syncDirectory(path).finally(() => {
      if (this.#underWay.get(path) === entry) this.#underWay.delete(path)
    })
    const entry = { current }
    this.#underWay.set(path, entry)
    return current
  }
}
