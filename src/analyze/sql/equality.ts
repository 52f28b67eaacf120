// Equality of arrays, maps and rows as Athena has it: unknown where a NULL inside decides. DuckDB takes two NULLs inside of
// values for equal, and the order of a map's entries for a part of it.
import { fieldOf } from './convert-text.ts'
import { isSimple, type Type } from './typing/type.ts'

export const isNested = (type: Type): boolean => type.kind === 'array' || type.kind === 'map' || type.kind === 'row'

/** Both of that type. */
export function equality(left: string, right: string, type: Type, depth = 0): string {
  const unlessNull = (sql: string) => `CASE WHEN ${left} IS NULL OR ${right} IS NULL THEN NULL ELSE ${sql} END`
  const item = `athena_e${depth}`
  switch (type.kind) {
    case 'row': {
      const fields = type.fields.map((field, index) =>
        equality(fieldOf(left, index), fieldOf(right, index), field.type, depth + 1),
      )
      return unlessNull(`(${fields.join(' AND ') || 'true'})`)
    }
    case 'array': {
      const pair = equality(`(${left})[${item}]`, `(${right})[${item}]`, type.of, depth + 1)
      const items = `athena_every(list_transform(range(1, len(${left}) + 1), ${item} -> ${pair}))`
      return unlessNull(`(CASE WHEN len(${left}) <> len(${right}) THEN false ELSE ${items} END)`)
    }
    case 'map': {
      const pair = equality(`(${left})[${item}]`, `(${right})[${item}]`, type.value, depth + 1)
      const entry = `CASE WHEN map_contains(${right}, ${item}) THEN ${pair} ELSE false END`
      const items = `athena_every(list_transform(map_keys(${left}), ${item} -> ${entry}))`
      return unlessNull(`(CASE WHEN cardinality(${left}) <> cardinality(${right}) THEN false ELSE ${items} END)`)
    }
    default: {
      const equal = `${left} = ${right}`
      if (!isSimple(type, 'real', 'double')) return `(${equal})`
      // What is no number is equal to nothing, itself among it.
      return `(${equal} AND (${left} <= CAST('Infinity' AS DOUBLE) OR ${right} IS NULL))`
    }
  }
}
