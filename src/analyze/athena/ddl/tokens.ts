/**
 * The words of a Hive or Athena statement with their places. Used for the statements that Biwa runs itself, and to find
 * where a SELECT names a table; SELECT itself is parsed by the engine.
 *
 *     word      letters, digits, _ (a bare identifier or a keyword)     quoted    `name` or "name"
 *     string    '…' with '' for a quote, in Hive's also \'                number    12, 1.5, 2e-3
 *     symbol    any other character                                      comments  -- … and slash-star … star-slash
 *
 * In Hive's statements "…" is a string wherever one is wanted, which most of AWS's examples write; a name may be written so too.
 */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end'
  /** Without its quotes. */
  readonly text: string
  /** Of what stands in double quotes in Hive's language: what it is as a string. */
  readonly string?: string
  /** Where it begins in the text. */
  readonly offset: number
  readonly end: number
}

/** Athena has two languages: Hive's for most of the catalog's statements, in which a backslash escapes, and Trino's. */
const hiveStatement = /^(?:ALTER|MSCK|SHOW|DESCRIBE|DESC|DROP)$|^CREATE (?:EXTERNAL|DATABASE|SCHEMA)$/i
const isHive = (tokens: readonly Token[]): boolean =>
  hiveStatement.test(tokens[0]?.text ?? '') || hiveStatement.test(`${tokens[0]?.text} ${tokens[1]?.text}`)

/** Ends with a token of kind `end`; undefined when a quote or a comment is never closed. */
export function tokensOf(sql: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let escaped = false
  let at = 0
  while (at < sql.length) {
    const skipped = skipBlank(sql, at)
    if (skipped === undefined) return undefined
    if (skipped > at) {
      at = skipped
      continue
    }
    const token = tokenAt(sql, at, escaped)
    if (!token) return undefined
    tokens.push(token)
    if (tokens.length <= 2) escaped = isHive(tokens)
    at = token.end
  }
  return [...tokens, { kind: 'end', text: '', offset: sql.length, end: sql.length }]
}

/** `line 1:8`, both from 1, as Athena's messages count. */
export function placeOf(sql: string, offset: number): string {
  const before = sql.slice(0, offset)
  return `line ${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`
}

function skipBlank(sql: string, at: number): number | undefined {
  const code = sql.charCodeAt(at)
  // Signs and letters, which most are.
  if (code > 0x2f && code < 0x80) return at
  if (code === 0x20 || /\s/.test(sql.charAt(at))) return at + 1
  if (sql.startsWith('--', at)) {
    const end = sql.indexOf('\n', at)
    return end < 0 ? sql.length : end + 1
  }
  if (!sql.startsWith('/*', at)) return at
  const end = sql.indexOf('*/', at + 2)
  return end < 0 ? undefined : end + 2
}

/** No part of a name or a number: `( ) * + , - . /`, `: ; < = > ? @`, `[ \\ ] ^`, `{ | } ~`. */
const isSign = (code: number): boolean =>
  (code >= 0x28 && code <= 0x2f) ||
  (code >= 0x3a && code <= 0x40) ||
  (code >= 0x5b && code <= 0x5e) ||
  (code >= 0x7b && code <= 0x7e)

const bare = /[\p{L}_][\p{L}\p{N}_]*|\d+(?:\.\d+)?(?:[eE][+-]?\d+(?![\p{L}\p{N}_]))?(?:[\p{L}_][\p{L}\p{N}_]*)?/uy

function tokenAt(sql: string, at: number, escaped: boolean): Token | undefined {
  const first = sql.charAt(at)
  if (first === "'") return quotedAt(sql, at, { kind: 'string', escaped })
  if (first === '"' && escaped) {
    const string = quotedAt(sql, at, { kind: 'string', escaped })
    return string && { ...string, kind: 'quoted', string: string.text }
  }
  if (first === '`' || first === '"') return quotedAt(sql, at, { kind: 'quoted', escaped: false })
  if (isSign(sql.charCodeAt(at))) return { kind: 'symbol', text: first, offset: at, end: at + 1 }
  bare.lastIndex = at
  const text = bare.exec(sql)?.[0]
  if (text === undefined) return { kind: 'symbol', text: first, offset: at, end: at + 1 }
  return {
    kind: /^\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? 'number' : 'word',
    text,
    offset: at,
    end: at + text.length,
  }
}

/** The signs of LIKE keep their backslash: it is for the pattern. */
const escapes: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', '0': '\0', b: '\b', Z: '\u001a' },
  ...{ '%': '\\%', _: '\\_' },
}

function quotedAt(
  sql: string,
  from: number,
  { kind, escaped }: { readonly kind: 'string' | 'quoted'; readonly escaped: boolean },
): Token | undefined {
  const quote = sql.charAt(from)
  let text = ''
  for (let at = from + 1; at < sql.length; at++) {
    const character = sql.charAt(at)
    if (character === '\\' && escaped && at + 1 < sql.length) {
      const octal = /^[0-3][0-7]{2}/.exec(sql.slice(at + 1, at + 4))?.[0]
      const unicode = /^u([0-9a-fA-F]{4})/.exec(sql.slice(at + 1, at + 6))?.[1]
      if (octal !== undefined) text += String.fromCharCode(Number.parseInt(octal, 8))
      else if (unicode !== undefined) text += String.fromCharCode(Number.parseInt(unicode, 16))
      else text += escapes[sql.charAt(at + 1)] ?? sql.charAt(at + 1)
      at += octal !== undefined ? 3 : unicode !== undefined ? 5 : 1
    } else if (character !== quote) text += character
    else if (sql.charAt(at + 1) === quote) {
      text += quote
      at += 1
    } else return { kind, text, offset: from, end: at + 1 }
  }
  return undefined
}
