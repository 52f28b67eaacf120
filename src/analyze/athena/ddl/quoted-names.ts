/**
 * Hive's statements know no names in double quotes: what stands so is a text. Athena refuses them when they are started, told with
 * the place; names without quotes and in back-quotes are taken. https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html
 *
 *     the part in quotes is     the first                    the second               the third
 *     DESCRIBE, DESC            no viable alternative: all   no viable …: the name    mismatched input
 *     SHOW COLUMNS, DROP TABLE  mismatched input             no viable …: the name    mismatched input
 *     ALTER TABLE               no viable alternative: all, wherever it is
 *     SHOW CREATE TABLE         not supported, without a place
 *     SHOW TABLES IN            mismatched input
 */
import { malformedStatement, malformedText } from '../faults.ts'
import { placeOf, type Token, tokensOf } from './tokens.ts'

type Kind = 'describe' | 'columns' | 'alter' | 'create' | 'tables'

const statements: readonly (readonly [RegExp, Kind])[] = [
  [/^DESC(?:RIBE)? (?!DATABASE |SCHEMA |EXTENDED |FORMATTED )/, 'describe'],
  [/^SHOW COLUMNS (?:IN|FROM) /, 'columns'],
  [/^DROP TABLE (?:IF EXISTS )?/, 'columns'],
  [/^SHOW CREATE TABLE /, 'create'],
  [/^SHOW TABLES (?:IN|FROM) /, 'tables'],
  [/^ALTER TABLE /, 'alter'],
]

export function demandUnquoted(sql: string): void {
  const tokens = tokensOf(sql) ?? []
  const words = tokens.slice(0, 5).map(({ kind, text }) => (kind === 'word' ? text.toUpperCase() : kind))
  const line = `${words.join(' ')} `
  for (const [begins, kind] of statements) {
    const found = begins.exec(line)?.[0]
    if (found === undefined) continue
    const parts = nameAt(tokens, found.trim().split(' ').length)
    const place = parts.findIndex(({ offset }) => sql.charAt(offset) === '"')
    if (place >= 0) throw refusal(sql, kind, { tokens, parts, place })
    return
  }
}

interface Quoted {
  readonly tokens: readonly Token[]
  readonly parts: readonly Token[]
  readonly place: number
}

function refusal(sql: string, kind: Kind, { tokens, parts, place }: Quoted): Error {
  const [statement, name, part] = [tokens[0], parts[0], parts[place]]
  if (kind === 'create' || !statement || !name || !part) return malformedText('Queries of this type are not supported')
  const noWay = (from: Token) =>
    malformedStatement(
      placeOf(sql, part.offset),
      `no viable alternative at input '${shown(sql.slice(from.offset, part.end))}'`,
    )
  if (kind === 'alter' || (kind === 'describe' && place === 0)) return noWay(statement)
  if (kind !== 'tables' && place === 1) return noWay(name)
  const input = shown(sql.slice(part.offset, part.end))
  return malformedStatement(placeOf(sql, part.offset), `mismatched input '${input}' expecting ${names}`)
}

/** The parts of the name that begins with this token. */
function nameAt(tokens: readonly Token[], first: number): readonly Token[] {
  const parts: Token[] = []
  for (let index = first; ; index += 2) {
    const part = tokens[index]
    if (part?.kind === 'word' || part?.kind === 'quoted') parts.push(part)
    if (tokens[index + 1]?.text !== '.') return parts
  }
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const shown = (text: string): string => text.replace(/[\n\r\t]/g, sign => escapes[sign] ?? sign)

/** Athena lists every word of the language that may be a name besides. */
const names = '{IDENTIFIER, BACKQUOTED_IDENTIFIER}'
