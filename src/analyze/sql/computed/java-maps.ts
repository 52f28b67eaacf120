// A map as Athena prints it: in the order in which Java's HashMap gives its entries, which is that of its buckets.
//
//     bucket = (hash ^ hash >>> 16) & (buckets - 1); 16 buckets, twice as many whenever more than three quarters would be filled;
//     in one bucket as they came
//
// https://docs.aws.amazon.com/athena/latest/ug/arrays-create-maps.html prints {last=Smith, first=Bob, age=35} of first, last, age.
import { type ComputedTable, computed } from './computed.ts'

/** Kinds of keys whose hash is told by their text. */
export type JavaKey = 'text' | 'whole' | 'long' | 'truth'

const hashes: Readonly<Record<JavaKey, (text: string) => number>> = {
  text(text) {
    let hash = 0
    for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
    return hash
  },
  whole: Number,
  long: text => Number(BigInt.asIntN(32, BigInt(text) ^ (BigInt.asUintN(64, BigInt(text)) >> 32n))),
  truth: text => (text === 'true' ? 1231 : 1237),
}

function bucketsFor(size: number): number {
  let buckets = 16
  while (size > buckets * 0.75) buckets *= 2
  return buckets
}

function inOrder(kind: JavaKey, keys: readonly (string | null)[]): readonly number[] {
  const last = bucketsFor(keys.length) - 1
  const places = keys.map(key => {
    const hash = hashes[kind](key ?? '')
    return (hash ^ (hash >>> 16)) & last
  })
  return [...keys.keys()].sort((one, other) => (places[one] ?? 0) - (places[other] ?? 0))
}

/** The keys and the whole entries, each as it is printed. */
export const javaMaps: ComputedTable = {
  athena_map_text: computed(['VARCHAR', 'VARCHAR[]', 'VARCHAR[]'], 'VARCHAR', (kind, keys, entries) => {
    const order = inOrder(kind as JavaKey, keys)
    return `{${order.map(index => entries[index]).join(', ')}}`
  }),
}
