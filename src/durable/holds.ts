// Whose file may not be removed just now: somebody is reading it, or is about to. In memory only: a process that dies holds
// nothing, and what it left is swept at the next start.

export class Holds {
  readonly #counts = new Map<string, number>()
  readonly #waiting = new Map<string, () => void>()
  /** A reader that was handed out and forgotten before its first step cannot let go by itself. */
  readonly #forgotten = new FinalizationRegistry<Disposable>(held => held[Symbol.dispose]())

  hold(id: string): Disposable {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1)
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.#letGo(id)
        held = false
      },
    }
  }

  /** Lets go of `held` when nothing refers to `reader` any more, should it not have been done before. */
  letGoWith(reader: object, held: Disposable): void {
    this.#forgotten.register(reader, held)
  }

  /** Runs `task` when nobody holds `id`: at once, or after the last has let go. */
  whenFree(id: string, task: () => void): void {
    if (this.#counts.has(id)) this.#waiting.set(id, task)
    else task()
  }

  #letGo(id: string): void {
    const left = (this.#counts.get(id) ?? 0) - 1
    if (left > 0) {
      this.#counts.set(id, left)
      return
    }
    this.#counts.delete(id)
    const task = this.#waiting.get(id)
    this.#waiting.delete(id)
    task?.()
  }
}
