// Arrays, and rows' making. https://trino.io/docs/current/functions/array.html
// Functions with lambdas are in lambdas.ts, maps in maps.ts.
import { at, EngineFault } from '../../engine/fault.ts'
import { unsupported } from '../ast.ts'
import { cast } from '../convert.ts'
import { equality, isNested } from '../equality.ts'
import { failed } from '../failed.ts'
import { extremeOf } from '../nested-order.ts'
import { holdsMap, inKeyOrder } from '../same-maps.ts'
import { arrayOf, bigint, boolean, isSimple, nameOf, rowOf, type Type, varchar } from '../typing/type.ts'
import { typed } from '../value.ts'
import { invalid } from './clock.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

/** NULL where any argument is. */
export const unlessNull = (parts: readonly Argument[], sql: string): string =>
  `CASE WHEN ${parts.map(part => `${part.sql} IS NULL`).join(' OR ')} THEN NULL ELSE ${sql} END`

/** Items as CAST(… AS varchar) writes them. */
const joinedItems =
  (replacement: boolean): Writer =>
  ([part], position) => {
    const of = part?.type.kind === 'array' ? part.type.of : varchar
    const text =
      of.kind === 'array' || of.kind === 'map' || of.kind === 'row'
        ? undefined
        : cast(typed('athena_item', of), varchar, position)
    if (text === undefined)
      throw new EngineFault(
        'semantic',
        `OPERATOR_NOT_FOUND: ${at(position, `Cannot cast ${nameOf(of)} to varchar`)}`,
        position,
      )
    const item = replacement ? `coalesce(${text}, $3)` : text
    // Of nothing but NULLs the engine makes a NULL.
    const joined = `array_to_string(list_transform($1, athena_item -> ${item}), $2)`
    const given = replacement
      ? '$1 IS NOT NULL AND $2 IS NOT NULL AND $3 IS NOT NULL'
      : '$1 IS NOT NULL AND $2 IS NOT NULL'
    return typed(`CASE WHEN ${given} THEN coalesce(${joined}, '') END`, varchar)
  }

const zipped: Writer = parts => {
  const longest = `greatest(${parts.map(part => `len(${part.sql})`).join(', ')})`
  const items = parts.map(part => `(${part.sql})[athena_place]`)
  const fields = parts.map(({ type }) => ({ name: undefined, type: type.kind === 'array' ? type.of : type }))
  const sql = `list_transform(range(1, ${longest} + 1), athena_place -> row(${items.join(', ')}))`
  return typed(unlessNull(parts, sql), arrayOf(rowOf(fields)))
}

const isMapList = (part: Argument | undefined): boolean => part?.type.kind === 'array' && holdsMap(part.type.of)

/** What tells items apart; those that hold maps by their keys in order. */
const told = (text: string, part: Argument | undefined): string =>
  part === undefined ? text : inKeyOrder(text, part.type)

/** Each item in the place where it comes first, if the test lets it. `l` are the items told apart. */
const firsts = (list: string, part: Argument | undefined, test: string): string =>
  `list_transform([struct_pack(l := ${told(list, part)}, a := ${list})], athena_f -> list_filter(athena_f.a,
     (athena_item, athena_place) -> list_position(athena_f.l, athena_f.l[athena_place]) = athena_place AND ${test}))[1]`

/** Of lists of maps what is written for other lists, and what for them. */
const ofItems =
  (plain: string, maps: (parts: readonly Argument[]) => string, result?: Type): Writer =>
  parts => {
    const type = result ?? parts[0]?.type ?? arrayOf(varchar)
    return typed(isMapList(parts[0]) ? maps(parts) : plain, type)
  }

const found = (part: Argument | undefined) => `list_position(${told('$2', part)}, athena_f.l[athena_place])`

const zipSizeMax = 5
const combinationMax = 5

/** Those without the last item first, as Athena has them. */
function combinations(list: string, size: number): string {
  if (size === 0) return `[(${list})[1:0]]`
  const place = `athena_c${size}`
  const before = combinations(`(${list})[1:${place} - 1]`, size - 1)
  const longer = `list_transform(${before}, athena_k${size} -> list_append(athena_k${size}, (${list})[${place}]))`
  return `flatten(list_transform(range(1, len(${list}) + 1), ${place} -> ${longer}))`
}

const sequenceOf = (kind: string, step: string, toType: (sql: string) => string) =>
  [`(${kind}, ${kind}${step === '' ? '' : `, ${step}`}) -> array(${kind})`, toType(step)] as const

