// Readers that have read all there is and wait for more.

export class TipWaiters {
  readonly #waiting = new Set<{ readonly index: number; readonly wake: () => void }>()

  /** Resolves when the end passes `index`, or when `signal` aborts. */
  wait(index: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => {
      this.#waiting.delete(waiter)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const waiter = { index, wake }
    this.#waiting.add(waiter)
    signal.addEventListener('abort', wake)
    return promise
  }

  wakeUpTo(end: number): void {
    for (const { index, wake } of this.#waiting) if (index < end) wake()
  }

  wakeAll(): void {
    for (const { wake } of this.#waiting) wake()
  }
}
