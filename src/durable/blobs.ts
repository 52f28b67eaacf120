// Immutable bytes under unguessable names. A blob is written, made durable, and then published by the ledger's
// transaction that also stores what refers to it; a file without a row is nobody's and is swept at the next open.
// It keeps no order, no names and no types: those are rows of whoever refers to a blob.
//
//   small (<= 16 KiB)   travel in the ledger's row: no file, no fsync of their own
//   others              blobs/<first two digits>/<id>, 32 hex digits

import assert from 'node:assert/strict'
import { dirname, join, relative } from 'node:path'
import type { Disk, DiskFile } from '../world/disk.ts'
import type { Log } from '../world/log.ts'
import type { Random } from '../world/random.ts'
import { readBlobFile } from './blob-reading.ts'
import { sweep } from './blob-sweep.ts'
import { type Blob, type BlobWriter, inlineBytesMax, StreamingBlobWriter } from './blob-writing.ts'
import { DirectorySyncs } from './directory-syncs.ts'
import { Holds } from './holds.ts'
import { InlineFiles } from './inline-files.ts'
import type { Ledger, Transaction } from './ledger.ts'
import { ScratchFile } from './scratch-file.ts'

export type { Blob, BlobWriter } from './blob-writing.ts'

/** A directory in which an engine child may write. Disposing removes it; so does the next start. */
export interface Scratch {
  readonly path: string
  [Symbol.asyncDispose](): Promise<void>
}

/** One in which its owner writes too. Close the files before it is disposed. */
export interface ScratchDirectory extends Scratch {
  /** A new file of that name. */
  file(name: string): Promise<ScratchFile>
}

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'

  constructor(id: string) {
    super(`There is no blob ${id}: nothing refers to it any more.`)
  }
}

interface BlobsOptions {
  readonly disk: Disk
  readonly random: Random
  readonly ledger: Ledger
  /** The data directory: blobs/ and scratch/ lie in it. */
  readonly directory: string
  readonly log: Log
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
  readonly #inlineFiles: InlineFiles
  readonly #holds = new Holds()
  /** What was written here: the bytes of a small blob, null for one with a file. Gone with the last who holds the blob. */
  readonly #contents = new WeakMap<Blob, Uint8Array | null>()
  /** Begun while the sweep runs: not to be taken for garbage. Undefined once it is done. */
  #fresh: Set<string> | undefined = new Set()
  readonly #removals = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #swept: Promise<void> = Promise.resolve()

  private constructor({ disk, random, ledger, directory, log }: BlobsOptions) {
    this.#disk = disk
    this.#random = random
    this.#ledger = ledger
    this.#log = log
    this.#blobsDirectory = join(directory, 'blobs')
    this.#scratchDirectory = join(directory, 'scratch')
    this.#directorySyncs = new DirectorySyncs(disk)
    this.#inlineFiles = new InlineFiles(disk, join(this.#scratchDirectory, random.hex(16)))
  }

  static async open(options: BlobsOptions): Promise<Blobs> {
    options.ledger.define('blobs', versions)
    const blobs = new Blobs(options)
    await options.disk.makeDirectory(blobs.#blobsDirectory)
    await options.disk.makeDirectory(blobs.#scratchDirectory)
    // Listed before anybody can write there: all that is in it now was left behind.
    blobs.#swept = blobs.#sweep(await options.disk.list(blobs.#scratchDirectory))
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
      create: async () => this.#disk.open(await this.#newPath(id), 'create'),
      created: () => this.#directorySyncs.sync(dirname(this.#filePath(id))),
      discard: () => this.#disk.remove(this.#filePath(id)),
      finished: (blob, content) => void this.#contents.set(blob, content),
    })
  }

