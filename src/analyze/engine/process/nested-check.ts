// Whether a nested value of a JSON document fits its declared type all the way down. json_transform makes NULL of what does
// not fit, without a word: so at every leaf there must be as many values as the document has, and every object and
// array must be one. The answer is an expression of DuckDB over `line` (a document that is valid JSON).

import { identifier, literal } from '../../sql/text.ts'
import { duckNameOfHive } from '../../sql/typing/names.ts'

/** A nested type of the catalog, taken apart. */
export type Nested =
  | { readonly kind: 'array'; readonly of: string }
  | { readonly kind: 'map'; readonly key: string; readonly of: string }
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [name: string, type: string])[] }

/** undefined for a type that holds no others. */
export function nestedOf(type: string): Nested | undefined {
  const nested = /^(array|map|struct)\s*<(.*)>$/is.exec(type.trim())
  const inner = nested?.[2]
  if (inner === undefined) return undefined
  const parts = partsOf(inner)
  const kind = nested?.[1]?.toLowerCase()
  if (kind === 'array') return { kind: 'array', of: inner }
  if (kind === 'map') return { kind: 'map', key: parts[0] ?? '', of: parts.slice(1).join(',') }
  return {
    kind: 'struct',
    fields: parts.map(part => {
      const colon = part.indexOf(':')
      return [part.slice(0, colon).trim(), part.slice(colon + 1)] as const
    }),
  }
}

/** Over `line` and `value`, the column's own; `path` is where the document has it. */
export function misfit(type: string, path: string, value: string): string {
  return conditions(type, path, `[${value}]`).join(' OR ')
}

/** `values`: a list of all that stands at `path` of the transformed document. */
function conditions(type: string, path: string, values: string): readonly string[] {
  const nested = nestedOf(type)
  const present = `list_filter(${values}, x -> x IS NOT NULL)`
  if (nested === undefined) {
    const wrong = [`${found(path, "t <> 'NULL'")} <> len(${present})`]
    const isText = /^(VARCHAR|BOOLEAN)/.test(duckNameOfHive(type))
    return isText ? wrong : [...wrong, `${found(path, "t = 'BOOLEAN'")} > 0`]
  }
  const container = `${found(path, `t NOT IN ('${nested.kind === 'array' ? 'ARRAY' : 'OBJECT'}', 'NULL')`)} > 0`
  switch (nested.kind) {
    case 'array':
      return [container, ...conditions(nested.of, `${path}[*]`, `flatten(${present})`)]
    case 'map':
      return [
        container,
        ...conditions(nested.of, `${path}.*`, `flatten(list_transform(${present}, x -> map_values(x)))`),
      ]
    case 'struct':
      return [
        container,
        ...nested.fields.flatMap(([name, of]) =>
          conditions(of, `${path}."${name}"`, `list_transform(${present}, x -> x.${identifier(name)})`),
        ),
      ]
  }
}

/** How many values at `path` are of a kind; the kind is a condition over `t`. */
function found(path: string, kind: string): string {
  const types = `json_type(line, ${literal(path)})`
  const list = path.includes('*') ? types : `[coalesce(${types}, 'NULL')]`
  return `len(list_filter(${list}, t -> ${kind}))`
}

/** Cut at the commas that are not inside another type. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let index = 0; index <= text.length; index += 1) {
    const character = text[index]
    if (character === '<' || character === '(') depth += 1
    else if (character === '>' || character === ')') depth -= 1
    else if (character === undefined || (character === ',' && depth === 0)) {
      parts.push(text.slice(from, index))
      from = index + 1
    }
  }
  return parts
}
