// What is asked of jq so that one run serves many documents, and how its answer is read: one line a document, whatever
// the query does with it. It runs nothing itself.
//
//   try [(the query)] catch {error: .}   ->   [{"customer":"c1"}]  or  {"error":"Cannot index number with …"}

import { isUtf8 } from 'node:buffer'
import type { Extracted } from './messages.ts'

/** The query stands on lines of its own: it may end in a comment. */
export function programOf(query: string): string {
  return `try [(\n${query}\n)] catch {error: .}`
}

/** AWS's own words, as seen in its error objects (code DynamicPartitioning.MetadataExtractionFailed). */
const emptyKey = 'partitionKeys values must not be null or empty'
export const notJson =
  'Non JSON record provided. Only JSON data is supported by the metadata extraction processor using a JQ query'
const notUtf8 =
  'Non UTF8 record provided. Only UTF8 encoded data supported by Metadata Extraction processor using JQ query'

/** Why a document is not given to jq at all. */
export function unreadable(document: Buffer): string | undefined {
  if (!isUtf8(document)) return notUtf8
  try {
    JSON.parse(document.toString())
  } catch {
    return notJson
  }
  return undefined
}

/** A line of jq's answer. */
export function extracted(line: string): Extracted {
  const answer: unknown = JSON.parse(line)
  if (!Array.isArray(answer)) {
    const { error } = answer as { readonly error: unknown }
    return { error: `The query failed: ${typeof error === 'string' ? error : JSON.stringify(error)}` }
  }
  const [found]: readonly unknown[] = answer
  if (answer.length !== 1 || typeof found !== 'object' || found === null || Array.isArray(found)) {
    return { error: `The query must make one JSON object of a record, and made ${described(answer)}` }
  }
  const entries = Object.entries(found)
  for (const [name, value] of entries) {
    if (value === null || value === '') return { error: emptyKey }
    if (typeof value !== 'object') continue
    return { error: `The partition key ${name} is ${described([value])}: it must be a string, a number or a boolean` }
  }
  if (entries.some(([, value]) => typeof value === 'number')) return { keys: withNumbersAsWritten(line) }
  return { keys: Object.fromEntries(entries.map(([name, value]) => [name, String(value)])) }
}

function described(values: readonly unknown[]): string {
  if (values.length !== 1) return values.length === 0 ? 'nothing' : `${values.length} values`
  const [value] = values
  if (Array.isArray(value)) return 'an array'
  if (value === null) return 'null'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/**
 * jq keeps the digits of a number that it did not calculate with, as in 12345678901234567890 or 1.50: so must its text.
 * Only an exponent is written out, as jq 1.6 does.
 */
function withNumbersAsWritten(line: string): Readonly<Record<string, string>> {
  const asText = (_: string, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value === 'boolean') return String(value)
    if (typeof value !== 'number') return value
    const source = context?.source ?? ''
    return /[eE]/.test(source) && Number.isFinite(value) ? String(value) : source
  }
  const [keys] = JSON.parse(line, asText) as readonly [Readonly<Record<string, string>>]
  return keys
}
