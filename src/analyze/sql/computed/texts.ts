// Texts: what Athena's functions of texts do that DuckDB's do not. https://trino.io/docs/current/functions/string.html
import { type ComputedTable, computed, invalid } from './computed.ts'

/** Characters as Athena counts them: code points. */
const points = (text: string): readonly string[] => [...text]

/** Athena's longest text of listagg. */
const listedBytesMax = 1_048_576

/** As many of the items as fit, then what stands for the others, and how many these are. */
function cut(all: readonly (string | null)[], separator: string, filler: string, counts: boolean): string | null {
  const items = all.filter(item => item !== null)
  if (items.length === 0) return null
  let bytes = 0
  const fitting = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(item) + (index === 0 ? 0 : Buffer.byteLength(separator))
    return bytes > listedBytesMax
  })
  if (fitting === -1) return items.join(separator)
  return [...items.slice(0, fitting), counts ? `${filler}(${items.length - fitting})` : filler].join(separator)
}

export const texts: ComputedTable = {
  athena_listed_cut: computed(['VARCHAR[]', 'VARCHAR', 'VARCHAR', 'BOOLEAN'], 'VARCHAR', cut),
  athena_chr: computed(['BIGINT'], 'VARCHAR', code => {
    // A half of a pair is no text that UTF-8 could hold.
    if (code < 0n || code > 0x10ffffn || (code >= 0xd800n && code <= 0xdfffn))
      throw invalid(`Not a valid Unicode code point: ${code}`)
    return String.fromCodePoint(Number(code))
  }),
  athena_codepoint: computed(['VARCHAR'], 'BIGINT', text => {
    const code = text.codePointAt(0)
    if (code === undefined) throw invalid('Input string must be a single character string')
    return BigInt(code)
  }),
  athena_hamming: computed(['VARCHAR', 'VARCHAR'], 'BIGINT', (one, other) => {
    const [left, right] = [points(one), points(other)]
    if (left.length !== right.length)
      throw invalid('The input strings to hamming_distance function must have the same length')
    return BigInt(left.filter((point, index) => point !== right[index]).length)
  }),
  athena_levenshtein: computed(['VARCHAR', 'VARCHAR'], 'BIGINT', levenshtein),
  athena_luhn: computed(['VARCHAR'], 'BOOLEAN', text => {
    if (!/^\d*$/.test(text)) throw invalid('Input string must only contain numeric characters')
    const digits = [...text].reverse().map(Number)
    const sum = digits.reduce((total, digit, index) => {
      const weighed = index % 2 === 0 ? digit : digit * 2
      return total + (weighed > 9 ? weighed - 9 : weighed)
    }, 0)
    return digits.length > 0 && sum % 10 === 0
  }),
  athena_normalize: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR', (text, form) => text.normalize(form)),
  athena_pad: computed(['VARCHAR', 'BIGINT', 'VARCHAR', 'BOOLEAN'], 'VARCHAR', (text, size, fill, left) => {
    if (size < 0n || size > 2147483647n) throw invalid('Target length must be in the range [0..2147483647]')
    if (fill === '') throw invalid('Padding string must not be empty')
    const [given, filler, wanted] = [points(text), points(fill), Number(size)]
    if (given.length >= wanted) return given.slice(0, wanted).join('')
    const missing = wanted - given.length
    const padding = `${fill.repeat(Math.floor(missing / filler.length))}${filler.slice(0, missing % filler.length).join('')}`
    return left ? padding + text : text + padding
  }),
  athena_soundex: computed(['VARCHAR'], 'VARCHAR', soundex),
  athena_split: computed(['VARCHAR', 'VARCHAR', 'BIGINT'], 'VARCHAR[]', (text, delimiter, limit) => {
    if (limit <= 0n) throw invalid('Limit must be positive')
    if (limit > 2147483647n) throw invalid('Limit is too large')
    if (delimiter === '') throw invalid('The delimiter may not be the empty string')
    const parts = text.split(delimiter)
    const most = Number(limit)
    return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(delimiter)]
  }),
  athena_split_part: computed(['VARCHAR', 'VARCHAR', 'BIGINT'], 'VARCHAR', (text, delimiter, index) => {
    if (index <= 0n) throw invalid('Index must be greater than zero')
    const parts = delimiter === '' ? points(text) : text.split(delimiter)
    return parts[Number(index) - 1] ?? null
  }),
  athena_split_map: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR[][]', (text, entries, pair) => {
    const found = pairs(text, entries, pair, "'")
    const keys = found.map(([key]) => key)
    const repeated = keys.find((key, index) => keys.indexOf(key) !== index)
    if (repeated !== undefined) throw invalid(`Duplicate keys (${repeated}) are not allowed`)
    return [keys, found.map(([, value]) => value)]
  }),
  athena_split_multimap: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR[][]', (text, entries, pair) => {
    const lists = new Map<string, string[]>()
    for (const [key, value] of pairs(text, entries, pair, '')) {
      const list = lists.get(key) ?? []
      list.push(value)
      lists.set(key, list)
    }
    return [[...lists.keys()], ...lists.values()]
  }),
  athena_strpos: computed(['VARCHAR', 'VARCHAR', 'BIGINT'], 'BIGINT', (text, part, instance) => {
    if (instance === 0n) throw invalid("'instance' must not be zero.")
    if (part === '') return 1n
    let at = instance > 0n ? -1 : text.length
    for (let count = instance < 0n ? -instance : instance; count > 0n; count--) {
      at = instance > 0n ? text.indexOf(part, at + 1) : at === 0 ? -1 : text.lastIndexOf(part, at - 1)
      if (at < 0) return 0n
    }
    return BigInt(points(text.slice(0, at)).length + 1)
  }),
  athena_trim_characters: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', (text, characters, sides) => {
    const set = new Set(points(characters))
    const all = points(text)
    let [from, to] = [0, all.length]
    if (sides !== 'right') while (from < to && set.has(all[from] ?? '')) from++
    if (sides !== 'left') while (from < to && set.has(all[to - 1] ?? '')) to--
    return all.slice(from, to).join('')
  }),
  athena_translate: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', (text, from, to) => {
    const target = points(to)
    const map = new Map<string, string>()
    for (const [index, point] of points(from).entries()) if (!map.has(point)) map.set(point, target[index] ?? '')
    return points(text)
      .map(point => map.get(point) ?? point)
      .join('')
  }),
}