const dateStep = 'CASE WHEN $1 <= $2 THEN INTERVAL 1 DAY ELSE INTERVAL (-1) DAY END'
const moments = (step: string) =>
  step.endsWith('month') ? 'athena_months_on($1, $2, $3)' : `athena_moments($1, $2, ${step === '' ? dateStep : '$3'})`
const asDates = (step: string) =>
  step.endsWith('second') ? `CAST(athena_days_on($1, $2, $3) AS DATE[])` : `CAST(${moments(step)} AS DATE[])`

/**
 * A list of arrays, maps or rows held against $2: `write` sees, as athena_h, 1 for each item that is the same, 0 for one that
 * is not and NULL for a NULL. A NULL inside that leaves it open before the first that is the same fails
 * (ArrayContains.java, ArrayPositionFunction.java; ArrayRemoveFunction.java looks at all of them).
 */
function held(name: string, of: Type, write: string): string {
  const same = `CASE WHEN athena_item IS NOT NULL THEN coalesce(CAST(${equality('athena_item', '$2', of)} AS INTEGER), 2) END`
  const text = `${name} does not support arrays with elements that are null or contain null`
  const open = 'list_position(athena_h, 2)'
  const first = name === 'array_remove' ? open : `least(${open}, coalesce(list_position(athena_h, 1), ${open}))`
  const fails = `WHEN ${first} = ${open} THEN ${failed(`'NOT_SUPPORTED: ${text}'`)}`
  return `CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN
    list_transform([list_transform($1, athena_item -> ${same})], athena_h -> CASE ${fails} ELSE ${write} END)[1] END`
}

const nestedItem = (list: Argument | undefined): Type | undefined =>
  list?.type.kind === 'array' && isNested(list.type.of) ? list.type.of : undefined

