/**
 * How many executions there may be at once: the account's in a region, of which functions may reserve some for themselves
 * and be held to them. https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { throttled } from '../faults.ts'
import { concurrentExecutionsMax } from '../limits.ts'
import type { FunctionName, Scope } from '../name.ts'

export interface Reservations {
  /** Executions reserved for the function; undefined when it shares the account's. */
  reserved(name: FunctionName): number | undefined
  /** Of all functions of the account in the region. */
  reservedInTotal(scope: Scope): number
}

export class Concurrency {
  readonly #reservations: Reservations
  readonly #running = new Map<string, number>()

  constructor(reservations: Reservations) {
    this.#reservations = reservations
  }

  /** Counts one execution until it is disposed; `concurrent` with it. Throws TooManyRequestsException. */
  admit(name: FunctionName): Disposable & { readonly concurrent: number } {
    const reserved = this.#reservations.reserved(name)
    const scope = `${name.account}/${name.region}`
    const counter = reserved === undefined ? scope : `${scope}/${name.name}`
    const bound = reserved ?? concurrentExecutionsMax - this.#reservations.reservedInTotal(name)
    const running = this.#running.get(counter) ?? 0
    if (running >= bound)
      throw throttled(
        reserved === undefined
          ? 'ConcurrentInvocationLimitExceeded'
          : 'ReservedFunctionConcurrentInvocationLimitExceeded',
      )
    const own = `${scope}/${name.name}/`
    const concurrent = (this.#running.get(own) ?? 0) + 1
    this.#running.set(counter, running + 1)
    this.#running.set(own, concurrent)
    const leave = () => {
      this.#leave(counter)
      this.#leave(own)
    }
    return { concurrent, [Symbol.dispose]: leave }
  }

  #leave(counter: string): void {
    const left = (this.#running.get(counter) ?? 1) - 1
    if (left > 0) this.#running.set(counter, left)
    else this.#running.delete(counter)
  }
}
