// A directory that is gone afterwards, at the latest with its process or when the next one comes, and a disk for it that
// promises nothing across a power cut: no sync of its reaches the platter.

import { hash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Database, UnsyncedDatabase } from './database.ts'
import type { DirectoryLock } from './directory-lock.ts'
import { type DiskFile, RealDisk, RealFile } from './disk.ts'
import { LakeMistake } from './mistake.ts'

/** Of a directory's name: whose it is. Processes are told apart by number only on one machine, or in one container. */
const machine = hash('sha1', hostname(), 'hex').slice(0, 8)
const nameOf = /^biwa-([0-9a-f]{8})-(\d+)-\w{6}$/

/** Those of this process that are there: what nobody closed goes with the process. */
const standing = new Set<string>()
let hasSwept = false

/** Made at once, under the system's temporary directory; nobody else knows its name. */
export function makeTemporaryDirectory(): string {
  if (!hasSwept) sweepAfterTheDead()
  hasSwept = true
  const path = made()
  if (standing.size === 0) process.on('exit', eraseStanding)
  standing.add(path)
  return path
}

function made(): string {
  try {
    return mkdtempSync(join(tmpdir(), `biwa-${machine}-${process.pid}-`))
  } catch (cause) {
    throw new LakeMistake(
      `A temporary lake has its directory under ${tmpdir()}, where none can be made: ${(cause as Error).message}. Set TMPDIR to a directory that this user may write to, or give openLake a directory.`,
      { cause },
    )
  }
}

export async function eraseTemporaryDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
  standing.delete(path)
  if (standing.size === 0) process.off('exit', eraseStanding)
}

function eraseStanding(): void {
  for (const path of standing) eraseNow(path)
}

/** A process that was killed erases nothing; the next one does it. */
function sweepAfterTheDead(): void {
  for (const name of namesIn(tmpdir())) {
    const [, where, id] = nameOf.exec(name) ?? []
    if (where === machine && !isAlive(Number(id))) eraseNow(join(tmpdir(), name))
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    // Not there, or not to be read: making a directory in it tells.
    return []
  }
}

function eraseNow(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // Somebody else's, or not empty yet: another process finds it.
  }
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

export class TemporaryDisk extends RealDisk {
  #database: TemporaryDatabase | undefined

  protected override file(handle: FileHandle, path: string): DiskFile {
    return new UnsyncedFile(handle, path)
  }

  override async syncDirectory(): Promise<void> {}

  override async database(path: string): Promise<Database> {
    this.#database = new TemporaryDatabase(path)
    return this.#database
  }

  override async lock(): Promise<DirectoryLock> {
    return { async release() {} }
  }

  /** To be called when all tables are made and nothing is in them: later databases of this process begin with them. */
  keepTables(): void {
    this.#database?.keepTables()
  }
}

class UnsyncedFile extends RealFile {
  override writeDurably(bytes: Uint8Array | readonly Uint8Array[], position: number): Promise<void> {
    return this.write(bytes, position)
  }

  override async sync(): Promise<void> {}
}

/** A database without rows, which takes a tenth of the time to copy that it takes to make. */
let withTables: Uint8Array | undefined

/** Rolls back from memory, and leaves it to the system when its pages are written. */
class TemporaryDatabase extends UnsyncedDatabase {
  readonly #isCopy: boolean

  constructor(path: string) {
    const copied = withTables
    if (copied) writeFileSync(path, copied, { mode: 0o600, flag: 'wx' })
    super(new DatabaseSync(path, { enableForeignKeyConstraints: true }))
    this.#isCopy = copied !== undefined
    this.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA trusted_schema = OFF',
    )
  }

  keepTables(): void {
    if (!this.#isCopy) withTables = this.database.serialize()
  }
}
