/** What differs between two states, by path: `buffer.seconds`, `columns.room`. Lists of what has names are told by names. */
import type { Json, JsonObject } from './kind.ts'

export interface Change {
  readonly path: string
  /** Undefined where it is not there. */
  readonly from: Json | undefined
  readonly to: Json | undefined
}

export const changesOf = (found: Json | undefined, wanted: Json | undefined, path = ''): readonly Change[] => {
  if (same(found, wanted)) return []
  const [names, others] = [namesOf(found), namesOf(wanted)]
  if (names && others) {
    const inner = [...new Set([...names.keys(), ...others.keys()])].flatMap(name =>
      changesOf(names.get(name), others.get(name), path === '' ? name : `${path}.${name}`),
    )
    if (inner.length > 0) return inner
    return Array.isArray(found) ? [{ path, from: [...names.keys()], to: [...others.keys()] }] : []
  }
  return [{ path, from: found, to: wanted }]
}

/** An object's members, or those of a list by their names. */
function namesOf(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) return new Map(Object.entries(value as JsonObject))
  const named = (value as readonly Json[]).map(item => [nameOf(item), item] as const)
  const names = new Set(named.map(([name]) => name))
  if (names.has(undefined) || names.size < named.length) return undefined
  return new Map(named.map(([name, item]) => [name as string, item]))
}

const nameOf = (item: Json): string | undefined => {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined
  const { name } = item as JsonObject
  return typeof name === 'string' ? name : undefined
}

/** Members in any order, lists in theirs. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => same(item, b[index]))
  }
  const [left, right] = [a as JsonObject, b as JsonObject]
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...names].every(name => same(left[name], right[name]))
}
