// Where a command prints, what it is told by its environment, and how it hears that it should stop. Commands take this
// interface, so that they can be tested without a process.
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Resolves when what was printed has been taken, so that much output waits for a slow reader instead of in memory. */
  flushed(): Promise<void>
  /** Aborts when nobody reads `out` any more: `biwa … | head`. */
  readonly unread: AbortSignal
  /** What is typed or piped in, line by line; `return()` lets go of it. */
  typed(): AsyncIterator<string>
  /** True when a person watches: then lines may be drawn over. */
  readonly interactive: boolean
  readonly columns: number
  /** Colours are wanted (a terminal, and NO_COLOR not set). */
  readonly colours: boolean
  environment(name: string): string | undefined
  readonly directory: string
  /** Resolves with the name of the first signal that asks for an end; a second one ends the process at once. */
  stopped(): Promise<string>
}

export class ProcessTerminal implements Terminal {
  readonly interactive = process.stdout.isTTY === true
  readonly columns = process.stdout.columns ?? 80
  readonly colours = process.stdout.isTTY === true && !process.env.NO_COLOR
  readonly #unread = new AbortController()

  constructor() {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#unread.abort()
      if (error.code === 'EPIPE') return // `biwa … | head`: the reader has gone, which is no error of ours
      process.exitCode = 1
      this.err(`biwa: what was to be printed could not be: ${error.message}\n`)
    })
    process.stderr.on('error', () => {}) // nowhere is left to tell it; a server goes on
  }

  /** Asked for when it is needed: in a directory that has been removed it throws. */
  get directory(): string {
    return process.cwd()
  }

  out(text: string): void {
    process.stdout.write(text)
  }

  err(text: string): void {
    process.stderr.write(text)
  }

  async flushed(): Promise<void> {
    if (!process.stdout.writableNeedDrain || this.unread.aborted) return
    await once(process.stdout, 'drain', { signal: this.unread }).catch(() => undefined)
  }

  get unread(): AbortSignal {
    return this.#unread.signal
  }

  typed(): AsyncIterator<string> {
    return createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  }

  environment(name: string): string | undefined {
    return process.env[name]
  }

  stopped(): Promise<string> {
    return new Promise(resolve => {
      const stop = (signal: NodeJS.Signals) => {
        resolve(signal)
        for (const again of ['SIGINT', 'SIGTERM'] as const) process.once(again, () => process.exit(130))
      }
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
    })
  }
}
