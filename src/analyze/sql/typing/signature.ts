// What a function takes and gives, written as Athena's documentation writes it, and read once:
//
//   (array(T), function(T, U)) -> array(U)
//   (decimal(p,s), bigint) -> decimal(p,s)
//   (varchar, E...) -> varchar             E... any number of them, all of one type
//   (varchar(x)) -> varchar(x)             a text that stays as long as it may be
//   (char(x)) -> char(x)                   a text of that length
//   (array(E)) -> array(E) E:comparable    of a type whose values are the same or not
//
// A capital letter stands for a type: N for any number, O for any type with an order, others for any. The same letter is
// the same type throughout, to which all that stands for it turns by itself.
import { common, numberName, turnsInto } from './coercion.ts'
import { parseType } from './parse.ts'
import { isComparable, isSimple, nameOf, type Type } from './type.ts'

/** A type with letters in it, or with a `decimal(p,s)` of any size. */
export type Pattern =
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'type'; readonly type: Type }
  /** `?`: whatever it is. */
  | { readonly kind: 'any' }
  | { readonly kind: 'anyDecimal' }
  | { readonly kind: 'array'; readonly of: Pattern }
  | { readonly kind: 'map'; readonly key: Pattern; readonly value: Pattern }
  | { readonly kind: 'anyRow' }
  | { readonly kind: 'function'; readonly parameters: readonly Pattern[]; readonly result: Pattern }

export interface Signature {
  readonly text: string
  readonly parameters: readonly Pattern[]
  /** The last parameter may come any number of times, or not at all. */
  readonly repeats: boolean
  readonly result: Pattern
  /** The letter of the type whose values are held against one another. */
  readonly comparable: string | undefined
}

const read = new Map<string, Signature>()

export function signature(text: string): Signature {
  const known = read.get(text)
  if (known !== undefined) return known
  const found = /^\((.*)\)\s*->\s*(.+?)(?: ([A-Z]):comparable)?$/s.exec(text.trim())
  if (found === null) throw new Error(`${text} is no signature: (parameters) -> result`)
  const parts = splitTopLevel(found[1] ?? '')
  const repeats = parts.at(-1)?.endsWith('...') ?? false
  const parameters = parts.map(part => pattern(part.replace(/\.\.\.$/, '')))
  const made = { text, parameters, repeats, result: pattern(found[2] ?? ''), comparable: found[3] }
  read.set(text, made)
  return made
}

function pattern(text: string): Pattern {
  const trimmed = text.trim()
  if (/^[A-Z]$/.test(trimmed)) return { kind: 'letter', letter: trimmed }
  if (trimmed === 'varchar(x)') return { kind: 'letter', letter: 'x' }
  if (trimmed === 'char(x)') return { kind: 'letter', letter: 'c' }
  if (trimmed === '?') return { kind: 'any' }
  if (trimmed === 'decimal(p,s)') return { kind: 'anyDecimal' }
  if (trimmed === 'row') return { kind: 'anyRow' }
  const nested = /^(array|map|function)\((.*)\)$/s.exec(trimmed)
  if (nested === null) return { kind: 'type', type: parseType(trimmed) }
  const parts = splitTopLevel(nested[2] ?? '').map(pattern)
  const last = parts.at(-1)
  const [first, second] = parts
  if (nested[1] === 'array' && first) return { kind: 'array', of: first }
  if (nested[1] === 'map' && first && second) return { kind: 'map', key: first, value: second }
  if (last === undefined) throw new Error(`${text} has no parts`)
  return { kind: 'function', parameters: parts.slice(0, -1), result: last }
}

/** Cut at the commas that no bracket encloses. */
export function splitTopLevel(text: string): readonly string[] {
  if (text.trim() === '') return []
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, index).trim())
      from = index + 1
    }
  }
  parts.push(text.slice(from).trim())
  return parts
}

/** The letters of one call, as far as they are known. */
export type Letters = Map<string, Type>

/** Binds what an argument's type tells; false when it cannot be what the parameter wants. */
export function bind(to: Pattern, from: Type, letters: Letters): boolean {
  if (from.kind === 'simple' && from.name === 'unknown' && to.kind !== 'letter') return true
  switch (to.kind) {
    case 'letter': {
      if (to.letter === 'N' && numberName(from) === undefined && !(from.kind === 'simple' && from.name === 'unknown'))
        return false
      if (to.letter === 'O' && !isOrdered(from)) return false
      if (to.letter === 'c' && from.kind !== 'char') return false
      const given = to.letter === 'x' ? textOf(from) : from
      if (given === undefined) return false
      const known = letters.get(to.letter)
      const both = known === undefined ? given : common(known, given)
      if (both !== undefined) letters.set(to.letter, both)
      return both !== undefined
    }
    case 'type':
      return turnsInto(from, to.type)
    case 'any':
      return true
    case 'anyDecimal':
      return from.kind === 'decimal'
    case 'anyRow':
      return from.kind === 'row'
    case 'array':
      return from.kind === 'array' && bind(to.of, from.of, letters)
    case 'map':
      return from.kind === 'map' && bind(to.key, from.key, letters) && bind(to.value, from.value, letters)
    case 'function':
      return from.kind === 'function'
  }
}

/** Maps and JSON are in no order, nor is what holds them. */
function isOrdered(type: Type): boolean {
  if (type.kind === 'array') return isOrdered(type.of)
  if (type.kind === 'row') return type.fields.every(field => isOrdered(field.type))
  return type.kind !== 'map' && type.kind !== 'function' && !isSimple(type, 'json', 'BingTile') && isComparable(type)
}

/** A text of any length, as a varchar. */
function textOf(type: Type): Type | undefined {
  if (isSimple(type, 'unknown')) return type
  if (type.kind === 'char') return { kind: 'varchar', length: type.length }
  return type.kind === 'varchar' ? type : undefined
}

/** The type that a pattern is once its letters are known; undefined while one is not. `sized` stands for decimal(p,s). */
export function filled(pattern: Pattern, letters: Letters, sized: Type | undefined): Type | undefined {
  switch (pattern.kind) {
    case 'letter': {
      const known = letters.get(pattern.letter)
      return pattern.letter === 'x' && known && isSimple(known, 'unknown') ? { kind: 'varchar' } : known
    }
    case 'type':
      return pattern.type
    case 'any':
    case 'anyDecimal':
    case 'anyRow':
      return sized
    case 'array': {
      const of = filled(pattern.of, letters, sized?.kind === 'array' ? sized.of : sized)
      return of && { kind: 'array', of }
    }
    case 'map': {
      const key = filled(pattern.key, letters, sized)
      const value = filled(pattern.value, letters, sized)
      return key && value && { kind: 'map', key, value }
    }
    case 'function': {
      const parameters = pattern.parameters.map(part => filled(part, letters, sized))
      const result = filled(pattern.result, letters, sized)
      if (result === undefined || parameters.includes(undefined)) return undefined
      return { kind: 'function', parameters: parameters.filter(part => part !== undefined), result }
    }
  }
}

/** AWS's words where no overload takes the arguments. */
export function unexpectedParameters(name: string, given: readonly Type[], known: readonly string[]): string {
  const expected = [...new Set(known.map(text => `${name}${text.replace(/\s*->.*$/s, '')}`))].sort().join(', ')
  const types = given.map(type => (type.kind === 'function' ? '<function>' : nameOf(type)))
  return `Unexpected parameters (${types.join(', ')}) for function ${name}. Expected: ${expected}`
}
