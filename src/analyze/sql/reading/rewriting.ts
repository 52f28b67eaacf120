// What Athena writes and the parser does not read, or reads as something else: written for it in another form, and put back in
// its tree. Tokens decide, never the text itself; each mark is a name that the statement does not hold.
import { at, EngineFault, type Position } from '../../engine/fault.ts'
import { bracketedBodies, queriesBeforeSets, unnamedQueries } from './derived.ts'
import { type Edit, Edited, type Token } from './edits.ts'
import { mayBeForeign, refuseForeign } from './foreign.ts'
import { formEdits, mayBeForm } from './forms.ts'
import { type JsonCall, jsonCallNames, readJsonCall } from './json-calls.ts'
import { isLiteralOf } from './literal-text.ts'
import { mayBeName, nameEdits } from './names.ts'
import { unnamedFields } from './row-types.ts'

export interface Rewriting {
  readonly text: string
  /** The parser's tree as of the statement that was sent. */
  readonly restored: (tree: unknown) => unknown
  readonly position: (position: Position) => Position
}

/** A quick look: most statements hold none of it. */
const mayHold =
  /\b\d+[a-z_]|\b(?:values|table|distinct|rand|fetch|with|interval|both|leading|trailing|lateral|union|intersect|except|match_recognize|json_[a-z]+)\b|\b(?:bigint|integer|int|smallint|tinyint|real|double|precision|boolean|varchar|char|ipaddress|uuid|json|decimal)\s*'/i

/** A type that may have fields without a name. */
const mayBeRow = /\bas\s+(?:row|array|map)\s*[(<]/i

/** Of an item that is missing. */
const mayMiss = /\bselect\s+from\b|,\s*(?:from\b|where\b|[)\]]|;|$)/i

const literalTypes = new Set([
  ...['BIGINT', 'INTEGER', 'INT', 'SMALLINT', 'TINYINT', 'REAL', 'DOUBLE', 'BOOLEAN', 'VARCHAR', 'CHAR', 'IPADDRESS'],
])

/** Literals that the parser reads, whatever their text. */
const readLiterals = new Set(['DECIMAL', 'JSON', 'UUID'])

/** What cannot follow a comma. */
const afterItems = new Set(['', ';', ')', ']', 'FROM', 'WHERE'])

/** Behind these a query may begin. */
const beforeQueries = new Set(['', '(', ')', 'UNION', 'ALL', 'INTERSECT', 'EXCEPT', 'DISTINCT'])

const refusedWords = new Set(['MATCH_RECOGNIZE', 'JSON_TABLE'])

const isText = ({ type }: Token): boolean => type.endsWith('STRING') || type === 'QUOTED_IDENTIFIER'

