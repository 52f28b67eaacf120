/**
 * The code of functions unpacked on the disk, for their processes to read: one directory for a package however many
 * environments run it, removed with the last of them. It lies in scratch, so a crash leaves nothing behind.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Scratch } from '../../../durable/blobs.ts'
import { unzippedBytesMax } from '../limits.ts'
import { entriesOf } from './zip.ts'

export interface CodeDirectory extends AsyncDisposable {
  readonly path: string
}

interface Unpacked {
  users: number
  readonly scratch: Promise<Scratch>
}

export class CodeDirectories {
  readonly #scratch: () => Promise<Scratch>
  readonly #read: (blob: string) => AsyncIterable<Uint8Array>
  readonly #known = new Map<string, Unpacked>()

  constructor(of: { scratch: () => Promise<Scratch>; read: (blob: string) => AsyncIterable<Uint8Array> }) {
    this.#scratch = of.scratch
    this.#read = of.read
  }

  /** The package in that blob, unpacked. Throws ZipMistake. */
  async take(blob: string): Promise<CodeDirectory> {
    let unpacked = this.#known.get(blob)
    if (unpacked === undefined) {
      unpacked = { users: 0, scratch: this.#unpack(blob) }
      this.#known.set(blob, unpacked)
    }
    const held = unpacked
    held.users += 1
    try {
      const { path } = await held.scratch
      return { path, [Symbol.asyncDispose]: () => this.#leave(blob, held) }
    } catch (cause) {
      if (this.#known.get(blob) === held) this.#known.delete(blob)
      throw cause
    }
  }

  async #leave(blob: string, unpacked: Unpacked): Promise<void> {
    unpacked.users -= 1
    if (unpacked.users > 0) return
    if (this.#known.get(blob) === unpacked) this.#known.delete(blob)
    await (await unpacked.scratch)[Symbol.asyncDispose]()
  }

  async #unpack(blob: string): Promise<Scratch> {
    // Opened before anything is awaited: the function may be deleted meanwhile.
    const chunks = this.#read(blob)
    const scratch = await this.#scratch()
    try {
      const zip = Buffer.concat(await Array.fromAsync(chunks))
      for (const entry of entriesOf(zip, unzippedBytesMax)) {
        const path = join(scratch.path, entry.path)
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await writeFile(path, await entry.content(), { flag: 'wx', mode: 0o600 })
      }
      return scratch
    } catch (cause) {
      await scratch[Symbol.asyncDispose]()
      throw cause
    }
  }
}
