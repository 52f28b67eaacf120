// numeric_histogram: values in so many buckets, the nearest of which are put together as often as there are too many. As
// Athena does it where one worker has all of the values, in the order in which they come.
// https://github.com/trinodb/trino/blob/432/core/trino-main/src/main/java/io/trino/operator/aggregation/NumericHistogram.java
import { type ComputedTable, computed, invalid } from './computed.ts'

interface Bucket {
  readonly value: number
  readonly weight: number
}

/** So many values wait before the buckets are made again. */
const buffered = 100

export const numericHistograms: ComputedTable = {
  /** Each bucket's value and weight, one behind the other. */
  athena_numeric_histogram: computed(['DOUBLE', 'DOUBLE[]', 'DOUBLE[]'], 'DOUBLE[]', (count, values, weights) => {
    if (!(count >= 2)) throw invalid('numeric_histogram bucket count must be greater than one')
    let buckets: readonly Bucket[] = []
    let waiting: Bucket[] = []
    for (const [index, value] of values.entries()) {
      if (buckets.length + waiting.length === count + buffered) {
        buckets = compacted([...buckets, ...waiting], count)
        waiting = []
      }
      waiting.push({ value, weight: weights[index] ?? 1 })
    }
    return compacted([...buckets, ...waiting], count).flatMap(({ value, weight }) => [value, weight])
  }),
}

function compacted(all: readonly Bucket[], count: number): readonly Bucket[] {
  const buckets: Bucket[] = []
  for (const one of [...all].sort((left, right) => left.value - right.value)) {
    const last = buckets.at(-1)
    if (last?.value === one.value) buckets[buckets.length - 1] = { ...last, weight: last.weight + one.weight }
    else buckets.push(one)
  }
  while (buckets.length > count) {
    const at = nearest(buckets)
    const [left, right] = [buckets[at], buckets[at + 1]]
    if (left === undefined || right === undefined) break
    const weight = left.weight + right.weight
    buckets.splice(at, 2, { value: (left.value * left.weight + right.value * right.weight) / weight, weight })
  }
  return buckets
}

/** The first of the two that lose the least when they become one. */
function nearest(buckets: readonly Bucket[]): number {
  let [found, least] = [0, Number.POSITIVE_INFINITY]
  for (const [index, left] of buckets.entries()) {
    const right = buckets[index + 1]
    if (right === undefined) break
    const weight = left.weight + right.weight
    const penalty = weight * (left.value - right.value) ** 2 * ((left.weight * right.weight) / (weight * weight))
    if (penalty < least) [found, least] = [index, penalty]
  }
  return found
}
