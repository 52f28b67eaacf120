// Immutable bytes under unguessable names. A blob is written, made durable, and then published by the ledger's
// transaction that also stores what refers to it; a file without a row is nobody's and is swept at the next open.
// It keeps no order, no names and no types: those are rows of whoever refers to a blob.
//
//   small (<= 16 KiB)   travel in the ledger's row: no file, no fsync of their own
//   others              blobs/<first two digits>/<id>, 32 hex digits

import assert from 'node:assert/strict'
import { dirname, join, relative } from 'node:path'
import type { Disk } from '../world/disk.ts'
import type { Log } from '../world/log.ts'
import type { Random } from '../world/random.ts'
import { readBlobFile } from './blob-reading.ts'
import { type Blob, type BlobWriter, StreamingBlobWriter } from './blob-writing.ts'
import { DirectorySyncs } from './directory-syncs.ts'
import type { Ledger, Transaction } from './ledger.ts'

export type { Blob, BlobWriter } from './blob-writing.ts'

/** A directory in which an engine child may write. Disposing removes it; so does the next start. */
export interface Scratch {
  readonly path: string
  [Symbol.asyncDispose](): Promise<void>
}

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
}

interface BlobRow {
  readonly bytes: number
  readonly content: Uint8Array | null
}

const versions = [
  `CREATE TABLE blob (id TEXT PRIMARY KEY, bytes INTEGER NOT NULL, refs INTEGER NOT NULL CHECK (refs > 0), content BLOB)
     STRICT`,
]

export class Blobs {
  readonly #disk: Disk
  readonly #random: Random
  readonly #ledger: Ledger
  readonly #log: Log
  readonly #blobsDirectory: string
  readonly #scratchDirectory: string
  readonly #directorySyncs: DirectorySyncs
  readonly #directories = new Set<string>()
  /** What was written here: the bytes of a small blob, null for one with a file. Gone with the last who holds the blob. */
  readonly #contents = new WeakMap<Blob, Uint8Array | null>()
  /** Written since the sweep began: not to be taken for garbage. Undefined once the sweep is done. */
  #fresh: Set<string> | undefined = new Set()
  readonly #removals = new Set<Promise<void>>()
  #closed = false
  #swept: Promise<void> = Promise.resolve()

  private constructor(of: { disk: Disk; random: Random; ledger: Ledger; directory: string; log: Log }) {
    this.#disk = of.disk
    this.#random = of.random
    this.#ledger = of.ledger
    this.#log = of.log
    this.#blobsDirectory = join(of.directory, 'blobs')
    this.#scratchDirectory = join(of.directory, 'scratch')
    this.#directorySyncs = new DirectorySyncs(of.disk)
  }