export function rewritten(sql: string, tokensOf: (sql: string) => readonly Token[]): Rewriting | undefined {
  const isSuspect = mayBeForeign.test(sql)
  const looks = [mayHold, mayMiss, mayBeRow, mayBeForm, mayBeName]
  if (!isSuspect && !looks.some(look => look.test(sql))) return undefined
  const tokens = tokensOf(sql)
  const words = tokens.map(token => (isText(token) ? '"' : token.text.toUpperCase()))
  const sign = unusedSign(sql)
  const original = new Edited(sql, [])
  const where = (token: Token | undefined) => original.at(token?.start ?? [...sql].length)
  if (isSuspect) refuseForeign(sql, tokens, words, where)
  const calls: { readonly call: JsonCall; readonly token: Token }[] = []
  const edits: Edit[] = []
  for (const [index, token] of tokens.entries()) {
    const [word = '', next = '', before = ''] = [words[index], words[index + 1], words[index - 1]]
    if (isName(words, tokens, index)) edits.push({ start: token.start, end: token.end, text: `"${token.text}"` })
    if (before === '.') continue
    if (token.type === 'NUMBER' && tokens[index + 1]?.type === 'VAR' && tokens[index + 1]?.start === token.end) {
      edits.push(numberOf(token, tokens[index + 1] ?? token, where(token)))
      continue
    }
    if (token.type === 'NUMBER' && token.text.includes('_')) {
      edits.push({ start: token.start, end: token.end, text: token.text.replaceAll('_', '') })
      continue
    }
    if ((word === ',' && afterItems.has(next)) || (word === 'SELECT' && next === 'FROM')) {
      const position = where(tokens[index + 1])
      const input = next === '' || next === ';' ? '<EOF>' : (tokens[index + 1]?.text ?? '')
      const expected = word === ',' ? '<expression>' : "'*', 'ALL', 'DISTINCT', <expression>"
      throw new EngineFault('syntax', at(position, `mismatched input '${input}'. Expecting: ${expected}`), position)
    }
    edits.push(...formEdits(tokens, words, index, sign), ...nameEdits(token, words, index))
    const replace = (text: string) => edits.push({ start: token.start, end: token.end, text })
    if (word === 'AS')
      for (const start of unnamedFields(words, tokens, index))
        edits.push({ start, end: start, text: `"${sign}unnamed" ` })
    if (word === 'VALUES') replace(`SELECT "${sign}values",`)
    else if (word === 'TABLE' && beforeQueries.has(before) && next !== '(') replace('SELECT * FROM')
    else if (word === 'DISTINCT' && before === 'BY' && words[index - 2] === 'GROUP') replace(`"${sign}distinct",`)
    else if (word === 'RAND' && next === '(') replace('random')
    else if (word === 'FETCH' && (next === 'FIRST' || next === 'NEXT'))
      edits.push(...fetched(tokens, words, index, where))
    else if (jsonCallNames.has(word) && next === '(') {
      const { call, edits: more } = readJsonCall(tokens, index, `${sign}${calls.length}`, where)
      calls.push({ call, token })
      edits.push(...more)
    } else if ((refusedWords.has(word) || (word === 'TABLE' && before !== 'AS')) && next === '(') {
      const position = where(token)
      throw new EngineFault('unsupported', at(position, `${word} is not supported by this engine yet`), position)
    } else if (literalTypes.has(word) || readLiterals.has(word) || (word === 'PRECISION' && before === 'DOUBLE')) {
      const text = tokens[index + 1]
      if (text?.type !== 'STRING' || before === 'AS') continue
      const type = word === 'PRECISION' ? 'DOUBLE' : word
      checkLiteral(type, text, where(token))
      if (readLiterals.has(word)) continue
      const size = word === 'CHAR' ? `(${[...text.text].length || 1})` : ''
      const start = word === 'PRECISION' ? (tokens[index - 1] ?? token).start : token.start
      edits.push(
        { start, end: token.end, text: 'CAST(' },
        { start: text.end, end: text.end, text: ` AS ${type}${size})` },
      )
    }
  }
  // In brackets, the query of a WITH loses it.
  for (const index of bracketedBodies(words)) {
    const start = tokens[index]?.start ?? 0
    edits.push({ start, end: start, text: 'SELECT * FROM ' })
  }
  for (const [count, index] of unnamedQueries(words).entries()) {
    const end = tokens[index]?.end ?? 0
    edits.push({ start: end, end, text: ` "${sign}query${count}"` })
  }
  for (const [opener, closer] of queriesBeforeSets(words)) {
    const [start, end] = [tokens[opener]?.start ?? 0, tokens[closer]?.end ?? 0]
    edits.push({ start, end: start, text: `"${sign}value"(` }, { start: end, end, text: ')' })
  }
  if (edits.length === 0) return undefined
  const edited = new Edited(sql, edits)
  return {
    text: edited.text,
    restored: tree => restore(tree, { sign, calls, edited }),
    position: position => edited.position(position),
  }
}

const trims = new Set(['BOTH', 'LEADING', 'TRAILING'])

/** A word that Athena reserves only where it says something, and the parser everywhere. */
function isName(words: readonly string[], tokens: readonly Token[], index: number): boolean {
  const [word = '', next = '', before = ''] = [words[index], words[index + 1], words[index - 1]]
  if (word === 'LATERAL') return next !== '('
  if (trims.has(word)) return words[index - 2] !== 'TRIM' || before !== '('
  if (word !== 'INTERVAL' || (before === 'AS' && (next === 'DAY' || next === 'YEAR'))) return false
  if (next === '-' || next === '+') return tokens[index + 2]?.type !== 'STRING'
  return tokens[index + 1]?.type !== 'STRING' && tokens[index + 1]?.type !== 'NUMBER' && next !== '('
}

function checkLiteral(type: string, token: Token, position: Position): void {
  const shown = type === 'INT' ? 'integer' : type.toLowerCase()
  // The digits of a decimal are marked (engine/process/literal-marks.ts).
  const text = type === 'DECIMAL' ? token.text.replace(/^[\ue000-\uf8ff]/, '') : token.text
  if (isLiteralOf(shown, text)) return
  const said = at(position, `'${text}' is not a valid ${shown} literal`)
  throw new EngineFault('semantic', `INVALID_LITERAL: ${said}`, position)
}

/** 0x1F, 0o17 and 0b101 are a number and a name to the parser; any other name that begins with a digit is none. */
function numberOf(first: Token, second: Token, position: Position): Edit {
  const text = `${first.text}${second.text}`.replaceAll('_', '')
  if (/^0(?:x[0-9a-f]+|o[0-7]+|b[01]+)$/i.test(text))
    return { start: first.start, end: second.end, text: String(BigInt(text.toLowerCase())) }
  throw new EngineFault(
    'syntax',
    at(position, 'identifiers must not start with a digit; surround the identifier with double quotes'),
    position,
  )
}

