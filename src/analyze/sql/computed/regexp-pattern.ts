// Athena's regular expressions (Joni with Java's syntax) in two other tongues: the one of this process' language, and RE2,
// which is DuckDB's and the quicker one, where it means the same. Classes of characters are those of Unicode. What has no
// counterpart is refused by name.
import { ComputeFault, invalid } from './computed.ts'

interface Piece {
  readonly here: string
  /** Undefined where RE2 has nothing of the same meaning. */
  readonly re2: string | undefined
  readonly length: number
}

export interface Translated {
  readonly here: string
  readonly re2: string | undefined
}

const kept = new Map<string, RegExp>()
const keptMax = 200

/** Global: whoever uses exec or test starts at lastIndex, which is 0. */
export function compiled(pattern: string): RegExp {
  const known = kept.get(pattern)
  if (known !== undefined) {
    known.lastIndex = 0
    return known
  }
  const made = expressionOf(translated(pattern).here, pattern)
  if (kept.size >= keptMax) kept.clear()
  kept.set(pattern, made)
  return made
}

const counted = new Map<string, number>()

/** How many groups the pattern has, whatever it is held against. */
export function groupsOf(pattern: string): number {
  const known = counted.get(pattern)
  if (known !== undefined) return known
  const found = expressionOf(`(?:${translated(pattern).here})|`, pattern).exec('')
  if (counted.size >= keptMax) counted.clear()
  counted.set(pattern, (found?.length ?? 1) - 1)
  return (found?.length ?? 1) - 1
}

function expressionOf(source: string, pattern: string): RegExp {
  try {
    return new RegExp(source, 'gu')
  } catch (cause) {
    throw invalid(wordsOf(String(cause).replace(/^.*: /, ''), pattern))
  }
}

/** Athena's own words for what this process' language finds wrong. */
const words: Readonly<Record<string, string>> = {
  'Unterminated group': 'end pattern with unmatched parenthesis',
  "Unmatched ')'": 'unmatched close parenthesis',
  'Nothing to repeat': 'target of repeat operator is not specified',
  'Unterminated character class': 'premature end of char-class',
  '\\ at end of pattern': 'end pattern at escape',
  'Range out of order in character class': 'empty range in char class',
  'Invalid group': 'undefined group option',
}

const wordsOf = (said: string, pattern: string): string => words[said] ?? `Invalid pattern '${pattern}': ${said}`

const unsupported = (what: string): ComputeFault =>
  new ComputeFault(`NOT_SUPPORTED: ${what} in a regular expression is not supported by this engine yet`)

const same = (text: string, length = text.length): Piece => ({ here: text, re2: text, length })

/** Members of a class of characters, in both tongues. */
const sets: Readonly<Record<string, readonly [here: string, re2: string]>> = {
  d: ['\\p{Nd}', '\\p{Nd}'],
  w: ['\\p{L}\\p{M}\\p{Nd}\\p{Pc}', '\\p{L}\\p{M}\\p{Nd}\\p{Pc}'],
  s: ['\\t-\\r\\x85\\p{Z}', '\\t-\\r\\x{85}\\p{Z}'],
}

/** Java's names of classes; POSIX' are the same in small letters. */
const classes: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: ' \\t-\\r',
}

const word = '[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]'
const anchors: Readonly<Record<string, Piece>> = {
  A: { here: '(?<![^])', re2: '\\A', length: 2 },
  z: { here: '(?![^])', re2: '\\z', length: 2 },
  Z: { here: '(?=\\n?(?![^]))', re2: undefined, length: 2 },
  b: { here: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`, re2: undefined, length: 2 },
  B: { here: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`, re2: undefined, length: 2 },
}

function escaped(text: string, inClass: boolean): Piece {
  const sign = text[1]
  if (sign === undefined) throw invalid('end pattern at escape')
  const set = sets[sign.toLowerCase()]
  const members = ([here, re2]: readonly [string, string], not: boolean, length: number): Piece => {
    if (inClass && not) throw unsupported(`'${text.slice(0, length)}' within brackets`)
    if (inClass) return { here, re2, length }
    return { here: `[${not ? '^' : ''}${here}]`, re2: `[${not ? '^' : ''}${re2}]`, length }
  }
  if (set !== undefined) return members(set, sign !== sign.toLowerCase(), 2)
  if ('nrtf'.includes(sign)) return same(`\\${sign}`)
  if (sign === 'a') return same('\\x07', 2)
  if (sign === 'e') return same('\\x1B', 2)
  const anchor = anchors[sign]
  if (anchor !== undefined && !inClass) return anchor
  const number = /^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|x\{([0-9A-Fa-f]{1,6})\})/.exec(text)
  if (number !== null) {
    const code = number[1] ?? number[2] ?? number[3]
    return { here: `\\u{${code}}`, re2: `\\x{${code}}`, length: number[0].length }
  }
  const property = /^\\([pP])(?:\{(\^?)(?:Is)?([A-Za-z_]+)\}|([A-Z]))/.exec(text)
  if (property !== null) {
    const name = property[3] ?? property[4] ?? ''
    const not = (property[1] === 'P') !== (property[2] === '^')
    const known = classes[name]
    if (known !== undefined) return members([known, known], not, property[0].length)
    if (name === 'Alphabetic') throw unsupported(`'${property[0]}'`)
    const sign = not ? 'P' : 'p'
    const here = `\\${sign}{${name.length <= 2 ? name : `Script=${name}`}}`
    return { here, re2: `\\${sign}{${name}}`, length: property[0].length }
  }
  const back = /^\\(?:k<[A-Za-z]\w*>|[1-9])/.exec(text)
  if (back !== null && !inClass) return { here: back[0], re2: undefined, length: back[0].length }
  if (/[A-Za-z0-9]/.test(sign)) throw unsupported(`'\\${sign}'`)
  return { ...plain(sign, inClass), length: 2 }
}

