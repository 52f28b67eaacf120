// Paths of the SQL standard, followed: from a JSON value to a sequence of items. In the lax mode arrays are taken apart, what is no
// array counts as one, and what is not there is left out; in the strict mode each of these fails.
import { type Json, JsonNumber, JsonObject } from './json-text.ts'
import { changed, compared, computed, failed, PathFault, type PathNumber, toDouble } from './standard-numbers.ts'
import type { Exact, Path, Predicate, StandardPath } from './standard-path.ts'

/** JSON, whose numbers may also be those that the path computed. */
export type Item = Json | Exact | number

/** What was passed by each name: one item, or none. */
export type Variables = ReadonlyMap<string, readonly Item[]>

interface Place {
  readonly isLax: boolean
  readonly context: Item
  readonly variables: Variables
  readonly current?: Item
  /** The last index of the innermost array around. */
  readonly last?: number
}

export function walked({ isLax, path }: StandardPath, context: Item, variables: Variables): readonly Item[] {
  return follow(path, { isLax, context, variables })
}

export const isArray = (item: Item): item is readonly Json[] => Array.isArray(item)

export function numberIn(item: Item): PathNumber | undefined {
  if (typeof item === 'number') return item
  if (item instanceof JsonNumber) return item.isWhole ? { digits: BigInt(item.text), scale: 0 } : Number(item.text)
  return isExact(item) ? item : undefined
}

export const isExact = (item: Item): item is Exact => typeof item === 'object' && item !== null && 'digits' in item

function follow(path: Path, place: Place): readonly Item[] {
  switch (path.kind) {
    case 'context':
      return [place.context]
    case 'current':
      if (place.current === undefined) throw failed('@ stands outside of a filter')
      return [place.current]
    case 'last':
      if (place.last === undefined) throw failed('last stands outside of an array subscript')
      return [{ digits: BigInt(place.last), scale: 0 }]
    case 'variable': {
      const found = place.variables.get(path.name)
      if (found === undefined) throw failed(`no value passed for parameter ${path.name}`)
      return found
    }
    case 'literal':
      return [path.value]
    case 'binary':
      return [computed(path.operator, single(path.left, place), single(path.right, place))]
    case 'negative':
    case 'positive':
      return unnested(follow(path.of, place), place).map(item => {
        const value = numeric(item)
        return path.kind === 'negative' ? computed('-', { digits: 0n, scale: 0 }, value) : value
      })
    case 'member':
      return objects(path.of, place).flatMap(item => members(item, path.key, place))
    case 'members':
      return objects(path.of, place).flatMap(item => item.entries.map(([, value]) => value))
    case 'descendant':
      return follow(path.of, place).flatMap(item => descendants(item, path.key))
    case 'items':
      return arrays(path.of, place).flat()
    case 'subscripts':
      return arrays(path.of, place).flatMap(items => chosen(items, path.places, place))
    case 'method':
      return called(path.name, path.of, place)
    case 'filter':
      return unnested(follow(path.of, place), place).filter(
        current => holds(path.predicate, { ...place, current }) === true,
      )
  }
}

const unnested = (items: readonly Item[], { isLax }: Place): readonly Item[] =>
  isLax ? items.flatMap<Item>(item => (isArray(item) ? item : [item])) : items

function numeric(item: Item): PathNumber {
  const value = numberIn(item)
  if (value === undefined) throw failed(`invalid item type. Expected: NUMBER, actual: ${typeName(item)}`)
  return value
}

function single(path: Path, place: Place): PathNumber {
  const [first, second] = unnested(follow(path, place), place)
  if (first === undefined || second !== undefined)
    throw failed('arithmetic binary expression requires singleton operands')
  return numeric(first)
}

function objects(path: Path, place: Place): readonly JsonObject[] {
  return unnested(follow(path, place), place).flatMap(item => {
    if (item instanceof JsonObject) return [item]
    if (place.isLax) return []
    throw failed(`invalid item type. Expected: OBJECT, actual: ${typeName(item)}`)
  })
}

function members(item: JsonObject, key: string, place: Place): readonly Json[] {
  const found = item.entries.findLast(([name]) => name === key)
  if (found !== undefined) return [found[1]]
  if (place.isLax) return []
  throw failed(`structural error: missing member '${key}' in JSON object`)
}

function descendants(item: Item, key: string): readonly Json[] {
  if (isArray(item)) return item.flatMap(one => descendants(one, key))
  if (!(item instanceof JsonObject)) return []
  const own = item.entries.findLast(([name]) => name === key)
  return [...(own === undefined ? [] : [own[1]]), ...item.entries.flatMap(([, value]) => descendants(value, key))]
}

function arrays(path: Path, place: Place): readonly (readonly Item[])[] {
  return follow(path, place).map(item => {
    if (isArray(item)) return item
    if (place.isLax) return [item]
    throw failed(`invalid item type. Expected: ARRAY, actual: ${typeName(item)}`)
  })
}