  static async open(of: { disk: Disk; random: Random; ledger: Ledger; directory: string; log: Log }): Promise<Blobs> {
    of.ledger.define('blobs', versions)
    const blobs = new Blobs(of)
    await of.disk.makeDirectory(blobs.#blobsDirectory)
    await of.disk.makeDirectory(blobs.#scratchDirectory)
    // Listed before anybody can write there: all that is in it now was left behind.
    const left = await of.disk.list(blobs.#scratchDirectory)
    blobs.#swept = blobs.#sweep(left)
    return blobs
  }

  /** Resolves when what an earlier process left behind is removed; nobody needs to wait for it. */
  get swept(): Promise<void> {
    return this.#swept
  }

  /** Streams into a new unpublished blob; resolves after its fsync. */
  async write(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Blob> {
    const writer = this.writer()
    try {
      for await (const chunk of chunks) await writer.write(chunk)
      return await writer.finish()
    } catch (cause) {
      await writer.abort()
      throw cause
    }
  }

  /** Incremental form of write for those who compute while writing. */
  writer(): BlobWriter {
    const id = this.#newId()
    return new StreamingBlobWriter({
      id,
      create: async () => this.#disk.open(await this.#fileFor(id), 'create'),
      created: () => this.#directorySyncs.sync(dirname(this.#filePath(id))),
      discard: () => this.#disk.remove(this.#filePath(id)),
      finished: (blob, content) => void this.#contents.set(blob, content),
    })
  }

  /** A directory of its own under scratch/ for an engine child; removed by dispose, and at the next start. */
  async scratch(): Promise<Scratch> {
    const path = join(this.#scratchDirectory, this.#random.hex(16))
    await this.#disk.makeDirectory(path)
    return { path, [Symbol.asyncDispose]: () => this.#disk.removeDirectory(path) }
  }

  /** Takes a finished file out of a scratch directory: fsync, then a rename into blobs/. Unpublished as yet. */
  async adopt(path: string): Promise<Blob> {
    assert(!relative(this.#scratchDirectory, path).startsWith('..'), `${path} must lie in a scratch directory`)
    const file = await this.#disk.open(path, 'write')
    let bytes: number
    try {
      await file.sync()
      bytes = await file.size()
    } finally {
      await file.close()
    }
    const id = this.#newId()
    const target = await this.#fileFor(id)
    await this.#disk.rename(path, target)
    await this.#directorySyncs.sync(dirname(target))
    const blob = { id, bytes }
    this.#contents.set(blob, null)
    return blob
  }

  /** Makes it visible, in the same transaction as what refers to it. Each publish counts one reference. */
  publish(write: Transaction, blob: Blob): void {
    const content = this.#contents.get(blob)
    assert(content !== undefined, 'a blob is published as its writer gave it; what is published already is retained')
    write.run(
      'INSERT INTO blob (id, bytes, refs, content) VALUES (?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET refs = refs + 1',
      blob.id,
      blob.bytes,
      content,
    )
    write.onDurable(() => this.#fresh?.delete(blob.id))
  }

  /** One more reference to a published blob: a copy without bytes. */
  retain(write: Transaction, id: string): void {
    if (write.run('UPDATE blob SET refs = refs + 1 WHERE id = ?', id) === 0) throw missing(id)
  }

  /** One reference less; without any the file is removed once that is durable. Readers that have it open keep it. */
  release(write: Transaction, id: string): void {
    const row = write.get<{ refs: number; inline: number }>(
      'SELECT refs, content IS NOT NULL AS inline FROM blob WHERE id = ?',
      id,
    )
    if (row === undefined) throw missing(id)
    if (row.refs > 1) {
      write.run('UPDATE blob SET refs = refs - 1 WHERE id = ?', id)
      return
    }
    write.run('DELETE FROM blob WHERE id = ?', id)
    // A crash before the removal leaves a file without a row: swept at the next open.
    write.onDurable(() => this.#remove(row.inline === 1 ? this.#inlinePath(id) : this.#filePath(id)))
  }

  /** Streams [from, toExclusive); the whole without them. A blob as its writer gave it need not be published yet. */
  async *read(blob: string | Blob, from = 0, toExclusive?: number): AsyncIterable<Uint8Array> {
    const id = typeof blob === 'string' ? blob : blob.id
    const row = typeof blob === 'string' ? this.#row(blob) : this.#written(blob)
    const end = toExclusive ?? row.bytes
    assert(
      from >= 0 && from <= end && end <= row.bytes,
      `a range lies within its blob: ${from} to ${end} of ${row.bytes}`,
    )
    if (row.content !== null) {
      if (from < end) yield row.content.subarray(from, end)
      return
    }
    yield* readBlobFile(await this.#disk.open(this.#filePath(id), 'read'), id, from, end)
  }

  /** An absolute path an engine child can read. A small blob is written out first, without fsync. */
  async path(id: string): Promise<string> {
    const row = this.#row(id)
    if (row.content === null) return this.#filePath(id)
    const path = this.#inlinePath(id)
    if ((await this.#disk.size(path)) !== undefined) return path
    const temporary = join(this.#scratchDirectory, this.#random.hex(16))
    const file = await this.#disk.open(temporary, 'create')
    try {
      await file.write(row.content, 0)
    } finally {
      await file.close()
    }
    await this.#disk.rename(temporary, path)
    return path
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#swept
    await Promise.all(this.#removals)
  }

  #row(id: string): BlobRow {
    const row = this.#ledger.get<BlobRow>('SELECT bytes, content FROM blob WHERE id = ?', id)
    if (row === undefined) throw missing(id)
    return row
  }

  #written(blob: Blob): BlobRow {
    const content = this.#contents.get(blob)
    return content === undefined ? this.#row(blob.id) : { bytes: blob.bytes, content }
  }

  #newId(): string {
    const id = this.#random.hex(16)
    this.#fresh?.add(id)
    return id
  }

  #filePath(id: string): string {
    return join(this.#blobsDirectory, id.slice(0, 2), id)
  }

  #inlinePath(id: string): string {
    return join(this.#scratchDirectory, `${id}.inline`)
  }

  async #fileFor(id: string): Promise<string> {
    const path = this.#filePath(id)
    const directory = dirname(path)
    if (!this.#directories.has(directory)) {
      await this.#disk.makeDirectory(directory)
      this.#directories.add(directory)
    }
    return path
  }

  #remove(path: string): void {
    const removal = this.#disk
      .remove(path)
      .catch(cause =>
        this.#log.error(`a released blob's file could not be removed; the next start will`, cause, { path }),
      )
      .finally(() => this.#removals.delete(removal))
    this.#removals.add(removal)
  }

  /** In the background, a directory at a time, so that the start does not wait and other work gets its turns. */
  async #sweep(leftInScratch: readonly string[]): Promise<void> {
    try {
      for (const name of leftInScratch) {
        if (this.#closed) return
        await this.#disk.removeDirectory(join(this.#scratchDirectory, name))
      }
      for (const digits of await this.#disk.list(this.#blobsDirectory)) {
        const directory = join(this.#blobsDirectory, digits)
        for (const id of await this.#disk.list(directory)) {
          if (this.#closed) return
          if (this.#fresh?.has(id) || this.#ledger.get('SELECT 1 AS found FROM blob WHERE id = ?', id)) continue
          await this.#disk.remove(join(directory, id))
        }
      }
    } catch (cause) {
      this.#log.error('what an earlier run left behind could not be removed; the next start will try again', cause)
    } finally {
      this.#fresh = undefined
    }
  }
}

function missing(id: string): BlobMissing {
  return new BlobMissing(`There is no blob ${id}: nothing refers to it any more.`)
}
