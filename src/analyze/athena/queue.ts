/** Lets a bounded number of queries run at once; the others wait their turn. */
export class Queue {
  readonly #concurrent: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(concurrent: number) {
    this.#concurrent = concurrent
  }

  get length(): number {
    return this.#waiting.length
  }

  /** Runs `work` when it is its turn; rejects with the signal's reason when that comes first. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#running < this.#concurrent) {
      this.#running += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1)
        reject(signal.reason)
      }
      const wake = () => {
        signal.removeEventListener('abort', giveUp)
        this.#running += 1
        resolve()
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(wake)
    })
  }
}
