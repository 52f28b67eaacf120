// Names of shards, and sequence numbers that say where a record is.
//
//   49 · shard's creation, milliseconds, 14 digits · shard's number, 10 digits · record's index + 1, 29 digits · 0
//
// 56 decimal digits, as AWS's have. They rise within a shard; all of a child's are above all of its parents', whose
// numbers are lower and whose creation is not later; the creation tells streams apart that had one name in turn.
// An index + 1 of zero stands before the first record: the start of the shard's range. A last digit of 5 stands between
// a record and the next: from there on one may read AT as well as AFTER it, as from AWS's continuation numbers.

declare const shardBrand: unique symbol
declare const sequenceBrand: unique symbol
export type ShardId = string & { readonly [shardBrand]: true }
export type SequenceNumber = string & { readonly [sequenceBrand]: true }

export const shardIdOf = (number: number): ShardId => `shardId-${String(number).padStart(12, '0')}` as ShardId

/**
 * The number of a shard from `shardId-000000000007`. AWS reads the number behind the hyphen, with whatever name before it
 * (`shard-7`), and the bare number; it has 31 bits.
 */
export function shardNumberOf(text: string): number | undefined {
  const digits = /^(?:[^-]*-)?(\d+)$/.exec(text)?.[1]
  const number = Number(digits)
  return number <= shardNumberMax ? number : undefined
}
const shardNumberMax = 2 ** 31 - 1

/** What all sequence numbers of a shard begin with. */
export const sequencePrefix = (shard: { readonly number: number; readonly createdAt: number }): string =>
  `49${String(shard.createdAt).padStart(14, '0')}${String(shard.number).padStart(10, '0')}`

/** `index` -1 is the start of the shard's range. */
export const sequenceNumber = (prefix: string, index: number): SequenceNumber => sequenceNumbers(prefix)(index)

/** For whoever writes many of one shard: what stands before the index is put together anew only when the index grows longer. */
export function sequenceNumbers(prefix: string): (index: number) => SequenceNumber {
  let head = prefix
  return index => {
    const digits = `${index + 1}0`
    if (head.length + digits.length !== sequenceDigits) head = prefix.padEnd(sequenceDigits - digits.length, '0')
    return (head + digits) as SequenceNumber
  }
}
export const sequenceDigits = 56

/** Puts a larger index into a sequence number that stands in `bytes` as text and ends before `end`. */
export function raiseIndex(bytes: Uint8Array, end: number, index: number): void {
  let rest = index + 1
  for (let at = end - 2; rest > 0; at--) {
    const next = rest < 2 ** 31 ? (rest / 10) | 0 : Math.floor(rest / 10)
    bytes[at] = zero + (rest - next * 10) // in this order: beyond 2^53 a sum would lose its last digit
    rest = next
  }
}
const zero = '0'.charCodeAt(0)

/** Behind record `index` and before the next; -1 is before the first. */
export const sequenceNumberBehind = (prefix: string, index: number): SequenceNumber =>
  `${prefix}${String(index + 1).padStart(29, '0')}5` as SequenceNumber

export interface SequencePosition {
  readonly createdAt: number
  readonly shard: number
  readonly index: number
  /** Between this record and the next. */
  readonly behind?: true
}

export function parseSequenceNumber(text: string): SequencePosition | undefined {
  const parts = /^49(\d{14})(\d{10})(\d{29})([05])$/.exec(text)
  if (parts === null) return undefined
  const [createdAt, shard, place] = parts.slice(1, 4).map(Number)
  if (createdAt === undefined || shard === undefined || !Number.isSafeInteger(place)) return undefined
  return { createdAt, shard, index: (place as number) - 1, ...(parts[4] === '5' && { behind: true }) }
}
