// The Expression of GetTables: a regular expression for a table's whole name, letters' case ignored, with Hive's `*` for
// any text at its beginning and behind a plain letter: `orders_*`, which tools write, has nothing to repeat. It is matched
// by an own automaton, because a stranger's pattern in JavaScript's engine could hold the process for minutes. A step takes
// time proportional to the pattern; what it came to is kept, so that a thousand tables take hardly more steps than one.
//
//   choice = sequence { '|' sequence }     item = ( char | '.' | [set] | '\' char | '(' choice ')' ) { '*' | '+' | '?' }
//   Behind '\' stand a sign, or w, d, s, W, D, S for letters, digits and spaces, and for all others.
import { InvalidInputException } from './faults.ts'

type Accepts = (character: string) => boolean
interface State {
  accepts?: Accepts
  readonly next: State[]
}
/** A piece of the automaton: enters at `from`, leaves at `to`. */
interface Piece {
  readonly from: State
  readonly to: State
}

export function tablePattern(pattern: string): (name: string) => boolean {
  const { from, to } = new Compiler(pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')).whole()
  const steps = new Steps(from)
  return name => {
    let at = steps.first
    for (const character of name.toLowerCase()) {
      at = steps.after(at, character)
      if (at.states.size === 0) return false
    }
    return at.states.has(to)
  }
}

/** All that the automaton may be in at once, and what it comes to be in after each character. */
interface Standing {
  readonly states: ReadonlySet<State>
  readonly after: Map<string, Standing>
}

/** Each holds as many states as the pattern is long. */
const standingsMax = 200

class Steps {
  readonly first: Standing
  readonly #numbers = new Map<State, number>()
  readonly #known = new Map<string, Standing>()

  constructor(from: State) {
    this.first = { states: reach([from]), after: new Map() }
  }

  after(standing: Standing, character: string): Standing {
    const known = standing.after.get(character)
    if (known) return known
    const stepped: State[] = []
    for (const state of standing.states) if (state.accepts?.(character)) stepped.push(...state.next)
    const found = this.#same(reach(stepped))
    standing.after.set(character, found)
    return found
  }

  /** The one of these states: many ways lead to it. */
  #same(states: ReadonlySet<State>): Standing {
    const name = Array.from(states, state => this.#numberOf(state))
      .sort((one, other) => one - other)
      .join()
    const known = this.#known.get(name)
    if (known) return known
    if (this.#known.size >= standingsMax) {
      this.#known.clear()
      this.first.after.clear()
    }
    const made = { states, after: new Map() }
    this.#known.set(name, made)
    return made
  }

  #numberOf(state: State): number {
    const number = this.#numbers.get(state) ?? this.#numbers.size
    this.#numbers.set(state, number)
    return number
  }
}

/** All states that are reached without reading a character. */
function reach(states: readonly State[]): Set<State> {
  const reached = new Set<State>()
  const open = [...states]
  for (let state = open.pop(); state; state = open.pop()) {
    if (reached.has(state)) continue
    reached.add(state)
    if (!state.accepts) open.push(...state.next)
  }
  return reached
}

const state = (): State => ({ next: [] })

const classes: Readonly<Record<string, Accepts>> = {
  w: read => /\w/.test(read),
  d: read => /\d/.test(read),
  s: read => /\s/.test(read),
  W: read => /\W/.test(read),
  D: read => /\D/.test(read),
  S: read => /\S/.test(read),
}

const acceptsOf = (member: string | Accepts): Accepts => (typeof member === 'string' ? read => read === member : member)

class Compiler {
  readonly #pattern: string
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    // But for `\W`, which is not `\w`.
    this.#pattern = pattern.replace(/\\?./gsu, part => (/^\\[WDS]/.test(part) ? part : part.toLowerCase()))
  }

  whole(): Piece {
    const piece = this.#choice()
    if (this.#at < this.#pattern.length) throw this.#invalid('a parenthesis is closed that was not opened')
    return piece
  }

  #choice(): Piece {
    if (++this.#depth > 100) throw this.#invalid('parentheses are nested more than 100 deep')
    const pieces = [this.#sequence()]
    while (this.#take('|')) pieces.push(this.#sequence())
    this.#depth--
    const [from, to] = [state(), state()]
    for (const piece of pieces) {
      from.next.push(piece.from)
      piece.to.next.push(to)
    }
    return { from, to }
  }

  #sequence(): Piece {
    const from = state()
    let to = from
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#pattern[this.#at] as string)) {
      const piece = this.#item()
      to.next.push(piece.from)
      to = piece.to
    }
    return { from, to }
  }

  #item(): Piece {
    // `*` with nothing to repeat is Hive's any text.
    const first = this.#pattern[this.#at] ?? ''
    let piece = first === '*' ? one(() => true) : this.#single()
    const isRepeated = '*.[(\\'.includes(first)
    for (;;) {
      if (isRepeated && this.#take('*')) piece = optional(repeated(piece))
      else if (this.#take('+')) piece = repeated(piece)
      else if (this.#take('?')) piece = optional(piece)
      else return piece
    }
  }

  #single(): Piece {
    const character = this.#pattern[this.#at++] as string
    if (character === '(') {
      const inner = this.#choice()
      if (!this.#take(')')) throw this.#invalid('a parenthesis is not closed')
      return inner
    }
    if (character === '.') return one(() => true)
    if (character === '[') return one(this.#set())
    if ('+?{^$'.includes(character)) throw this.#invalid(`"${character}" is not supported there`)
    return one(acceptsOf(character === '\\' ? this.#escaped() : character))
  }

  #set(): Accepts {
    const reversed = this.#take('^')
    const members: Accepts[] = []
    do {
      const from = this.#setMember()
      const isRange = this.#pattern[this.#at] === '-' && this.#pattern[this.#at + 1] !== ']'
      if (typeof from !== 'string' || !isRange) {
        members.push(acceptsOf(from))
        continue
      }
      this.#at++
      const to = this.#setMember()
      if (typeof to !== 'string') throw this.#invalid('a range of a set ends with a class')
      members.push(read => read >= from && read <= to)
    } while (!this.#take(']'))
    return read => members.some(accepts => accepts(read)) !== reversed
  }

  #setMember(): string | Accepts {
    const character = this.#pattern[this.#at++]
    if (character === undefined) throw this.#invalid('a set is not closed by "]"')
    return character === '\\' ? this.#escaped() : character
  }

  #escaped(): string | Accepts {
    const character = this.#pattern[this.#at++] ?? ''
    if (character === '' || (/[A-Za-z0-9]/.test(character) && !classes[character]))
      throw this.#invalid(`"\\${character}" is not supported; signs are escaped, and \\w, \\d and \\s are classes`)
    return classes[character] ?? character
  }

  #take(character: string): boolean {
    if (this.#pattern[this.#at] !== character) return false
    this.#at++
    return true
  }

  #invalid(why: string) {
    return new InvalidInputException(
      `The expression "${this.#pattern}" is not a valid pattern of table names: ${why} (position ${this.#at}).`,
    )
  }
}

function one(accepts: Accepts): Piece {
  const to = state()
  return { from: { accepts, next: [to] }, to }
}

function repeated(piece: Piece): Piece {
  piece.to.next.push(piece.from)
  const to = state()
  piece.to.next.push(to)
  return { from: piece.from, to }
}

function optional(piece: Piece): Piece {
  const from = state()
  from.next.push(piece.from, piece.to)
  return { from, to: piece.to }
}
