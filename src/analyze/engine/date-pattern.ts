// Java's DateTimeFormatter patterns, as far as the properties of tables use them: points in time to text and back, in UTC.
// A letter that is not known is refused by the caller's words. Times carry no zone.

/** One piece of a pattern: a field with its letter and width, or text. */
type Piece = { readonly letter: string; readonly width: number } | { readonly text: string }

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** From coarse to fine: text whose fields come in this order, all as wide as written, sorts as its points in time do. */
const ranks: Readonly<Record<string, number>> = { y: 0, u: 0, M: 1, L: 1, d: 2, H: 3, m: 4, s: 5, S: 6 }

const pad = (value: number, width: number) => String(value).padStart(width, '0')

const formats: Readonly<Record<string, (at: Date, width: number) => string>> = {
  y: year,
  u: year,
  M: month,
  L: month,
  d: (at, width) => pad(at.getUTCDate(), width),
  D: (at, width) => pad(dayOfYear(at), width),
  E: (at, width) => (days[at.getUTCDay()] ?? '').slice(0, width < 4 ? 3 : undefined),
  a: at => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
  H: (at, width) => pad(at.getUTCHours(), width),
  h: (at, width) => pad(at.getUTCHours() % 12 || 12, width),
  k: (at, width) => pad(at.getUTCHours() || 24, width),
  K: (at, width) => pad(at.getUTCHours() % 12, width),
  m: (at, width) => pad(at.getUTCMinutes(), width),
  s: (at, width) => pad(at.getUTCSeconds(), width),
  S: (at, width) => pad(at.getUTCMilliseconds(), 3).padEnd(width, '0').slice(0, width),
}

export interface DatePattern {
  readonly pattern: string
  /** Whether the texts of points in time sort as these do, up to year 9999. */
  readonly sortsAsTime: boolean
  /** Whether a field of it is one of these letters. */
  has(letters: string): boolean
  format(milliseconds: number): string
  /** Undefined for text that is no point in time in this pattern. Fields that are not there are the first of their kind. */
  parse(text: string): number | undefined
}

/** Throws RangeError for a pattern with a letter that is not known. */
export const datePattern = (pattern: string): DatePattern => new Pieces(pattern)

class Pieces implements DatePattern {
  readonly pattern: string
  readonly #pieces: readonly Piece[]

  constructor(pattern: string) {
    this.pattern = pattern
    this.#pieces = piecesOf(pattern)
  }

  has(letters: string): boolean {
    return this.#pieces.some(piece => 'letter' in piece && letters.includes(piece.letter))
  }

  get sortsAsTime(): boolean {
    const fields = this.#pieces.filter(piece => 'letter' in piece)
    const places = fields.map(({ letter, width }) => {
      const isFixed = letter === 'S' || width === (letter === 'y' || letter === 'u' ? 4 : 2)
      return isFixed ? (ranks[letter] ?? -1) : -1
    })
    return places.every((place, index) => place === index)
  }

  format(milliseconds: number): string {
    const at = new Date(milliseconds)
    return this.#pieces
      .map(piece => ('text' in piece ? piece.text : (formats[piece.letter]?.(at, piece.width) ?? '')))
      .join('')
  }

  parse(text: string): number | undefined {
    const found = new RegExp(`^${this.#pieces.map(expression).join('')}$`, 'i').exec(text)
    if (found === null) return undefined
    const fields = new Map<string, string>()
    const letters = this.#pieces.flatMap(piece => ('letter' in piece ? [piece.letter] : []))
    for (const [index, letter] of letters.entries()) fields.set(letter, found[index + 1] ?? '')
    const milliseconds = pointInTime(fields)
    // What does not come out as it went in, such as February 30, is no point in time.
    return this.format(milliseconds).toLowerCase() === text.toLowerCase() ? milliseconds : undefined
  }
}

function piecesOf(pattern: string): readonly Piece[] {
  const pieces: Piece[] = []
  for (const [part, quoted, letter] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)) {
    if (letter !== undefined) {
      if (!(letter in formats))
        throw new RangeError(`the letter '${letter}' of the format '${pattern}' is not supported`)
      pieces.push({ letter, width: part.length })
    } else pieces.push({ text: quoted === undefined ? part : quoted === '' ? "'" : quoted.replaceAll("''", "'") })
  }
  return pieces
}

function expression(piece: Piece): string {
  if ('text' in piece) return piece.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const { letter, width } = piece
  if (letter === 'E' || ((letter === 'M' || letter === 'L') && width > 2)) return '([a-z]+)'
  if (letter === 'a') return '(am|pm)'
  if (letter === 'y' || letter === 'u') return width === 2 ? '(\\d{2})' : '(\\d{1,9})'
  return width === 1 ? '(\\d{1,9})' : `(\\d{${width}})`
}

function pointInTime(fields: ReadonlyMap<string, string>): number {
  const number = (letter: string, otherwise: number) => {
    const text = fields.get(letter)
    return text === undefined ? otherwise : Number(text)
  }
  const yearText = fields.get('y') ?? fields.get('u') ?? '1970'
  const year = yearText.length === 2 ? 2000 + Number(yearText) : Number(yearText)
  const monthText = fields.get('M') ?? fields.get('L') ?? '1'
  const named = months.findIndex(name => name.slice(0, 3).toLowerCase() === monthText.slice(0, 3).toLowerCase())
  const half = fields.get('a')?.toLowerCase() === 'pm' ? 12 : 0
  const hour12 = (number('h', number('K', 0)) % 12) + half
  const at = new Date(0)
  at.setUTCFullYear(year, named >= 0 ? named : Number(monthText) - 1, number('d', 1))
  if (fields.has('D')) at.setUTCMonth(0, number('D', 1))
  const milliseconds = Number((fields.get('S') ?? '0').padEnd(3, '0').slice(0, 3))
  at.setUTCHours(number('H', number('k', hour12) % 24), number('m', 0), number('s', 0), milliseconds)
  return at.getTime()
}

function year(at: Date, width: number): string {
  const value = at.getUTCFullYear()
  return width === 2 ? pad(value % 100, 2) : pad(value, width)
}

function month(at: Date, width: number): string {
  const value = at.getUTCMonth()
  if (width <= 2) return pad(value + 1, width)
  return (months[value] ?? '').slice(0, width === 3 ? 3 : undefined)
}

const dayOfYear = (at: Date): number =>
  Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
