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

/**
 * The digits of a partition key's hash. Devices send theirs again and again, and MD5 of a short text costs many times a look
 * into a map: the keys of late are kept, in two halves, of which the older is let go when the newer is full.
 */
export function hashOfKey(partitionKey: string): string {
  let digits = newer.get(partitionKey)
  if (digits !== undefined) return digits
  digits = older.get(partitionKey) ?? hash('md5', partitionKey)
  if (newer.size >= keysKeptMax / 2) {
    older = newer
    newer = new Map()
  }
  newer.set(partitionKey, digits)
  return digits
}

/** A few megabytes, were all of them as long as AWS allows. */
const keysKeptMax = 16_384
let newer = new Map<string, string>()
let older = new Map<string, string>()

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
