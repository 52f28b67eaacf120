// Values and locations of a table's partitions as one list, remembered until one of them changes: a query over a hundred
// thousand partitions must not read as many rows to find three. How many are remembered is bounded.

import type { Storage } from './table.ts'

export interface PartitionPlace {
  readonly values: readonly string[]
  readonly location: string
  /** Names its storage descriptor. */
  readonly storage: number
}

export interface PartitionPlaces {
  /** Names this very list, in this process and for good: whoever has a copy of it need not be told again. */
  readonly key: string
  readonly partitions: readonly PartitionPlace[]
  /** Of which many partitions share one. */
  readonly storages: ReadonlyMap<number, Storage>
}

const rememberedMax = 400_000
let made = 0

interface Reading extends Disposable {
  readonly isStale: boolean
}

export class RememberedPlaces {
  /** By table, the one that was asked for last at the end. */
  readonly #lists = new Map<number, PartitionPlaces>()
  #count = 0
  readonly #readings = new Set<{ readonly tableId: number; isStale: boolean }>()

  of(tableId: number, read: () => Omit<PartitionPlaces, 'key'>): PartitionPlaces {
    const known = this.#lists.get(tableId)
    if (known) this.#drop(tableId)
    made += known ? 0 : 1
    const list = known ?? { key: String(made), ...read() }
    this.#lists.set(tableId, list)
    this.#count += list.partitions.length
    for (const id of this.#lists.keys()) {
      if (this.#count <= rememberedMax) break
      this.#drop(id)
    }
    return list
  }

  has(tableId: number): boolean {
    return this.#lists.has(tableId)
  }

  /** For who reads a table's partitions piece by piece: whether one of them has changed since. */
  reading(tableId: number): Reading {
    const reading = { tableId, isStale: false, [Symbol.dispose]: () => void this.#readings.delete(reading) }
    this.#readings.add(reading)
    return reading
  }

  /** One of its partitions changes, or may. */
  forget(tableId: number): void {
    for (const reading of this.#readings) if (reading.tableId === tableId) reading.isStale = true
    this.#drop(tableId)
  }

  #drop(tableId: number): void {
    this.#count -= this.#lists.get(tableId)?.partitions.length ?? 0
    this.#lists.delete(tableId)
  }
}