function pairs(text: string, entries: string, pair: string, quote: string): readonly (readonly [string, string])[] {
  if (entries === '') throw invalid('entryDelimiter is empty')
  if (pair === '') throw invalid('keyValueDelimiter is empty')
  if (entries === pair) throw invalid('entryDelimiter and keyValueDelimiter must not be the same')
  const parts = text.split(entries)
  // An end after the last delimiter is no entry.
  if (parts.at(-1) === '') parts.pop()
  return parts.map(part => {
    const found = part.split(pair)
    const [key, value] = found
    if (found.length !== 2 || key === undefined || value === undefined)
      throw invalid(`Key-value delimiter must appear exactly once in each entry. Bad input: ${quote}${part}${quote}`)
    return [key, value]
  })
}

/** The bound is Athena's: beyond it the work would be quadratic in megabytes. */
const levenshteinMax = 1_000_000

function levenshtein(one: string, other: string): bigint {
  const [left, right] = [points(one), points(other)]
  if (left.length === 0 || right.length === 0) return BigInt(left.length + right.length)
  if (left.length * (right.length - 1) > levenshteinMax)
    throw invalid('The combined inputs for Levenshtein distance are too large')
  let before = right.map((_, index) => index + 1)
  for (const [row, point] of left.entries()) {
    let diagonal = row
    let beside = row + 1
    before = before.map((above, column) => {
      const change = point === right[column] ? 0 : 1
      const distance = Math.min(above + 1, beside + 1, diagonal + change)
      diagonal = above
      beside = distance
      return distance
    })
  }
  return BigInt(before.at(-1) ?? 0)
}

const soundexCodes = '01230120022455012623010202'

function soundex(text: string): string {
  const letters = [...text.toUpperCase()].filter(letter => /\p{L}/u.test(letter))
  const [first] = letters
  if (first === undefined) return ''
  const code = (letter: string) => {
    const found = soundexCodes[letter.charCodeAt(0) - 65]
    if (found === undefined)
      throw invalid(`The character is not mapped: ${letter} (index=${letter.charCodeAt(0) - 65})`)
    return found
  }
  let [result, last] = [first, code(first)]
  for (const letter of letters.slice(1)) {
    if (result.length === 4) break
    // H and W part nothing: the same sound before and behind them counts once.
    if (letter === 'H' || letter === 'W') continue
    const found = code(letter)
    if (found !== '0' && found !== last) result += found
    last = found
  }
  return result.padEnd(4, '0')
}
