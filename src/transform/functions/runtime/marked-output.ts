/**
 * One of a process's output streams, taken apart by marks: the runtime writes a mark when an invocation is over, so that
 * what was said in it is known to have arrived, whatever its length. A mark is unguessable, and taken out.
 */
import type { Readable } from 'node:stream'

export class MarkedOutput {
  readonly #hear: (text: string) => void
  #held = ''
  #mark: string | undefined
  #reached: (() => void) | undefined
  #closed = false

  constructor(stream: Readable, hear: (text: string) => void) {
    this.#hear = hear
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => this.#take(text))
    stream.once('close', () => {
      this.#closed = true
      this.#flush()
      this.#reached?.()
    })
  }

  /** Resolves when the mark has come, or nothing more can. */
  until(mark: string): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#mark = mark
    return new Promise(resolve => {
      this.#reached = resolve
    })
  }

  #take(text: string): void {
    this.#held += text
    const at = this.#mark === undefined ? -1 : this.#held.indexOf(this.#mark)
    if (at >= 0) {
      const after = this.#held.slice(at + (this.#mark?.length ?? 0))
      this.#held = this.#held.slice(0, at)
      this.#flush()
      this.#mark = undefined
      this.#held = after
      this.#reached?.()
      this.#reached = undefined
    }
    // The beginning of a mark may be the end of this piece.
    const start = this.#mark === undefined ? -1 : this.#held.lastIndexOf(this.#mark.charAt(0))
    if (start >= 0 && this.#mark?.startsWith(this.#held.slice(start))) {
      const beginning = this.#held.slice(start)
      this.#held = this.#held.slice(0, start)
      this.#flush()
      this.#held = beginning
    } else this.#flush()
  }

  #flush(): void {
    if (this.#held !== '') this.#hear(this.#held)
    this.#held = ''
  }
}
