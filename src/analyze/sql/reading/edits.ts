// A statement with pieces of it written otherwise for the parser, and the way back: where something in the parser's tree stood
// in the statement as it was sent. Places are counted in code points, as the tokenizer counts them.
import type { Position } from '../../engine/fault.ts'

export interface Token {
  readonly type: string
  readonly text: string
  readonly start: number
  readonly end: number
}

/** `text` stands for what was between the two places. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** As the parser's tree keeps it: the column is the one behind the end. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
}

export class Edited {
  readonly text: string
  readonly #signs: readonly string[]
  /** Where in the edited text each edit begins, and how far the text behind it has moved. */
  readonly #moves: readonly { readonly at: number; readonly edit: Edit; readonly length: number }[]

  constructor(text: string, edits: readonly Edit[]) {
    this.#signs = [...text]
    const moves: { at: number; edit: Edit; length: number }[] = []
    const pieces: string[] = []
    let from = 0
    let length = 0
    for (const edit of [...edits].sort((one, other) => one.start - other.start || one.end - other.end)) {
      const before = this.#signs.slice(from, edit.start)
      pieces.push(...before, edit.text)
      const size = [...edit.text].length
      moves.push({ at: length + before.length, edit, length: size })
      length += before.length + size
      from = edit.end
    }
    this.text = pieces.join('') + this.#signs.slice(from).join('')
    this.#moves = moves
  }

  /** Where a place of the edited text was; within an edit, where it began. */
  before(place: number): number {
    const last = this.#moves.findLast(({ at }) => at <= place)
    if (last === undefined) return place
    const beyond = place - last.at - last.length
    return beyond < 0 ? last.edit.start : last.edit.end + beyond
  }

  /** The place in the statement of a line and column of the edited text. */
  position({ line, column }: Position): Position {
    const lines = this.text.split('\n').slice(0, line - 1)
    const start = lines.reduce((sum, one) => sum + [...one].length + 1, 0)
    return this.at(this.before(start + column - 1))
  }

  at(place: number): Position {
    const before = this.#signs.slice(0, place)
    const breaks = before.lastIndexOf('\n')
    return { line: before.filter(sign => sign === '\n').length + 1, column: place - breaks }
  }

  /** A span of the edited text, as of the statement; what is no span stays. */
  spanBefore(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || !('start' in value) || !('end' in value)) return value
    if (typeof value.start !== 'number' || typeof value.end !== 'number') return value
    const start = this.before(value.start)
    return this.span(start, start + value.end - value.start)
  }

  span(start: number, end: number): Span {
    const { line, column } = this.at(start)
    return { start, end, line, column: column + (end - start) }
  }
}
