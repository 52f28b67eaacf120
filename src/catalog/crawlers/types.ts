// Types inferred from values, as Hive writes them, and what becomes of two that meet in one column.

/** `unknown`: only nulls were seen. */
export type Inferred =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'scalar'; readonly type: string }
  | { readonly kind: 'array'; readonly of: Inferred }
  | { readonly kind: 'struct'; readonly members: ReadonlyMap<string, Inferred> }

const scalar = (type: string): Inferred => ({ kind: 'scalar', type })
const unknown: Inferred = { kind: 'unknown' }

/** JSON whose integers came as bigint, so that 1.0 and 1 are told apart. */
export function inferJson(value: unknown): Inferred {
  switch (typeof value) {
    case 'boolean':
      return scalar('boolean')
    case 'bigint':
      return scalar(
        value >= -(2n ** 31n) && value < 2n ** 31n
          ? 'int'
          : value >= -(2n ** 63n) && value < 2n ** 63n
            ? 'bigint'
            : 'double',
      )
    case 'number':
      return scalar('double')
    case 'string':
      return scalar('string')
  }
  if (value === null || typeof value !== 'object') return unknown
  if (Array.isArray(value)) return { kind: 'array', of: value.map(inferJson).reduce(merge, unknown) }
  return { kind: 'struct', members: membersOf(value) }
}

/** Names in lower case, as the catalog and Athena have them. */
export function membersOf(value: object): ReadonlyMap<string, Inferred> {
  return new Map(Object.entries(value).map(([name, inner]) => [name.toLowerCase(), inferJson(inner)]))
}

const widths = ['tinyint', 'smallint', 'int', 'bigint', 'float', 'double']

export function merge(a: Inferred, b: Inferred): Inferred {
  if (a.kind === 'unknown') return b
  if (b.kind === 'unknown') return a
  if (a.kind === 'scalar' && b.kind === 'scalar') return scalar(mergeTypes(a.type, b.type))
  if (a.kind === 'array' && b.kind === 'array') return { kind: 'array', of: merge(a.of, b.of) }
  if (a.kind === 'struct' && b.kind === 'struct') return { kind: 'struct', members: mergeMembers(a.members, b.members) }
  return scalar('string')
}

export function mergeMembers(
  a: ReadonlyMap<string, Inferred>,
  b: ReadonlyMap<string, Inferred>,
): ReadonlyMap<string, Inferred> {
  const merged = new Map(a)
  for (const [name, type] of b) {
    const known = merged.get(name)
    merged.set(name, known ? merge(known, type) : type)
  }
  return merged
}

/** The type that holds both; text when there is none. */
export function mergeTypes(a: string, b: string): string {
  if (a === b) return a
  const [x, y] = [widths.indexOf(a), widths.indexOf(b)]
  return x >= 0 && y >= 0 ? (widths[Math.max(x, y)] ?? 'string') : 'string'
}

export function hiveType(type: Inferred): string {
  switch (type.kind) {
    case 'unknown':
      return 'string'
    case 'scalar':
      return type.type
    case 'array':
      return `array<${hiveType(type.of)}>`
    case 'struct':
      if (type.members.size === 0) return 'string' // Hive has no empty structure
      return `struct<${[...type.members].map(([name, inner]) => `${name}:${hiveType(inner)}`).join(',')}>`
  }
}
