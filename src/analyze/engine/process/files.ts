// The only file access of the child besides DuckDB's own: raw objects that DuckDB would shorten or refuse are read here,
// and what was written is measured. The child is a process of its own; it touches the files of its task and no others.

import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  type ReadStream,
  readSync,
  renameSync,
  rmSync,
  statSync,
  type WriteStream,
} from 'node:fs'
import { chmod, copyFile, mkdir, open, readFile, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EngineFault } from '../fault.ts'

export function whole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(path)
}

export function reading(path: string, from = 0): ReadStream {
  return createReadStream(path, { start: from, highWaterMark: 256 * 1024 })
}

/**
 * A new file of these texts. A small packed file may hold any number of bytes: one that would leave others no room on the disk is
 * not written, nor is one of more than `bytesMax`.
 */
export async function writeText(
  path: string,
  texts: AsyncIterable<string | Uint8Array>,
  bytesMax?: number,
): Promise<void> {
  const most = bytesMax ?? (await roomFor(path))
  let bytes = 0
  const bounded = async function* () {
    for await (const text of texts) {
      bytes += Buffer.byteLength(text)
      if (bytes > most) throw noRoom()
      yield text
    }
  }
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: 256 * 1024 })
  await pipeline(Readable.from(bounded()), file)
}

/** As much of what is free as DuckDB takes for what does not fit into memory. */
const roomPart = 0.9

async function roomFor(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path))
  return Math.floor(bavail * bsize * roomPart)
}

const noRoom = () =>
  new EngineFault(
    'resource',
    'EXHAUSTED_RESOURCES: Query exhausted resources at this scale factor: files that have to be written anew to be read do not fit on the disk',
  )

/** A new text file, written in large pieces: lines are gathered until `flush`. */
export class Lines {
  readonly #stream: WriteStream
  #gathered: string[] = []
  #failure: unknown

  constructor(path: string) {
    this.#stream = createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: 256 * 1024 })
    this.#stream.on('error', cause => {
      this.#failure ??= cause
    })
  }

  add(line: string): void {
    this.#gathered.push(line)
  }

  /** Resolves when the file has taken it. */
  async flush(): Promise<void> {
    if (this.#gathered.length === 0) return
    const text = `${this.#gathered.join('\n')}\n`
    this.#gathered = []
    await new Promise<void>((resolve, reject) => this.#stream.write(text, cause => (cause ? reject(cause) : resolve())))
  }

  async end(): Promise<void> {
    await this.flush()
    await new Promise<void>(resolve => this.#stream.end(() => resolve()))
    if (this.#failure !== undefined) throw this.#failure
  }
}

export async function directory(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  return path
}

// The following are done at once, without a thread: the child has one task, and the way to a thread and back takes longer
// than what is done there.

export function makeDirectory(path: string): void {
  mkdirSync(path, { mode: 0o700 })
}

export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true })
}

export function size(path: string): number {
  return statSync(path).size
}

/** Within one file system. */
export function move(path: string, to: string): void {
  renameSync(path, to)
}

/** A second name for the same file; whether the file system gave it one. */
export function linked(path: string, name: string): boolean {
  try {
    linkSync(path, name)
    return true
  } catch {
    return false
  }
}

export function exists(path: string): boolean {
  return existsSync(path)
}

/** A copy with other bytes at one place; as `writeText`, where there is room for it. */
export async function copiedWith(path: string, copy: string, bytes: Uint8Array, position: number): Promise<void> {
  if (size(path) > (await roomFor(copy))) throw noRoom()
  await copyFile(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await chmod(copy, 0o600)
  const file = await open(copy, 'r+')
  try {
    await file.write(bytes, 0, bytes.length, position)
  } finally {
    await file.close()
  }
}

/** Most footers are shorter: then one read is enough. */
const tailBytes = 16 * 1024

/** The bytes before the last `trailerBytes` of a file, as many as these say. */
export function tail(
  path: string,
  trailerBytes: number,
  lengthOf: (trailer: Uint8Array, fileBytes: number) => number,
): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const { size: fileBytes } = fstatSync(file)
    const read = (bytes: number) => {
      const buffer = new Uint8Array(Math.min(bytes, fileBytes))
      return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, fileBytes - buffer.length))
    }
    const first = read(tailBytes)
    const length = lengthOf(first.subarray(-trailerBytes), fileBytes) + trailerBytes
    return (length <= first.length ? first : read(length)).subarray(-length, -trailerBytes)
  } finally {
    closeSync(file)
  }
}

/** Up to `bytes` from `position` on. */
export async function piece(path: string, position: number, bytes: number): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const buffer = new Uint8Array(bytes)
    const { bytesRead } = await file.read(buffer, 0, bytes, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
