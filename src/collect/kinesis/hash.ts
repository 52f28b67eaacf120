// The space of 128-bit hash keys that a stream's shards divide among them. Routing compares 32 hex digits, whose order
// is the order of the numbers and which MD5 gives for nothing; BigInt is for cutting ranges, which is rare.
import { hash } from 'node:crypto'

/** Both ends belong to it. */
export interface HashRange {
  readonly first: bigint
  readonly last: bigint
}

export const wholeRange: HashRange = { first: 0n, last: (1n << 128n) - 1n }

export const hashDigits = (key: bigint): string => key.toString(16).padStart(32, '0')

/** The digits of a partition key's hash. */
export const hashOfKey = (partitionKey: string): string => hash('md5', partitionKey)

/** The digits of an explicit hash key, a decimal; undefined when it lies outside of the space. */
export function hashOfExplicit(decimal: string): string | undefined {
  const key = BigInt(decimal)
  return key <= wholeRange.last ? hashDigits(key) : undefined
}

/** `count` ranges of one size, in order; the last takes what rounding leaves, as AWS cuts them. */
export function evenRanges(count: number): readonly HashRange[] {
  const size = (wholeRange.last + 1n) / BigInt(count)
  return Array.from({ length: count }, (_, piece) => ({
    first: size * BigInt(piece),
    last: piece === count - 1 ? wholeRange.last : size * BigInt(piece + 1) - 1n,
  }))
}