/** FETCH FIRST n ROWS ONLY is a LIMIT, which the parser also reads behind a UNION. */
function fetched(
  tokens: readonly Token[],
  words: readonly string[],
  index: number,
  where: (token: Token) => Position,
): readonly Edit[] {
  const count = words[index + 2] === 'ROW' || words[index + 2] === 'ROWS' ? undefined : tokens[index + 2]
  const last = index + (count === undefined ? 3 : 4)
  const [first, end] = [tokens[index], tokens[last]]
  if (first === undefined || end === undefined) return []
  if (count?.type === 'NUMBER' && /^0+$/.test(count.text)) {
    const position = where(first)
    const text = at(position, 'FETCH FIRST row count must be positive (actual value: 0)')
    throw new EngineFault('semantic', `NUMERIC_VALUE_OUT_OF_RANGE: ${text}`, position)
  }
  if (words[last] !== 'ONLY') return []
  return [{ start: first.start, end: end.end, text: `LIMIT ${count?.text ?? '1'}` }]
}

export function unusedSign(sql: string): string {
  for (let code = 0xe000; code < 0xf8ff; code++) {
    const sign = String.fromCharCode(code)
    if (!sql.includes(sign)) return sign
  }
  throw new EngineFault('syntax', 'The statement holds every character of the private use area')
}

interface Marks {
  readonly sign: string
  readonly calls: readonly { readonly call: JsonCall; readonly token: Token }[]
  readonly edited: Edited
}

type Fields = Readonly<Record<string, unknown>>

function restore(tree: unknown, marks: Marks): unknown {
  if (Array.isArray(tree)) return tree.map(item => restore(item, marks))
  if (!isRecord(tree)) return tree
  const fields: Fields = Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      name === 'span' ? marks.edited.spanBefore(value) : restore(value, marks),
    ]),
  )
  if (typeof fields.name === 'string' && fields.name.replaceAll('"', '') === `${marks.sign}unnamed`)
    return { ...fields, name: '' }
  if (fields.name === `${marks.sign}count`) return { ...fields, name: 'count' }
  const { select, group_by: group, function: called } = fields
  if (isRecord(select) && markOf(select.expressions, marks) === 'values') return valuesOf(select)
  if (isRecord(called) && called.name === `${marks.sign}value` && Array.isArray(called.args)) return called.args[0]
  if (isRecord(called) && called.name === 'athena_json') return jsonCallOf(called, marks) ?? fields
  if (isRecord(group) && markOf(group.expressions, marks) === 'distinct')
    return { ...fields, group_by: { ...group, expressions: rest(group.expressions), distinct: true } }
  return fields
}

/** The mark that stands first in a list; undefined where none does. */
function markOf(list: unknown, { sign }: Marks): string | undefined {
  const [first] = Array.isArray(list) ? (list as readonly unknown[]) : []
  const column = isRecord(first) ? first.column : undefined
  const name = isRecord(column) && isRecord(column.name) ? column.name.name : undefined
  return typeof name === 'string' && name.startsWith(sign) ? name.slice(sign.length) : undefined
}

const rest = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list.slice(1) : [])

const tails = ['order_by', 'limit', 'offset', 'fetch', 'with']

/** Rows as the parser keeps them; what else the SELECT says stays with them, to be read or refused. */
function valuesOf(select: Fields): unknown {
  const rows = rest(select.expressions).map(item => {
    const tuple = isRecord(item) ? item.tuple : undefined
    return { expressions: isRecord(tuple) ? tuple.expressions : [item] }
  })
  const said = Object.entries(select).filter(
    ([name, value]) => name !== 'expressions' && value !== null && value !== undefined,
  )
  const inside = Object.fromEntries(said.filter(([name]) => !tails.includes(name)))
  const outside = Object.fromEntries(said.filter(([name]) => tails.includes(name)))
  const values = { values: { ...inside, expressions: rows } }
  return Object.keys(outside).length === 0 ? values : { subquery: { this: values, ...outside } }
}

function jsonCallOf(called: Fields, marks: Marks): unknown {
  const found = marks.calls[Number(markOf(called.args, marks))]
  if (found === undefined) return undefined
  const { call, token } = found
  const parts = rest(called.args)
  const of = (role: string) => parts.filter((_, index) => call.roles[index] === role)
  const single = ['input', 'path', 'returning', 'defaultOnEmpty', 'defaultOnError'].map(
    role => [role, of(role)[0]] as const,
  )
  return {
    json_call: {
      ...call.clauses,
      name: call.name,
      span: marks.edited.span(token.start, token.end),
      ...Object.fromEntries(single),
      passing: of('passing'),
      keys: of('key'),
      values: of('value'),
    },
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
