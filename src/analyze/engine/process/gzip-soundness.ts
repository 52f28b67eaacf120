// Whether gzip files are whole. DuckDB takes one that was cut off for a shorter one, so their rows would be missing without
// a word: while a statement reads them they are unpacked once more here, on other threads, and what is not sound fails the
// statement. A blob never changes, so each is looked at once.

import { createGunzip } from 'node:zlib'
import { EngineFault } from '../fault.ts'
import { reading } from './files.ts'

export interface GzipFile {
  /** What the user calls it. */
  readonly path: string
  /** Where it lies for the statement, and where it always lies. */
  readonly file: string
  readonly blob: string
}

const sound = new Set<string>()
const soundMax = 20_000
const atOnce = 2

export class GzipSoundness {
  readonly #stop = new AbortController()
  readonly #looked: Promise<void>
  #failure: EngineFault | undefined

  constructor(files: readonly GzipFile[]) {
    const open = files.filter(({ blob }) => !sound.has(blob))
    const looks = Array.from({ length: Math.min(atOnce, open.length) }, () => this.#look(open))
    this.#looked = Promise.all(looks).then(() => {})
  }

  /** Throws EngineFault for a file that is cut off or damaged. */
  async settled(): Promise<void> {
    await this.#looked
    if (this.#failure !== undefined) throw this.#failure
  }

  /** What is not looked at by now is not looked at. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#looked
  }

  /** Takes one after the other from the list. */
  async #look(open: GzipFile[]): Promise<void> {
    for (let next = open.shift(); next; next = open.shift()) {
      if (this.#stop.signal.aborted || this.#failure !== undefined) return
      const why = await this.#unpack(next)
      if (why !== undefined) this.#failure ??= new EngineFault('data', `HIVE_CURSOR_ERROR: ${why}: ${next.path}`)
      else if (!this.#stop.signal.aborted) remember(next.blob)
    }
  }

  /** Why it cannot be, if so. */
  async #unpack({ file }: GzipFile): Promise<string | undefined> {
    const raw = reading(file)
    const text = raw.pipe(createGunzip())
    const end = () => text.destroy()
    this.#stop.signal.addEventListener('abort', end, { once: true })
    raw.on('error', cause => text.destroy(cause))
    try {
      for await (const _ of text) if (this.#stop.signal.aborted) return undefined
      return undefined
    } catch (cause) {
      if (this.#stop.signal.aborted) return undefined
      const { code, message } = cause as NodeJS.ErrnoException
      return code === 'Z_BUF_ERROR' ? 'Unexpected end of input stream' : `Corrupt gzip stream (${message})`
    } finally {
      this.#stop.signal.removeEventListener('abort', end)
      raw.destroy()
    }
  }
}

function remember(blob: string): void {
  if (sound.size >= soundMax) sound.clear()
  sound.add(blob)
}
