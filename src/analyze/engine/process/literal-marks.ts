// What the parser would misread, marked before it reads and put back in its tree: a backslash, which is a character like
// any other in Athena's texts; and the digits of DECIMAL '1.50', which the parser takes for a cast to DECIMAL and so to
// no digits behind the point. A mark is one character that the statement does not hold, so places stay what they are.

export interface Marked {
  readonly text: string
  readonly restored: (tree: unknown) => unknown
}

const apart = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\b(DECIMAL\s*)\s'((?:[^']|'')*')/gi

export function marked(sql: string): Marked {
  const hasDecimal = /\bdecimal\s+'/i.test(sql)
  if (!sql.includes('\\') && !hasDecimal) return { text: sql, restored: tree => tree }
  const [slash, digits] = unused(sql, 2)
  if (slash === undefined || digits === undefined) return { text: sql, restored: tree => tree }
  const text = (
    hasDecimal
      ? sql.replace(apart, (whole, word?: string, rest = '') =>
          word === undefined ? whole : `${word}'${digits}${rest}`,
        )
      : sql
  ).replaceAll('\\', slash)
  return { text, restored: tree => restore(tree, slash, digits) }
}

/** Of those that stand for nothing. */
function unused(sql: string, count: number): readonly string[] {
  const found: string[] = []
  for (let code = 0xe000; code < 0xf8ff && found.length < count; code++) {
    const sign = String.fromCharCode(code)
    if (!sql.includes(sign)) found.push(sign)
  }
  return found
}

function restore(tree: unknown, slash: string, digits: string): unknown {
  if (typeof tree === 'string') return tree.replaceAll(slash, '\\').replaceAll(digits, '')
  if (Array.isArray(tree)) return tree.map(item => restore(item, slash, digits))
  if (!isRecord(tree)) return tree
  const given = Object.entries(tree).map(([name, value]) => [name, restore(value, slash, digits)] as const)
  const { cast } = tree
  if (!isRecord(cast) || !isRecord(cast.this) || !isRecord(cast.this.literal) || !isRecord(cast.to))
    return Object.fromEntries(given)
  const value = cast.this.literal.value
  if (typeof value !== 'string' || !value.startsWith(digits)) return Object.fromEntries(given)
  const size = sizeOf(value.slice(digits.length))
  const literal = { ...cast.this.literal, value: value.slice(digits.length) }
  return { cast: { ...cast, this: { literal }, to: { ...cast.to, ...size } } }
}

/** A number with so many digits is a decimal of that size; what is no number fails in its cast. */
function sizeOf(text: string): { readonly precision: number; readonly scale: number } | undefined {
  const found = /^\s*[+-]?0*(\d*)(?:\.(\d*))?\s*$/.exec(text)
  if (found === null) return undefined
  const [, whole = '', part = ''] = found
  return { precision: Math.max(1, whole.length + part.length), scale: part.length }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