/** A character that stands for itself. */
function plain(point: string, inClass: boolean): Piece {
  const special = inClass ? /[\\\]^[-]/ : /[\^$\\.*+?()[\]{}|/]/
  return same(special.test(point) ? `\\${point}` : point, point.length)
}

export function translated(pattern: string): Translated {
  // Flags of the whole pattern stand in front: i no matter of case, m lines have ends, s the dot takes an end of line.
  const front = /^(\^?)\(\?([ims]+)\)/.exec(pattern)
  const flags = front?.[2] ?? ''
  const text = front === null ? pattern : `${front[1]}${pattern.slice(front[0].length)}`
  let [here, re2]: [string, string | undefined] = ['', '']
  for (let at = 0; at < text.length; ) {
    const piece = pieceOf(text.slice(at), flags)
    here += piece.here
    re2 = re2 === undefined || piece.re2 === undefined ? undefined : re2 + piece.re2
    at += piece.length
  }
  if (!flags.includes('i')) return { here, re2 }
  return { here: `(?i:${here})`, re2: re2 === undefined ? undefined : `(?i:${re2})` }
}

function pieceOf(text: string, flags: string): Piece {
  const sign = text[0] ?? ''
  if (text.startsWith('\\Q')) {
    const end = text.indexOf('\\E')
    const quoted = [...text.slice(2, end < 0 ? text.length : end)].map(point => plain(point, false).here).join('')
    return same(quoted, end < 0 ? text.length : end + 2)
  }
  if (sign === '\\') return escaped(text, false)
  if (sign === '[') return bracketed(text)
  if (sign === '.') return flags.includes('s') ? { here: '[^]', re2: '(?s:.)', length: 1 } : same('[^\\n]', 1)
  const lines = flags.includes('m')
  if (sign === '^') return { here: lines ? '(?<![^\\n])' : '(?<![^])', re2: lines ? '(?m:^)' : '\\A', length: 1 }
  // The end, or before a line's end that is the last character: RE2 cannot say that.
  if (sign === '$')
    return { here: lines ? '(?![^\\n])' : '(?=\\n?(?![^]))', re2: lines ? '(?m:$)' : undefined, length: 1 }
  const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})([?+]?)/.exec(text)
  if (quantifier !== null) {
    if (quantifier[1] === '+') throw unsupported(`A possessive quantifier ('${quantifier[0]}')`)
    return same(quantifier[0])
  }
  const open = /^\(\?(?:(:)|([=!]|<[=!])|<([A-Za-z]\w*)>|([ims]+):)/.exec(text)
  if (open !== null) {
    if (open[4] !== undefined && open[4] !== 'i') throw unsupported(`'${open[0]}'`)
    const re2 = open[2] !== undefined ? undefined : open[3] === undefined ? open[0] : `(?P<${open[3]}>`
    return { here: open[0], re2, length: open[0].length }
  }
  if (text.startsWith('(?>')) throw unsupported('An atomic group')
  if (text.startsWith('(?')) throw unsupported(`'${text.slice(0, 4)}'`)
  if ('(|)'.includes(sign)) return same(sign)
  return plain(String.fromCodePoint(text.codePointAt(0) ?? 0), false)
}

function bracketed(text: string): Piece {
  const not = text[1] === '^'
  const start = not ? 2 : 1
  let [here, re2, at] = ['', '', start]
  while (at < text.length) {
    const rest = text.slice(at)
    const posix = /^\[:(\w+):\]/.exec(rest)
    const piece = posix === null ? memberOf(rest, at === start) : posixClass(posix[0], posix[1] ?? '')
    if (piece === undefined)
      return { here: `[${not ? '^' : ''}${here}]`, re2: `[${not ? '^' : ''}${re2}]`, length: at + 1 }
    here += piece.here
    re2 += piece.re2 ?? ''
    at += piece.length
  }
  throw invalid('premature end of char-class')
}

function posixClass(text: string, name: string): Piece {
  const members = classes[name === 'xdigit' ? 'XDigit' : `${name[0]?.toUpperCase()}${name.slice(1)}`]
  if (members === undefined) throw unsupported(`'${text}'`)
  return same(members, text.length)
}

/** Undefined where the brackets end. */
function memberOf(rest: string, first: boolean): Piece | undefined {
  if (rest[0] === ']' && !first) return undefined
  if (rest[0] === '[') throw unsupported('A class of characters within another')
  if (rest.startsWith('&&')) throw unsupported('An intersection of classes of characters')
  if (rest[0] === '\\') return escaped(rest, true)
  if (rest[0] === '-') {
    // A range, unless it stands at an end.
    const between = !first && rest[1] !== ']' && rest[1] !== '\\'
    return between ? same('-') : same('\\-', 1)
  }
  return plain(String.fromCodePoint(rest.codePointAt(0) ?? 0), true)
}
