// The content of one simulated file: what processes see, and what a power cut would leave of it.

import type { Random } from '../random.ts'

type Change = {
  /** `doomed`: a sync failed over it, so no later sync makes it durable; only luck does. */
  state: 'waiting' | 'synced' | 'doomed'
  readonly position: number
  /** Undefined: the file ends at `position`. */
  readonly bytes: Uint8Array | undefined
}

const sectorBytes = 512

export class Inode {
  #seen = Buffer.alloc(0)
  #durable = Buffer.alloc(0)
  /** Since the last instant at which all was durable. */
  #changes: Change[] = []

  get size(): number {
    return this.#seen.byteLength
  }

  read(into: Uint8Array, position: number): number {
    const bytes = this.#seen.subarray(position, position + into.byteLength)
    into.set(bytes)
    return bytes.byteLength
  }

  write(bytes: Uint8Array, position: number): void {
    const copy = Buffer.from(bytes)
    this.#seen = written(this.#seen, copy, position)
    this.#changes.push({ state: 'waiting', position, bytes: copy })
  }

  truncate(size: number): void {
    this.#seen = truncated(this.#seen, size)
    this.#changes.push({ state: 'waiting', position: size, bytes: undefined })
  }

  sync(): void {
    for (const change of this.#changes) if (change.state === 'waiting') change.state = 'synced'
    if (this.#changes.some(change => change.state === 'doomed')) return
    this.#durable = Buffer.from(this.#seen)
    this.#changes = []
  }

  /** As Linux does it: the pages count as clean afterwards, whether they reached the platter or not. */
  failSync(): void {
    for (const change of this.#changes) if (change.state === 'waiting') change.state = 'doomed'
  }

  /** What was not synced vanishes, survives, or survives in part: up to some byte, or in some sectors. */
  crash(random: Random): void {
    for (const { state, position, bytes } of this.#changes) {
      if (bytes === undefined) {
        if (state === 'synced' || random.fraction() < 0.5) this.#durable = truncated(this.#durable, position)
        continue
      }
      const fate = state === 'synced' ? 0 : random.fraction()
      if (fate < 0.25) this.#durable = written(this.#durable, bytes, position)
      else if (fate < 0.5) {
        const part = bytes.subarray(0, Math.floor(random.fraction() * bytes.byteLength))
        if (part.byteLength > 0) this.#durable = written(this.#durable, part, position)
      } else if (fate < 0.75) this.#crashSectors(bytes, position, random)
    }
    this.#seen = Buffer.from(this.#durable)
    this.#changes = []
  }

  #crashSectors(bytes: Uint8Array, position: number, random: Random): void {
    let from = 0
    while (from < bytes.byteLength) {
      const to = Math.min(bytes.byteLength, from + sectorBytes - ((position + from) % sectorBytes))
      if (random.fraction() < 0.5) this.#durable = written(this.#durable, bytes.subarray(from, to), position + from)
      from = to
    }
  }
}

/** Zeros fill a gap between the end and `position`. */
function written(content: Buffer<ArrayBuffer>, bytes: Uint8Array, position: number): Buffer<ArrayBuffer> {
  const end = position + bytes.byteLength
  const grown = end <= content.byteLength ? content : Buffer.concat([content], end)
  grown.set(bytes, position)
  return grown
}

function truncated(content: Buffer<ArrayBuffer>, size: number): Buffer<ArrayBuffer> {
  return size <= content.byteLength ? Buffer.from(content.subarray(0, size)) : Buffer.concat([content], size)
}