  /** A directory of its own under scratch/ for one use; removed by dispose, and at the next start. */
  async scratch(): Promise<ScratchDirectory> {
    const path = join(this.#scratchDirectory, this.#random.hex(16))
    await this.#disk.makeDirectory(path)
    const file = async (name: string) =>
      new ScratchFile(join(path, name), await this.#disk.open(join(path, name), 'create'))
    return { path, file, [Symbol.asyncDispose]: () => this.#disk.removeDirectory(path) }
  }

  /** Takes a finished file out of a scratch directory: a small one into memory, another by fsync and a rename into blobs/. */
  async adopt(path: string): Promise<Blob> {
    const inScratch = relative(this.#scratchDirectory, path)
    assert(inScratch !== '' && !inScratch.startsWith('..'), `${path} must lie in a scratch directory`)
    const file = await this.#disk.open(path, 'write')
    let bytes: number
    let content: Uint8Array | null = null
    try {
      bytes = await file.size()
      if (bytes <= inlineBytesMax) content = await readAll(file, bytes)
      else await file.sync()
    } finally {
      await file.close()
    }
    const blob = { id: this.#newId(), bytes }
    if (content === null) {
      const target = await this.#newPath(blob.id)
      await this.#disk.rename(path, target)
      await this.#directorySyncs.sync(dirname(target))
    } else await this.#disk.remove(path)
    this.#contents.set(blob, content)
    return blob
  }

  /** Forgets a blob that was written and will not be published after all. Without it the next start would. */
  async discard(blob: Blob): Promise<void> {
    const content = this.#contents.get(blob)
    assert(content !== undefined && !this.#isPublished(blob.id), 'what is discarded was written here and not published')
    this.#contents.delete(blob)
    if (content === null) await this.#disk.remove(this.#filePath(blob.id))
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
    if (write.run('UPDATE blob SET refs = refs + 1 WHERE id = ?', id) === 0) throw new BlobMissing(id)
  }

  /** One reference less; without any the file is removed once that is durable and nobody holds it. */
  release(write: Transaction, id: string): void {
    const row = write.get<{ refs: number; inline: number }>(
      'SELECT refs, content IS NOT NULL AS inline FROM blob WHERE id = ?',
      id,
    )
    if (row === undefined) throw new BlobMissing(id)
    if (row.refs > 1) {
      write.run('UPDATE blob SET refs = refs - 1 WHERE id = ?', id)
      return
    }
    write.run('DELETE FROM blob WHERE id = ?', id)
    // A crash before the removal leaves a file without a row: swept at the next open.
    const path = row.inline === 1 ? this.#inlineFiles.pathOf(id) : this.#filePath(id)
    if (path !== undefined) write.onDurable(() => this.#holds.whenFree(id, () => this.#remove(path)))
  }

  /** Its file stays where it is until this is disposed, even when the last reference goes meanwhile. */
  hold(id: string): Disposable {
    return this.#holds.hold(id)
  }

  /**
   * Streams [from, toExclusive); the whole without them. What is released after the call is still read. A blob as its
   * writer gave it need not be published.
   */
  read(blob: string | Blob, from = 0, toExclusive?: number): AsyncIterable<Uint8Array> {
    const id = typeof blob === 'string' ? blob : blob.id
    const { bytes, content } = typeof blob === 'string' ? this.#row(id) : this.#written(blob)
    const end = toExclusive ?? bytes
    assert(from >= 0 && from <= end && end <= bytes, `a range lies within its blob: ${from} to ${end} of ${bytes}`)
    if (content !== null) return single(content.subarray(from, end))
    const held = this.hold(id)
    const chunks = readBlobFile({ id, from, end, held, open: () => this.#disk.open(this.#filePath(id), 'read') })
    this.#holds.letGoWith(chunks, held)
    return chunks
  }

  /** An absolute path an engine child can read. A small blob is written out first, without fsync. Hold it meanwhile. */
  async path(id: string): Promise<string> {
    const { content } = this.#row(id)
    return content === null ? this.#filePath(id) : this.#inlineFiles.write(id, content)
  }

  /** Stops the sweep. To be called while the ledger is still open. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#swept
  }

  /** After the ledger has closed: the last changes may have released blobs. */
  async removed(): Promise<void> {
    await Promise.all(this.#removals)
  }

  #written(blob: Blob): BlobRow {
    const content = this.#contents.get(blob)
    return content === undefined ? this.#row(blob.id) : { bytes: blob.bytes, content }
  }

  #row(id: string): BlobRow {
    const row = this.#ledger.get<BlobRow>('SELECT bytes, content FROM blob WHERE id = ?', id)
    if (row === undefined) throw new BlobMissing(id)
    return row
  }

  #isPublished(id: string): boolean {
    return this.#ledger.get('SELECT 1 AS found FROM blob WHERE id = ?', id) !== undefined
  }

  #newId(): string {
    const id = this.#random.hex(16)
    this.#fresh?.add(id)
    return id
  }

  #filePath(id: string): string {
    return join(this.#blobsDirectory, id.slice(0, 2), id)
  }

  async #newPath(id: string): Promise<string> {
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
      .catch(cause => this.#log.error('a released blob could not be removed; the next start will', cause, { path }))
      .finally(() => this.#removals.delete(removal))
    this.#removals.add(removal)
  }

  async #sweep(leftInScratch: readonly string[]): Promise<void> {
    try {
      await sweep({
        disk: this.#disk,
        blobsDirectory: this.#blobsDirectory,
        scratchDirectory: this.#scratchDirectory,
        leftInScratch,
        isKept: id => this.#fresh?.has(id) === true || this.#isPublished(id),
        stop: this.#closing.signal,
      })
    } catch (cause) {
      this.#log.error('what an earlier run left behind could not be removed; the next start will try again', cause)
    } finally {
      this.#fresh = undefined
    }
  }
}

async function* single(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  if (chunk.byteLength > 0) yield chunk
}

async function readAll(file: DiskFile, bytes: number): Promise<Uint8Array> {
  const content = new Uint8Array(bytes)
  const got = await file.read(content, 0)
  assert(got === bytes, `a file of ${bytes} bytes gave ${got}`)
  return content
}
