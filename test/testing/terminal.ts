/** A terminal that remembers what was printed, and stops when the test says so. */
import type { Terminal } from '../../src/world/terminal.ts'

export class RecordingTerminal implements Terminal {
  readonly interactive = false
  readonly columns = 80
  readonly colours = false
  readonly directory: string
  readonly #unread = new AbortController()
  readonly #stop = Promise.withResolvers<string>()
  readonly #watchers = new Set<() => void>()
  readonly #typed: readonly string[]
  printed = ''
  complained = ''

  /** `typed`: the lines of its input. */
  constructor(directory = '/', typed: readonly string[] = []) {
    this.directory = directory
    this.#typed = typed
  }

  async *typed(): AsyncGenerator<string> {
    yield* this.#typed
  }

  out(text: string): void {
    this.printed += text
    for (const watcher of this.#watchers) watcher()
  }

  err(text: string): void {
    this.complained += text
  }

  async flushed(): Promise<void> {}

  get unread(): AbortSignal {
    return this.#unread.signal
  }

  environment(): undefined {
    return undefined
  }

  stopped(): Promise<string> {
    return this.#stop.promise
  }

  get lines(): readonly string[] {
    return this.printed.split('\n').slice(0, -1)
  }

  /** Ctrl-C. */
  stop(): void {
    this.#stop.resolve('SIGINT')
  }

  /** The other end of the pipe goes. */
  hangUp(): void {
    this.#unread.abort()
  }

  /** Resolves when so many lines have been printed. */
  async printedLines(count: number): Promise<void> {
    const enough = Promise.withResolvers<void>()
    const look = () => this.lines.length >= count && enough.resolve()
    this.#watchers.add(look)
    look()
    await enough.promise
    this.#watchers.delete(look)
  }
}
