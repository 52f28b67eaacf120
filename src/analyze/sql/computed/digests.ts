// Where a share of weighted values ends, as Athena's digests tell it while each value still stands for itself.
// https://github.com/airlift/airlift/tree/master/stats/src/main/java/io/airlift/stats (TDigest, QuantileDigest)
import { type ComputedTable, computed, invalid } from './computed.ts'

const checked = (share: number): number => {
  if (share >= 0 && share <= 1) return share
  throw invalid(`Quantile should be within bounds [0, 1], was: ${shown(share)}`)
}

const shown = (share: number): string => (Number.isInteger(share) ? `${share}.0` : String(share))

const sumOf = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight, 0)

/** Of sorted values: between two of them, by how much weight each has. A single value is never shared. */
function between(values: readonly number[], weights: readonly number[], share: number): number {
  const total = sumOf(weights)
  const [first = Number.NaN, last = Number.NaN] = [values[0], values.at(-1)]
  const place = share * total
  if (place < 1) return first
  if (place > total - 1) return last
  let before = (weights[0] ?? 0) / 2
  if (place < before) return first
  for (const [index, weight] of weights.entries()) {
    const [left, right, next] = [values[index], values[index + 1], weights[index + 1]]
    if (left === undefined || right === undefined || next === undefined) return last
    const apart = (weight + next) / 2
    if (before + apart > place) {
      const [leftAlone, rightAlone] = [weight === 1 ? 0.5 : 0, next === 1 ? 0.5 : 0]
      if (weight === 1 && place - before < 0.5) return left
      if (next === 1 && before + apart - place <= 0.5) return right
      const [toLeft, toRight] = [place - before - leftAlone, before + apart - place - rightAlone]
      return (left * toRight + right * toLeft) / (toLeft + toRight)
    }
    before += apart
  }
  return last
}

export const digests: ComputedTable = {
  athena_tdigest_value: computed(['DOUBLE[]', 'DOUBLE[]', 'DOUBLE'], 'DOUBLE', (values, weights, share) =>
    between(values, weights, checked(share)),
  ),
  /** The place of the first value behind which there is less than the rest. */
  athena_qdigest_place: computed(['DOUBLE[]', 'DOUBLE'], 'BIGINT', (weights, share) => {
    const rank = checked(share) * sumOf(weights)
    let sum = 0
    const found = weights.findIndex(weight => {
      sum += weight
      return sum > rank
    })
    return BigInt(found === -1 ? weights.length : found + 1)
  }),
}
