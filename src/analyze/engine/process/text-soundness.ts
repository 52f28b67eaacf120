// Whether files of text are whole and have lines that can be read. DuckDB takes a packed file that was cut off for a shorter
// one, and one that ends in a line longer than its buffer for one without it: rows would be missing without a word. So while a
// statement reads them they are gone through once more here, on other threads, and what is not sound fails the statement. A
// blob never changes, so each is looked at once.

import { EngineFault } from '../fault.ts'
import { longestLineBytes } from './line-scan.ts'
import { damaged, isOwn, type TextFile, textStream } from './text-stream.ts'

/** Of a plain file of fewer bytes no line is too long. What is unpacked here is checked as it is. */
export const isToBeChecked = ({ compression, bytes }: TextFile): boolean =>
  !isOwn(compression) && (compression !== 'none' || bytes > longestLineBytes)

/** Is given a text in pieces; throws EngineFault once one of its lines is too long. */
export class LineBound {
  readonly #path: string
  #open = 0

  constructor(path: string) {
    this.#path = path
  }

  add(chunk: Buffer): void {
    const first = chunk.indexOf(newline)
    this.#open += first < 0 ? chunk.length : first
    if (this.#open > longestLineBytes)
      throw new EngineFault('data', `HIVE_CURSOR_ERROR: A line is longer than ${longestLineBytes} bytes: ${this.#path}`)
    if (first >= 0) this.#open = chunk.length - 1 - chunk.lastIndexOf(newline)
  }
}

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
      const fault = await this.#goThrough(next)
      if (fault !== undefined) this.#failure ??= fault
      else if (!this.#stop.signal.aborted) remember(next.blob)
    }
  }

  /** Why it cannot be, if so. */
  async #goThrough(file: TextFile): Promise<EngineFault | undefined> {
    using text = textStream(file.file, file.compression)
    const end = () => text[Symbol.dispose]()
    this.#stop.signal.addEventListener('abort', end, { once: true })
    try {
      const bound = new LineBound(file.path)
      for await (const chunk of text.bytes) {
        if (this.#stop.signal.aborted) return undefined
        bound.add(chunk)
      }
      return undefined
    } catch (cause) {
      if (this.#stop.signal.aborted) return undefined
      return cause instanceof EngineFault ? cause : damaged(file, cause)
    } finally {
      this.#stop.signal.removeEventListener('abort', end)
    }
  }
}

function remember(blob: string): void {
  if (sound.size >= soundMax) sound.clear()
  sound.add(blob)
}
