// Whether files of text are whole and have lines that can be read. DuckDB takes a packed file that was cut off for a shorter
// one, and one that ends in a line longer than its buffer for one without it: rows would be missing without a word. So while a
// statement reads them they are gone through once more here, on other threads, and what is not sound fails the statement. A
// blob never changes, so each is looked at once.

import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { EngineFault } from '../fault.ts'
import { reading } from './files.ts'
import { longestLineBytes } from './line-scan.ts'

export interface TextFile {
  /** What the user calls it. */
  readonly path: string
  /** Where it lies for the statement, and where it always lies. */
  readonly file: string
  readonly blob: string
  readonly compression: 'none' | 'gzip' | 'zstd'
}

/** Of a plain file of fewer bytes no line is too long. */
export const isToBeChecked = (compression: TextFile['compression'], bytes: number): boolean =>
  bytes > 0 && (compression !== 'none' || bytes > longestLineBytes)

const sound = new Set<string>()
const soundMax = 20_000
const atOnce = 2
const newline = 0x0a

export class TextSoundness {
  readonly #stop = new AbortController()
  readonly #looked: Promise<void>
  #failure: EngineFault | undefined

  constructor(files: readonly TextFile[]) {
    const open = files.filter(({ blob }) => !sound.has(blob))
    const looks = Array.from({ length: Math.min(atOnce, open.length) }, () => this.#look(open))
    this.#looked = Promise.all(looks).then(() => {})
  }

  /** Throws EngineFault for a file that is cut off or damaged, or has a line that is too long. */
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
  async #look(open: TextFile[]): Promise<void> {
    for (let next = open.shift(); next; next = open.shift()) {
      if (this.#stop.signal.aborted || this.#failure !== undefined) return
      const why = await this.#goThrough(next)
      if (why !== undefined) this.#failure ??= new EngineFault('data', `HIVE_CURSOR_ERROR: ${why}: ${next.path}`)
      else if (!this.#stop.signal.aborted) remember(next.blob)
    }
  }

  /** Why it cannot be, if so. */
  async #goThrough({ file, compression }: TextFile): Promise<string | undefined> {
    const raw = reading(file)
    const text =
      compression === 'none' ? raw : raw.pipe(compression === 'gzip' ? createGunzip() : createZstdDecompress())
    const end = () => text.destroy()
    this.#stop.signal.addEventListener('abort', end, { once: true })
    if (text !== raw) raw.on('error', cause => text.destroy(cause))
    try {
      return await this.#tooLong(text)
    } catch (cause) {
      if (this.#stop.signal.aborted) return undefined
      const { code, message } = cause as NodeJS.ErrnoException
      return code === 'Z_BUF_ERROR' ? 'Unexpected end of input stream' : `Corrupt ${compression} stream (${message})`
    } finally {
      this.#stop.signal.removeEventListener('abort', end)
      raw.destroy()
    }
  }

  async #tooLong(text: Readable): Promise<string | undefined> {
    let open = 0
    for await (const chunk of text as AsyncIterable<Buffer>) {
      if (this.#stop.signal.aborted) return undefined
      const first = chunk.indexOf(newline)
      open += first < 0 ? chunk.length : first
      if (open > longestLineBytes) return `A line is longer than ${longestLineBytes} bytes`
      if (first >= 0) open = chunk.length - 1 - chunk.lastIndexOf(newline)
    }
    return undefined
  }
}

function remember(blob: string): void {
  if (sound.size >= soundMax) sound.clear()
  sound.add(blob)
}
