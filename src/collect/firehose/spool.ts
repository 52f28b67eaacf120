// Keeps the bytes of many outputs until each can be written in one go: in memory while that is little, then in one scratch
// file, an extent an output at a time. So what is held is bounded, however many outputs there are and however large they
// become. Nothing in it outlives the process.
import assert from 'node:assert/strict'
import type { ScratchDirectory } from '../../durable/blobs.ts'
import type { ScratchFile } from '../../durable/scratch-file.ts'

const memoryBytesDefault = 8 * 1024 * 1024

/** One output's bytes, in the order in which they were added. */
export class Channel {
  readonly extents: { readonly from: number; readonly to: number }[] = []
  parts: Uint8Array[] = []
  /** Of the parts. */
  partBytes = 0
  bytes = 0
}

export class Spool {
  readonly #scratch: () => Promise<ScratchDirectory>
  readonly #memoryBytesMax: number
  readonly #channels = new Set<Channel>()
  #held = 0
  #directory: ScratchDirectory | undefined
  #file: ScratchFile | undefined
  #files = 0

  constructor(scratch: () => Promise<ScratchDirectory>, memoryBytesMax = memoryBytesDefault) {
    this.#scratch = scratch
    this.#memoryBytesMax = memoryBytesMax
  }

  channel(): Channel {
    const channel = new Channel()
    this.#channels.add(channel)
    return channel
  }

  /** Takes the parts over. They are in memory until the next `settle`. */
  add(channel: Channel, ...parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      channel.parts.push(part)
      channel.partBytes += part.byteLength
      channel.bytes += part.byteLength
      this.#held += part.byteLength
    }
  }

  /** To be called every now and then while adding: moves what is too much for memory into the file. */
  async settle(): Promise<void> {
    if (this.#held <= this.#memoryBytesMax) return
    this.#file ??= await this.file('spool')
    const held = [...this.#channels].filter(({ partBytes }) => partBytes > 0)
    const from = await this.#file.append(held.map(({ parts }) => Buffer.concat(parts)))
    held.reduce((at, channel) => {
      const to = at + channel.partBytes
      channel.extents.push({ from: at, to })
      channel.parts = []
      channel.partBytes = 0
      return to
    }, from)
    this.#held = 0
  }

  async *read(channel: Channel): AsyncGenerator<Uint8Array> {
    for (const { from, to } of channel.extents) {
      assert(this.#file !== undefined, 'an extent lies in the file')
      yield* this.#file.read(from, to)
    }
    if (channel.partBytes > 0) yield Buffer.concat(channel.parts)
  }

  /** Forgets a channel that was read for the last time. */
  drop(channel: Channel): void {
    this.#held -= channel.partBytes
    this.#channels.delete(channel)
    channel.parts = []
    channel.partBytes = 0
  }

  /** The scratch directory, for files beside the spool's own. */
  async directory(): Promise<ScratchDirectory> {
    this.#directory ??= await this.#scratch()
    return this.#directory
  }

  /** A new file in the directory; to be closed by whoever asked for it. */
  async file(name: string): Promise<ScratchFile> {
    const directory = await this.directory()
    return directory.file(`${name}-${this.#files++}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#file?.close()
    } finally {
      await this.#directory?.[Symbol.asyncDispose]()
    }
  }
}