export const collections: FunctionTable = {
  array_distinct: scalar([
    '(array(E)) -> array(E) E:comparable',
    ofItems('athena_distinct($1)', ([list]) => firsts('$1', list, 'true')),
  ]),
  array_except: scalar([
    '(array(E), array(E)) -> array(E) E:comparable',
    ofItems(
      'athena_except($1, $2)',
      ([list, other]) => `CASE WHEN $2 IS NOT NULL THEN ${firsts('$1', list, `${found(other)} IS NULL`)} END`,
    ),
  ]),
  array_histogram: scalar(['(array(E)) -> map(E, bigint) E:comparable', 'athena_counts($1)']),
  array_intersect: scalar([
    '(array(E), array(E)) -> array(E) E:comparable',
    ofItems(
      'athena_intersect($1, $2)',
      ([list, other]) => `CASE WHEN $2 IS NOT NULL THEN ${firsts('$1', list, `${found(other)} IS NOT NULL`)} END`,
    ),
  ]),
  array_join: scalar(
    ['(array(T), varchar) -> varchar', joinedItems(false)],
    ['(array(T), varchar, varchar) -> varchar', joinedItems(true)],
  ),
  // Of an array with a NULL no item is known to be the greatest.
  array_max: scalar([
    '(array(O)) -> O',
    ([list]) => {
      const type = list?.type.kind === 'array' ? list.type.of : varchar
      const plain = isSimple(type, 'real', 'double') ? 'athena_most_number($1)' : 'list_max($1)'
      const most = isNested(type) ? extremeOf('greatest', '$1', type) : plain
      return typed(`CASE WHEN list_count($1) = len($1) THEN ${most} END`, type)
    },
  ]),
  array_min: scalar([
    '(array(O)) -> O',
    ([list]) => {
      const type = list?.type.kind === 'array' ? list.type.of : varchar
      const least = isNested(type) ? extremeOf('least', '$1', type) : 'list_min($1)'
      return typed(`CASE WHEN list_count($1) = len($1) THEN ${least} END`, type)
    },
  ]),
  array_position: scalar([
    '(array(E), E) -> bigint E:comparable',
    ([list, item]) => {
      const of = nestedItem(list)
      const found = 'CAST(coalesce(list_position(athena_h, 1), 0) AS BIGINT)'
      if (of !== undefined) return typed(held('array_position', of, found), bigint)
      const place = `list_position(${told('$1', list)}, ${told('$2', item)})`
      return typed(`CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN CAST(coalesce(${place}, 0) AS BIGINT) END`, bigint)
    },
  ]),
  array_remove: scalar([
    '(array(E), E) -> array(E) E:comparable',
    ([list, item]) => {
      const type = list?.type ?? arrayOf(varchar)
      const of = nestedItem(list)
      const others = 'list_filter($1, (athena_item, athena_place) -> athena_h[athena_place] IS DISTINCT FROM 1)'
      if (of !== undefined) return typed(held('array_remove', of, others), type)
      const one = type.kind === 'array' ? inKeyOrder('athena_item', type.of) : 'athena_item'
      const kept = `list_filter($1, athena_item -> ${one} IS DISTINCT FROM ${told('$2', item)})`
      return typed(`CASE WHEN $2 IS NOT NULL THEN ${kept} END`, type)
    },
  ]),
  array_union: scalar([
    '(array(E), array(E)) -> array(E) E:comparable',
    parts => {
      const both = 'list_concat($1, $2)'
      const distinct = isMapList(parts[0]) ? firsts(both, parts[0], 'true') : `athena_distinct(${both})`
      return typed(unlessNull(parts, distinct), parts[0]?.type ?? arrayOf(varchar))
    },
  ]),
  arrays_overlap: scalar([
    '(array(E), array(E)) -> boolean E:comparable',
    ([one, other]) => typed(`athena_overlap(${told('$1', one)}, ${told('$2', other)})`, boolean),
  ]),
  cardinality: scalar(
    ['(array(E)) -> bigint', 'CAST(len($1) AS BIGINT)'],
    ['(map(K, V)) -> bigint', 'CAST(cardinality($1) AS BIGINT)'],
    ['(HyperLogLog) -> bigint', 'CAST(len($1) AS BIGINT)'],
  ),
  combinations: scalar([
    '(array(E), bigint) -> array(array(E))',
    ([list, size], position) => {
      const text = size?.node.text('value') ?? ''
      const below = size?.node.kind === 'neg' ? size.node.child('this')?.text('value') : undefined
      if (below !== undefined) throw invalid(`combination size must not be negative: -${below}`, position)
      if (!/^\d+$/.test(text)) throw unsupported('combinations of a size that is no literal', position)
      if (Number(text) > combinationMax)
        throw invalid(`combination size must not exceed ${combinationMax}: ${text}`, position)
      return typed(
        `CASE WHEN $1 IS NOT NULL THEN ${combinations('$1', Number(text))} END`,
        arrayOf(list?.type ?? varchar),
      )
    },
  ]),
  contains: scalar(
    [
      '(array(E), E) -> boolean E:comparable',
      ([list, item]) => {
        const of = nestedItem(list)
        if (of !== undefined) return typed(held('contains', of, 'athena_contains(athena_h, 1)'), boolean)
        return typed(`athena_contains(${told('$1', list)}, ${told('$2', item)})`, boolean)
      },
    ],
    ['(varchar, ipaddress) -> boolean', 'athena_ip_contains($1, $2)'],
  ),
  contains_sequence: scalar(['(array(E), array(E)) -> boolean E:comparable', 'athena_contains_sequence($1, $2)']),
  element_at: scalar(['(array(E), bigint) -> E', 'athena_element($1, $2)'], ['(map(K, V), K) -> V', '($1)[$2]']),
  flatten: scalar(['(array(array(T))) -> array(T)', 'flatten($1)']),
  ngrams: scalar(['(array(E), bigint) -> array(array(E))', 'athena_ngrams($1, $2)']),
  repeat: scalar(['(T, bigint) -> array(T)', 'list_transform(range(athena_repetitions($2)), athena_item -> $1)']),
  row: scalar(['(?...) -> T', parts => typed('row($*)', rowOf(parts.map(({ type }) => ({ name: undefined, type }))))]),
  sequence: scalar(
    ['(bigint, bigint) -> array(bigint)', 'athena_sequence($1, $2, CASE WHEN $1 <= $2 THEN 1 ELSE -1 END)'],
    ['(bigint, bigint, bigint) -> array(bigint)', 'athena_sequence($1, $2, $3)'],
    sequenceOf('date', '', asDates),
    sequenceOf('date', 'interval day to second', asDates),
    sequenceOf('date', 'interval year to month', asDates),
    sequenceOf('timestamp', 'interval day to second', moments),
    sequenceOf('timestamp', 'interval year to month', moments),
  ),
  shuffle: scalar(['(array(E)) -> array(E)', 'athena_shuffle($1)']),
  slice: scalar(['(array(T), bigint, bigint) -> array(T)', 'athena_slice($1, $2, $3)']),
  trim_array: scalar(['(array(T), bigint) -> array(T)', 'athena_trim_array($1, $2)']),
  zip: scalar(
    ...Array.from({ length: zipSizeMax - 1 }, (_, index) => {
      const letters = ['A', 'B', 'C', 'D', 'E'].slice(0, index + 2)
      return [`(${letters.map(letter => `array(${letter})`).join(', ')}) -> array(A)`, zipped] as const
    }),
  ),
}

/** The type of a map's entry. */
export const entryType = (key: Type, value: Type): Type =>
  rowOf([
    { name: undefined, type: key },
    { name: undefined, type: value },
  ])
