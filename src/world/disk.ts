// Files and what it takes to keep them: every promise that something survives a power cut is made by `sync`,
// `writeDurably`, `syncDirectory` or `Database.sync`, and by nothing else. Only durable/ takes a disk.
//
// Files are made with mode 0600 and directories with 0700: a lake's data is its owner's business.

import { constants } from 'node:fs'
import * as files from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Database, SqliteDatabase } from './database.ts'
import { type DirectoryLock, lockFile } from './directory-lock.ts'

export type { Database, Statement } from './database.ts'
export { DirectoryInUse } from './directory-lock.ts'

export interface DiskFile {
  /** Writes all of it or throws; what a failed write left behind is unknown. */
  write(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void>
  /** `write` and `sync` in one, which is quicker where little is written at a time. What was written before may not be durable. */
  writeDurably(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void>
  /** Bytes read, fewer than asked only at the end of the file, 0 when `position` is there. */
  read(into: Uint8Array, position: number): Promise<number>
  size(): Promise<number>
  truncate(size: number): Promise<void>
  /** After it the content and the size survive a power cut. After a failure nobody knows: do not go on writing. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  /** `write`: must exist, for reading and writing; `create`: must not exist yet. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile>
  /** With all that are missing above it; the new directories survive a power cut. */
  makeDirectory(path: string): Promise<void>
  /** After it, what was created, renamed and removed directly in `path` stays so after a power cut. */
  syncDirectory(path: string): Promise<void>
  /** Names, in no order; none when the directory is missing. */
  list(path: string): Promise<readonly string[]>
  /** A file or a directory. */
  rename(from: string, to: string): Promise<void>
  /** A file; no error when it is missing. Whoever has it open keeps it. */
  remove(path: string): Promise<void>
  /** With everything in it; no error when it is missing. */
  removeDirectory(path: string): Promise<void>
  /** Bytes of a file; undefined when it is missing. */
  size(path: string): Promise<number | undefined>
  database(path: string): Promise<Database>
  /** Exclusive for this process until released or dead. Throws DirectoryInUse. `path` is the lock's own file. */
  lock(path: string): Promise<DirectoryLock>
}

export class RealDisk implements Disk {
  async open(path: string, mode: 'read' | 'write' | 'create'): Promise<DiskFile> {
    return this.file(await files.open(path, openFlags[mode], 0o600), path)
  }

  protected file(handle: files.FileHandle, path: string): DiskFile {
    return new RealFile(handle, path)
  }

  async makeDirectory(path: string): Promise<void> {
    const first = await makeMissing(path)
    // Each new directory is an entry of the one above it, up to the first that was there before. One that was there may
    // have been made by a process that died before it could sync.
    const highest = dirname(resolve(first ?? path))
    for (let parent = dirname(resolve(path)); ; parent = dirname(parent)) {
      await this.syncDirectory(parent)
      if (parent === highest || parent === dirname(parent)) return
    }
  }

  async syncDirectory(path: string): Promise<void> {
    const handle = await files.open(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  async list(path: string): Promise<readonly string[]> {
    return (await unlessMissing(files.readdir(path))) ?? []
  }

  rename(from: string, to: string): Promise<void> {
    return files.rename(from, to)
  }

  async remove(path: string): Promise<void> {
    await unlessMissing(files.unlink(path))
  }

  removeDirectory(path: string): Promise<void> {
    return files.rm(path, { recursive: true, force: true })
  }

  async size(path: string): Promise<number | undefined> {
    return (await unlessMissing(files.stat(path)))?.size
  }

  database(path: string): Promise<Database> {
    return SqliteDatabase.open(path)
  }

  async lock(path: string): Promise<DirectoryLock> {
    return lockFile(path)
  }
}

const openFlags = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
} as const

/** Node ends the process when a handle is collected open; a reader that was forgotten half-way must cost no more than itself. */
const forgotten = new FinalizationRegistry<files.FileHandle>(handle => void handle.close())

export class RealFile implements DiskFile {
  readonly #handle: files.FileHandle
  readonly #path: string
  /** The same file, opened so that each of its writes is synced by the system: one way to a thread instead of two. */
  #durable: Promise<files.FileHandle> | undefined

  constructor(handle: files.FileHandle, path: string) {
    this.#handle = handle
    this.#path = path
    forgotten.register(this, handle, this)
  }

  write(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    return writeAll(this.#handle, bytes, position)
  }

  async writeDurably(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    this.#durable ??= this.#openDurable()
    await writeAll(await this.#durable, bytes, position)
  }

  async #openDurable(): Promise<files.FileHandle> {
    const handle = await files.open(this.#path, constants.O_WRONLY | constants.O_DSYNC)
    forgotten.register(this, handle, this)
    return handle
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let filled = 0
    while (filled < into.byteLength) {
      const { bytesRead } = await this.#handle.read(into, filled, into.byteLength - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size)
  }

  sync(): Promise<void> {
    return this.#handle.datasync()
  }

  async close(): Promise<void> {
    forgotten.unregister(this)
    await this.#handle.close()
    // Where it could not be opened there is nothing to close, and whoever wrote has been told.
    const durable = await this.#durable?.catch(() => undefined)
    await durable?.close()
  }
}

async function writeAll(
  handle: files.FileHandle,
  bytes: Uint8Array | readonly Uint8Array[],
  position: number,
): Promise<void> {
  let parts = bytes instanceof Uint8Array ? [bytes] : bytes
  let at = position
  while (parts.length > 0) {
    const total = parts.reduce((sum, part) => sum + part.byteLength, 0)
    if (total === 0) return
    const { bytesWritten } = await handle.writev(parts, at)
    if (bytesWritten === total) return
    // A full disk may take a part; the next call then says why.
    at += bytesWritten
    parts = withoutFirst(parts, bytesWritten)
  }
}

function withoutFirst(parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let left = bytes
  const rest: Uint8Array[] = []
  for (const part of parts) {
    if (left < part.byteLength) rest.push(left > 0 ? part.subarray(left) : part)
    left = Math.max(0, left - part.byteLength)
  }
  return rest
}

/**
 * The highest of the directories that had to be made. Not mkdir's own recursion, which goes round for ever where the system
 * will not make what it says is missing (/proc).
 */
async function makeMissing(path: string): Promise<string | undefined> {
  try {
    return await makeOne(path)
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT') || dirname(path) === path) throw cause
    const first = await makeMissing(dirname(path))
    const made = await makeOne(path)
    return first ?? made
  }
}

/** Its path, or undefined when it was there. */
async function makeOne(path: string): Promise<string | undefined> {
  try {
    await files.mkdir(path, 0o700)
    return path
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return undefined
    throw cause
  }
}

async function unlessMissing<T>(pending: Promise<T>): Promise<T | undefined> {
  try {
    return await pending
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined
    throw cause
  }
}

/** Test runners load programs into realms of their own, whose Error is not the one that Node throws. */
const hasCode = (cause: unknown, code: string): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === code
