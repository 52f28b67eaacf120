// Writes one blob as it comes in: in memory while it is small, then into its file, a megabyte at a time, with one write
// under way while the next gathers. What it holds is bounded, however large the blob becomes.

import assert from 'node:assert/strict'
import type { DiskFile } from '../world/disk.ts'

export interface Blob {
  readonly id: string
  readonly bytes: number
}

export interface BlobWriter {
  /** Takes the chunk over: do not change it afterwards. Await it before the next: that is the back-pressure. */
  write(chunk: Uint8Array): Promise<void>
  /** Resolves after the fsync. The blob is not yet published. */
  finish(): Promise<Blob>
  /** Forgets what was written. Harmless after finish or a second abort. */
  abort(): Promise<void>
}

interface Surroundings {
  readonly id: string
  create(): Promise<DiskFile>
  /** Makes the file's name durable. */
  created(): Promise<void>
  discard(): Promise<void>
  finished(blob: Blob, content: Uint8Array | null): void
}

export const inlineBytesMax = 16 * 1024
const gatheredBytesMax = 1024 * 1024
/** Syncing on the way keeps the last sync, which a caller waits for, short. */
const unsyncedBytesMax = 8 * 1024 * 1024

export class StreamingBlobWriter implements BlobWriter {
  readonly #around: Surroundings
  #state: 'open' | 'finished' | 'aborted' = 'open'
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #position = 0
  #syncedPosition = 0
  #file: Promise<DiskFile> | undefined
  #writing: Promise<void> = Promise.resolve()
  #syncing: Promise<void> | undefined

  constructor(around: Surroundings) {
    this.#around = around
  }

  async write(chunk: Uint8Array): Promise<void> {
    assert(this.#state === 'open', 'a blob is written before it is finished')
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.byteLength
    if (this.#gatheredBytes >= gatheredBytesMax) await this.#flush()
  }

  async finish(): Promise<Blob> {
    assert(this.#state === 'open', 'a blob is finished once')
    this.#state = 'finished'
    const blob: Blob = { id: this.#around.id, bytes: this.#position + this.#gatheredBytes }
    if (blob.bytes <= inlineBytesMax) {
      this.#around.finished(blob, Buffer.concat(this.#gathered))
      return blob
    }
    await this.#flush()
    await this.#writing
    await this.#syncing
    const file = await this.#file
    assert(file !== undefined && this.#position === blob.bytes, 'every byte was written')
    await file.sync()
    this.#file = undefined
    await file.close()
    await this.#around.created()
    this.#around.finished(blob, null)
    // From here the blob is durable; until a row refers to it, a crash makes it garbage, swept at the next open.
    return blob
  }

  async abort(): Promise<void> {
    if (this.#state === 'aborted' || (this.#state === 'finished' && this.#file === undefined)) return
    this.#state = 'aborted'
    this.#gathered = []
    await Promise.allSettled([this.#writing, this.#syncing])
    if (this.#file === undefined) return
    const [opened] = await Promise.allSettled([this.#file])
    this.#file = undefined
    if (opened.status === 'fulfilled') await opened.value.close()
    await this.#around.discard()
  }

  /** Starts writing what is gathered, after the write before it has ended well. */
  async #flush(): Promise<void> {
    await this.#writing
    const parts = this.#gathered
    const bytes = this.#gatheredBytes
    const position = this.#position
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#position += bytes
    this.#file ??= this.#around.create()
    this.#writing = this.#writeAndSync(await this.#file, parts, position)
    // A failure is told to the next write or to finish; until then nobody listens.
    this.#writing.catch(() => undefined)
  }

  async #writeAndSync(file: DiskFile, parts: readonly Uint8Array[], position: number): Promise<void> {
    await file.write(parts, position)
    if (position - this.#syncedPosition < unsyncedBytesMax) return
    await this.#syncing
    this.#syncedPosition = position
    this.#syncing = file.sync()
    this.#syncing.catch(() => undefined)
  }
}
