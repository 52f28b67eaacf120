// Room that is kept for making room: a file of zeros beside the rest, given up when a deletion finds the disk full, and made again
// as soon as there is room for it. Without it nothing could be deleted on a full disk, because a deletion has to be written down.

import type { Disk } from '../world/disk.ts'

/** Several times what the ledger needs for a thousand deletions. */
export const reserveBytes = 4 * 1024 ** 2
const chunk = new Uint8Array(256 * 1024)

export class Reserve {
  readonly #disk: Disk
  readonly #path: string
  #isThere: boolean
  #making: Promise<void> | undefined

  private constructor(disk: Disk, path: string, isThere: boolean) {
    this.#disk = disk
    this.#path = path
    this.#isThere = isThere
  }

  /** Also where there is no room for it now. */
  static async open(disk: Disk, path: string): Promise<Reserve> {
    const reserve = new Reserve(disk, path, (await disk.size(path)) === reserveBytes)
    await reserve.make()
    return reserve
  }

  /** Whether there was any room to give. */
  async giveUp(): Promise<boolean> {
    await this.#making
    if (!this.#isThere) return false
    this.#isThere = false
    await this.#disk.remove(this.#path)
    return true
  }

  /** Once more, if it was given up and there is room. Never throws. */
  make(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  async #make(): Promise<void> {
    if (this.#isThere) return
    try {
      await this.#disk.remove(this.#path)
      const file = await this.#disk.open(this.#path, 'create')
      try {
        for (let at = 0; at < reserveBytes; at += chunk.byteLength) await file.write(chunk, at)
        await file.sync()
      } finally {
        await file.close()
      }
      this.#isThere = true
    } catch {
      // There is no room, and what was begun of it is not to keep what there is.
      await this.#disk.remove(this.#path).catch(() => undefined)
    }
  }
}
