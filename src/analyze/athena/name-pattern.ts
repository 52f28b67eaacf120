/** Patterns over names of tables and databases, matched in bounded time: they come from strangers. */
import { tablePattern } from '../../catalog/glue/table-pattern.ts'
import { Fault } from '../../gateway/fault.ts'
import { danglingSign, ddlInvalid, InvalidRequestException } from './faults.ts'

/** As long as the Expression of Glue's GetTables. */
const patternCharactersMax = 2048

/** SHOW's patterns: `*` and `.*` stand for any text, `|` for or, every other character for itself. */
export function showPattern(pattern: string): (name: string) => boolean {
  if (pattern.length > patternCharactersMax)
    throw ddlInvalid(`A pattern has at most ${patternCharactersMax} characters: this one has ${pattern.length}`)
  const choices = pattern.split('|').map(choice =>
    choice
      .split(/(?:\.?\*)+/)
      .map(literal)
      .join('.*'),
  )
  return tablePattern(choices.join('|'))
}
const literal = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '\\$&')

/**
 * SHOW DATABASES, whose patterns are Java's regular expressions over the whole name, capitals told apart, but for a lone `*`.
 * A name has no capitals, so what has some is of no name.
 */
export function databasePattern(pattern: string): (name: string) => boolean {
  if (pattern === '*') return () => true
  if (pattern.length > patternCharactersMax) return showPattern(pattern)
  if (/^[*+?]/.test(pattern)) throw danglingSign(pattern)
  if (/(?<!\\)\p{Lu}/u.test(pattern)) return () => false
  // Behind a plain letter a star stands for any text in the catalog's own patterns; in a set it repeats.
  return namePattern(pattern.replace(/(?<!\\)([\p{L}\p{N}_-])(?=\*)/gu, '[$1]'))
}

/** The Expression of ListTableMetadata: a regular expression over the whole name. */
export function namePattern(expression: string): (name: string) => boolean {
  try {
    return tablePattern(expression)
  } catch (cause) {
    if (cause instanceof Fault) throw new InvalidRequestException(cause.message)
    throw cause
  }
}
