// The schema of raw JSON that nobody declared: from a bounded sample of documents, as the crawler of a lake would see it.
// Whole numbers are bigint, numbers with a point or an exponent double; what contradicts itself is a string.

import type { Column } from '../request.ts'

type Guess =
  | { readonly kind: 'null' | 'boolean' | 'bigint' | 'double' | 'string' }
  | { readonly kind: 'array'; readonly element: Guess }
  /** By their names in lower case; each is spelled as it was seen first. */
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, Member> }

interface Member {
  readonly name: string
  readonly guess: Guess
}

const documentsPerHead = 500

/** Samples the documents that are whole in these heads of objects. */
export function inferSchema(heads: readonly string[]): readonly Column[] {
  let guess: Guess = { kind: 'null' }
  for (const head of heads) {
    for (const document of documentsOf(head)) guess = merged(guess, document)
  }
  if (guess.kind !== 'struct') return []
  return [...guess.fields].map(([name, { guess: field }]) => ({ name, type: hive(field) }))
}

function documentsOf(head: string): readonly Guess[] {
  const found: Guess[] = []
  // Glued documents are told apart here as the splitter would: the sample only needs most of them.
  for (const line of head.replaceAll(/\}\s*\{/g, '}\n{').split('\n')) {
    if (found.length >= documentsPerHead) break
    const guess = guessOf(line)
    if (guess?.kind === 'struct') found.push(guess)
  }
  const whole = found.length === 0 ? guessOf(head) : undefined
  return whole?.kind === 'struct' ? [whole] : found
}

type Reviver = (key: string, item: unknown, context: { readonly source?: string }) => unknown

/** The platform hands the reviver the text of each value; the library's types do not know that yet. */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown

function guessOf(text: string): Guess | undefined {
  if (text.trim() === '') return undefined
  try {
    // The text of a number tells 1.0 from 1.
    return of(
      parseWithSource(text, (_, item, context) =>
        typeof item === 'number' ? { numeral: context.source ?? '' } : item,
      ),
    )
  } catch {
    return undefined
  }
}

function of(value: unknown): Guess {
  if (value === null) return { kind: 'null' }
  if (typeof value === 'boolean') return { kind: 'boolean' }
  if (typeof value !== 'object') return { kind: 'string' }
  if (Array.isArray(value)) return { kind: 'array', element: value.map(of).reduce(merged, { kind: 'null' }) }
  if ('numeral' in value && typeof value.numeral === 'string') {
    return { kind: /^-?\d{1,18}$/.test(value.numeral) ? 'bigint' : 'double' }
  }
  const fields = new Map<string, Member>()
  for (const [name, item] of Object.entries(value)) add(fields, { name, guess: of(item) })
  return { kind: 'struct', fields }
}

/** SQL tells no case apart: two members that differ by it are one column. */
function add(fields: Map<string, Member>, { name, guess }: Member): void {
  const before = fields.get(name.toLowerCase())
  fields.set(name.toLowerCase(), before ? { name: before.name, guess: merged(before.guess, guess) } : { name, guess })
}

function merged(one: Guess, other: Guess): Guess {
  if (one.kind === 'null') return other
  if (other.kind === 'null') return one
  if (one.kind === 'struct' && other.kind === 'struct') {
    const fields = new Map(one.fields)
    for (const member of other.fields.values()) add(fields, member)
    return { kind: 'struct', fields }
  }
  if (one.kind === 'array' && other.kind === 'array')
    return { kind: 'array', element: merged(one.element, other.element) }
  if (one.kind === other.kind) return one
  const numbers = new Set(['bigint', 'double'])
  return numbers.has(one.kind) && numbers.has(other.kind) ? { kind: 'double' } : { kind: 'string' }
}

function hive(guess: Guess): string {
  if (guess.kind === 'null') return 'string'
  if (guess.kind === 'array') return `array<${hive(guess.element)}>`
  if (guess.kind === 'struct') {
    const members = [...guess.fields.values()]
    const usable = members.length > 0 && members.every(({ name }) => /^[\w$-]+$/.test(name))
    return usable ? `struct<${members.map(({ name, guess: field }) => `${name}:${hive(field)}`).join(',')}>` : 'string'
  }
  return guess.kind
}
