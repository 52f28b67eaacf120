// Maps whose entries are the same in another order are the same map to Athena; to DuckDB their order is a part of them. Where
// values are told apart by what they are, a map stands with its keys in order; what is shown keeps its own.
import { fieldOf } from './convert-text.ts'
import type { Column } from './scope.ts'
import type { Statement } from './statement.ts'
import { identifier } from './text.ts'
import { fieldName } from './typing/names.ts'
import { type Type, unknown } from './typing/type.ts'

export function holdsMap(type: Type): boolean {
  if (type.kind === 'array') return holdsMap(type.of)
  if (type.kind === 'row') return type.fields.some(field => holdsMap(field.type))
  return type.kind === 'map'
}

/** The value with the entries of its maps in the order of their keys. */
export function inKeyOrder(sql: string, type: Type, depth = 0): string {
  if (!holdsMap(type)) return sql
  const item = `athena_k${depth}`
  switch (type.kind) {
    case 'map': {
      const value = inKeyOrder(`${item}.value`, type.value, depth + 1)
      const entries = holdsMap(type.value)
        ? `list_transform(map_entries(${sql}), ${item} -> struct_pack(key := ${item}.key, value := ${value}))`
        : `map_entries(${sql})`
      return `map_from_entries(list_sort(${entries}))`
    }
    case 'array':
      return `list_transform(${sql}, ${item} -> ${inKeyOrder(item, type.of, depth + 1)})`
    case 'row': {
      const fields = type.fields.map(
        (field, index) =>
          `${identifier(fieldName(field, index))} := ${inKeyOrder(fieldOf(sql, index), field.type, depth + 1)}`,
      )
      return `CASE WHEN ${sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`
    }
    default:
      return sql
  }
}

const literal = /^[(\s+-]*(?:[\d.]+|'(?:[^']|'')*'|NULL|TRUE|FALSE)[)\s]*$/i

/** What stands behind SELECT where rows that are the same are one. */
export function distinctOf(parts: readonly string[], columns: readonly Column[]): string {
  if (!columns.some(({ type }) => holdsMap(type))) return ' DISTINCT'
  // A number would be a place in the list, and no literal tells anything apart.
  const keys = parts.flatMap((part, index) =>
    literal.test(part) ? [] : [`(${inKeyOrder(part, columns[index]?.type ?? unknown)})`],
  )
  return ` DISTINCT ON (${keys.join(', ')})`
}

/** A set operation whose rows hold maps. */
export function setOfMaps(
  word: string,
  left: string,
  right: string,
  columns: readonly Column[],
  statement: Statement,
): string {
  const [one, other] = [statement.name('left'), statement.name('right')]
  const names = columns.map((_, index) => `c${index}`).join(', ')
  const keyed = (sql: string) => {
    const keys = columns.map(({ type }, index) => `${inKeyOrder(`c${index}`, type)} AS k${index}`)
    return `(SELECT *, ${keys.join(', ')} FROM (${sql}) AS ${statement.name('side')}(${names}))`
  }
  const shown = columns.map(({ name }, index) =>
    name === undefined ? `${one}.c${index}` : `${one}.c${index} AS ${identifier(name)}`,
  )
  const keys = columns.map((_, index) => `${one}.k${index}`)
  const select = `SELECT DISTINCT ON (${keys.join(', ')}) ${shown.join(', ')} FROM`
  if (word === 'UNION') return `${select} ${keyed(`(${left}) UNION ALL (${right})`)} AS ${one}`
  const same = keys.map((key, index) => `${key} IS NOT DISTINCT FROM ${other}.k${index}`).join(' AND ')
  const join = word === 'INTERSECT' ? 'SEMI JOIN' : 'ANTI JOIN'
  return `${select} ${keyed(left)} AS ${one} ${join} ${keyed(right)} AS ${other} ON ${same}`
}
