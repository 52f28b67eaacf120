// A binary heap: the first of its items at once, by an order that is given.

export class Heap<T> {
  readonly #isBefore: (one: T, other: T) => boolean
  readonly #items: T[] = []

  constructor(isBefore: (one: T, other: T) => boolean, items: Iterable<T> = []) {
    this.#isBefore = isBefore
    for (const item of items) this.push(item)
  }

  get size(): number {
    return this.#items.length
  }

  get first(): T | undefined {
    return this.#items[0]
  }

  /** In no order. */
  get items(): readonly T[] {
    return this.#items
  }

  push(item: T): void {
    const items = this.#items
    let place = items.length
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = items[above] as T
      if (!this.#isBefore(item, parent)) break
      items[place] = parent
      place = above
    }
    items[place] = item
  }

  pop(): T | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (items.length === 0 || last === undefined) return first
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= items.length) break
      if (below + 1 < items.length && this.#isBefore(items[below + 1] as T, items[below] as T)) below++
      if (!this.#isBefore(items[below] as T, last)) break
      items[place] = items[below] as T
      place = below
    }
    items[place] = last
    return first
  }
}
