// A map as Athena prints it: in the order in which Java's HashMap gives its entries, which is that of its buckets.
//
//     bucket = (hash ^ hash >>> 16) & (buckets - 1); 16 buckets, twice as many whenever more than three quarters would be filled, or a
//     bucket of fewer than 64 takes a ninth; in one bucket as they came
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

const fewBuckets = 16
const fullBucket = 8
/** From here on a full bucket becomes a tree. */
const manyBuckets = 64

function bucketsFor(spread: readonly number[]): number {
  let buckets = fewBuckets
  // Nothing is crowded that is so few.
  const isCrowded = (index: number) => {
    if (index < fullBucket || buckets >= manyBuckets) return false
    const last = buckets - 1
    const place = (spread[index] ?? 0) & last
    let before = 0
    for (let other = 0; other < index; other++) if (((spread[other] ?? 0) & last) === place) before += 1
    return before >= fullBucket
  }
  for (let index = fullBucket; index < spread.length; index++) {
    if (isCrowded(index)) buckets *= 2
    if (index + 1 > buckets * 0.75) buckets *= 2
  }
  return buckets
}

/** Between a key and its value, and between entries; and the mark of these two signs inside of either. */
const parting = '\u0001'
const mark = '\u0002'

/** How the text of a key or of a value stands between partings: an expression of DuckDB. */
export const betweenPartings = (sql: string): string =>
  `replace(replace(${sql}, chr(2), chr(2) || '2'), chr(1), chr(2) || '1')`

const unmarked = (text: string): string => text.replaceAll(`${mark}1`, parting).replaceAll(`${mark}2`, mark)

/** In which order the entries are printed whose keys stand at every second place. */
function orderOf(kind: JavaKey, parts: readonly string[]): readonly number[] {
  const hash = hashes[kind]
  const spread: number[] = []
  for (let place = 0; place < parts.length; place += 2) {
    const code = hash(parts[place] ?? '')
    spread.push(code ^ (code >>> 16))
  }
  const last = bucketsFor(spread) - 1
  return [...spread.keys()].sort((one, other) => ((spread[one] ?? 0) & last) - ((spread[other] ?? 0) & last))
}

function hasSameKeys(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let place = 0; place < one.length; place += 2) if (one[place] !== other[place]) return false
  return true
}

/** Takes one text and not a list of them: lists cost many times what they hold on their way from the engine. */
function ofKind(kind: JavaKey) {
  // Most rows of a column have the keys of the row before.
  let before: readonly string[] = []
  let order: readonly number[] = []
  return computed(['VARCHAR'], 'VARCHAR', joined => {
    const parts = joined.includes(mark) ? joined.split(parting).map(unmarked) : joined.split(parting)
    // Nothing at all is one part.
    if (parts.length === 1) return '{}'
    if (!hasSameKeys(parts, before)) {
      order = orderOf(kind, parts)
      before = parts
    }
    let text = ''
    for (const index of order) text += `${text === '' ? '{' : ', '}${parts[2 * index]}=${parts[2 * index + 1]}`
    return `${text}}`
  })
}

/** The keys and values, each as it is printed. */
export const javaMaps: ComputedTable = {
  athena_map_of_text: ofKind('text'),
  athena_map_of_whole: ofKind('whole'),
  athena_map_of_long: ofKind('long'),
  athena_map_of_truth: ofKind('truth'),
}
