// Small blobs as files, for those who can read nothing but files. A cache of this process alone, never synced: it lies in
// scratch/ under a name of its own, and so the next start removes it.

import { join } from 'node:path'
import type { Disk } from '../world/disk.ts'

export class InlineFiles {
  readonly #disk: Disk
  readonly #directory: string
  #made: Promise<void> | undefined
  #writing = 0

  constructor(disk: Disk, directory: string) {
    this.#disk = disk
    this.#directory = directory
  }

  /** Where the file is, if there is one; undefined as long as there are none at all. */
  pathOf(id: string): string | undefined {
    return this.#made === undefined ? undefined : join(this.#directory, id)
  }

  async write(id: string, content: Uint8Array): Promise<string> {
    await this.#makeDirectory()
    const path = join(this.#directory, id)
    if ((await this.#disk.size(path)) !== undefined) return path
    // Renamed when it is whole: nobody sees half of it, and two who write the same do each other no harm.
    const temporary = `${path}.${this.#writing++}`
    const file = await this.#disk.open(temporary, 'create')
    try {
      await file.write(content, 0)
    } finally {
      await file.close()
    }
    await this.#disk.rename(temporary, path)
    return path
  }

  async #makeDirectory(): Promise<void> {
    this.#made ??= this.#disk.makeDirectory(this.#directory)
    try {
      await this.#made
    } catch (cause) {
      this.#made = undefined
      throw cause
    }
  }
}