function chosen(items: readonly Item[], places: readonly (readonly [Path, Path?])[], place: Place): readonly Item[] {
  const inside = { ...place, last: items.length - 1 }
  const index = (path: Path): number => Math.trunc(toDouble(single(path, inside)))
  return places.flatMap(([from, to]) => {
    const first = index(from)
    const last = to === undefined ? first : index(to)
    const isInside = first >= 0 && last >= first && last < items.length
    if (!isInside && !place.isLax)
      throw failed(`structural error: invalid array subscript: [${first}, ${last}] for array of size ${items.length}`)
    return items.slice(Math.max(0, first), Math.max(0, last + 1))
  })
}

function called(name: string, of: Path, place: Place): readonly Item[] {
  if (name === 'type') return follow(of, place).map(typeName)
  if (name === 'size') return arrays(of, place).map(items => ({ digits: BigInt(items.length), scale: 0 }))
  if (name === 'keyvalue')
    return objects(of, place).flatMap((item, id) =>
      item.entries.map(
        ([key, value]) =>
          new JsonObject([
            ['name', key],
            ['value', value],
            ['id', new JsonNumber(String(id))],
          ]),
      ),
    )
  return unnested(follow(of, place), place).map(item => {
    if (name !== 'double') return changed(name, numeric(item))
    if (typeof item !== 'string') return toDouble(numeric(item))
    const value = item.trim() === '' ? Number.NaN : Number(item)
    if (Number.isNaN(value) && item !== 'NaN') throw failed(`Cannot cast value '${item}' to DOUBLE`)
    return value
  })
}

export function typeName(item: Item): string {
  if (item === null) return 'null'
  if (typeof item === 'string' || typeof item === 'boolean') return typeof item
  if (isArray(item)) return 'array'
  return item instanceof JsonObject ? 'object' : 'number'
}

/** Undefined: unknown. A predicate never fails. */
function holds(predicate: Predicate, place: Place): boolean | undefined {
  switch (predicate.kind) {
    case 'and': {
      const [left, right] = [holds(predicate.left, place), holds(predicate.right, place)]
      return left === false || right === false ? false : left === undefined || right === undefined ? undefined : true
    }
    case 'or': {
      const [left, right] = [holds(predicate.left, place), holds(predicate.right, place)]
      return left === true || right === true ? true : left === undefined || right === undefined ? undefined : false
    }
    case 'not': {
      const inner = holds(predicate.of, place)
      return inner === undefined ? undefined : !inner
    }
    case 'unknown':
      return holds(predicate.of, place) === undefined
    case 'exists': {
      const found = sequence(predicate.of, place)
      return found === undefined ? undefined : found.length > 0
    }
    case 'starts': {
      const [texts, starts] = [sequence(predicate.left, place), sequence(predicate.right, place)]
      const [start] = starts ?? []
      if (texts === undefined || starts?.length !== 1 || typeof start !== 'string') return undefined
      return anyOf(unnested(texts, place), place, text =>
        typeof text === 'string' ? text.startsWith(start) : undefined,
      )
    }
    case 'compare': {
      const [left, right] = [sequence(predicate.left, place), sequence(predicate.right, place)]
      if (left === undefined || right === undefined) return undefined
      const pairs = unnested(left, place).flatMap(one => unnested(right, place).map(other => [one, other] as const))
      return anyOf(pairs, place, ([one, other]) => comparison(predicate.operator, one, other))
    }
  }
}

function sequence(path: Path, place: Place): readonly Item[] | undefined {
  try {
    return follow(path, place)
  } catch (cause) {
    if (cause instanceof PathFault) return undefined
    throw cause
  }
}

/** In the lax mode what is found first decides, in the strict mode an error does. */
function anyOf<T>(items: readonly T[], { isLax }: Place, test: (item: T) => boolean | undefined): boolean | undefined {
  let isTrue = false
  for (const item of items) {
    const found = test(item)
    if (found === undefined) return undefined
    if (found && isLax) return true
    isTrue ||= found
  }
  return isTrue
}

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  '==': order => order === 0,
  '!=': order => order !== 0,
  '<>': order => order !== 0,
  '<': order => order < 0,
  '>': order => order > 0,
  '<=': order => order <= 0,
  '>=': order => order >= 0,
}

function comparison(operator: string, left: Item, right: Item): boolean | undefined {
  if (left === null || right === null) return left === right && operator === '=='
  const test = orders[operator] ?? (() => false)
  const [one, other] = [numberIn(left), numberIn(right)]
  if (one !== undefined && other !== undefined) return test(compared(one, other))
  if (typeof left === 'string' && typeof right === 'string') return test(left < right ? -1 : left > right ? 1 : 0)
  if (typeof left === 'boolean' && typeof right === 'boolean') return test(Number(left) - Number(right))
  return undefined
}
