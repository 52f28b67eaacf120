// A template with $1, $2 … for its arguments ($* for all, $3* for all from the third on) as a text of the engine.
//
// An argument that the template, or a macro in it, names more than once is written as often: columns and what is small so
// stay plain to the optimizer, which makes what stands there twice but once. What is large would double with each call around
// it, and what comes out anew each time (random()) would differ: such arguments are bound first, as the one item of a list
// whose lambda is the template: list_transform([argument], v -> template)[1].

import type { Value } from './value.ts'
import { scanned } from './weight.ts'

/** Between quotes stands what a statement says: no sign in there is the template's. */
const places = /('(?:[^']|'')*'|"(?:[^"]|"")*")|\$(\d*)(\*?)/g

export function fill(template: string, parts: readonly string[]): string {
  return template.replace(places, (whole, text: string | undefined, from = '', star = '') => {
    if (text !== undefined) return text
    if (star !== '') return parts.slice(from === '' ? 0 : Number(from) - 1).join(', ')
    return from === '' ? whole : (parts[Number(from) - 1] ?? 'NULL')
  })
}

/** Each argument made once. What may not be made at all in some rows (a branch, a default) has one place in its template. */
export function once(template: string, parts: readonly string[]): string {
  const costly = parts.map(isCostly)
  if (!costly.includes(true)) return fill(template, parts)
  const { uses } = scanned(template, parts.length)
  if (!costly.some((is, index) => is && (uses[index] ?? 0) > 1)) return fill(template, parts)
  return apart(template, parts)
}

/** All arguments made before the template, in whose lambda they are but named. */
export function apart(template: string, parts: readonly string[]): string {
  const bound = parts.map(isBindable)
  const name = freeName([template, ...parts.filter((_, index) => bound[index] !== true)])
  const fields = parts.flatMap((part, index) => (bound[index] === true ? [`p${index} := ${part}`] : []))
  const [field, more] = fields
  if (field === undefined) return fill(template, parts)
  const isOne = more === undefined
  const list = isOne ? field.slice(field.indexOf('=') + 2) : `struct_pack(${fields.join(', ')})`
  const inside = parts.map((part, index) => (bound[index] !== true ? part : isOne ? name : `${name}.p${index}`))
  return `list_transform([${list}], ${name} -> ${fill(template, inside)})[1]`
}

/** The same of what is written from values: `write` sees places instead of all but constants. */
export function madeOnce<Some extends readonly Value[]>(
  values: readonly [...Some],
  write: (...values: readonly [...Some]) => Value,
): Value {
  if (!values.some(({ sql }) => isCostly(sql))) return write(...values)
  const seen = values.map((value, index) => (isBindable(value.sql) ? { ...value, sql: `$${index + 1}` } : value))
  const made = write(...(seen as unknown as Some))
  const texts = values.map(({ sql }) => sql)
  return { ...made, sql: once(made.sql, texts) }
}

/** Of a text with its macros put in, in characters. */
const weightMax = 800

const volatile = /\b(?:random|uuid|athena_shuffle)\(/
const query = /\bSELECT\b/

/** What is made once if it can be: a large text, and what is not the same twice. */
export function isCostly(text: string): boolean {
  const isLarge = text.length > weightMax || (text.includes('athena_') && scanned(text, 0).weight > weightMax)
  return (isLarge || volatile.test(text)) && isBindable(text)
}

const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g
const constant = /^(?:''|[\d.+-]|(?<=\d)[eE](?=[\d+-])|to_[a-z]+(?=\()|(?:true|false|[A-Z]+)\b|[\s()[\],])*$/
const lambda = /^(?:"(?:[^"]|"")*"|\((?:"(?:[^"]|"")*"(?:, )?)+\)) ->/

/** A lambda is no value, and a constant says the engine more where it stands. */
function isBindable(text: string): boolean {
  if (lambda.test(text)) return false
  const bare = text.replace(quoted, word => (word.startsWith("'") ? "''" : 'name'))
  return query.test(bare) || !constant.test(bare)
}

/** That no binding inside of these has. */
function freeName(texts: readonly string[]): string {
  let number = 0
  while (texts.some(text => text.includes(`athena_v${number}`))) number += 1
  return `athena_v${number}`
}
