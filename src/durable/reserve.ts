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
  #removing: Promise<void> | undefined
  /** Changes that have its room now: until they are done it is not made again. */
  #lent = 0
  #isClosed = false

  private constructor(disk: Disk, path: string, isThere: boolean) {
    this.#disk = disk
    this.#path = path
    this.#isThere = isThere
  }

  /** Also where there is no room for it now. `spent`: where it was, there shall be room for the rest of the opening. */
  static async open(disk: Disk, path: string, { spent = false } = {}): Promise<Reserve> {
    const reserve = new Reserve(disk, path, !spent && (await disk.size(path)) === reserveBytes)
    if (!spent) await reserve.make()
    return reserve
  }

  /** Gives it up for `change`, and for all others that ask meanwhile. Where it is gone already, `change` sees for itself. */
  async lend<T>(change: () => Promise<T>): Promise<T> {
    this.#lent += 1
    try {
      await this.#giveUp()
      return await change()
    } finally {
      this.#lent -= 1
    }
  }

  /** Once more, if it was given up and there is room. Never throws. */
  make(): Promise<void> {
    if (this.#isThere || this.#lent > 0 || this.#isClosed) return Promise.resolve()
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /** From now on the directory may be another process's. */
  async close(): Promise<void> {
    const made = this.make()
    this.#isClosed = true
    await made
  }

  async #giveUp(): Promise<void> {
    await this.#making
    if (this.#isThere) {
      this.#isThere = false
      this.#removing = this.#disk.remove(this.#path)
    }
    await this.#removing
  }

  async #make(): Promise<void> {
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
