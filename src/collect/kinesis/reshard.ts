// How the hash space is cut anew. Pure: it draws up which shards close and which are made, `stream.ts` carries it out.
// As in AWS a shard has at most two parents, so going from 2 shards to 3 passes through shards that close empty.
import { evenRanges, type HashRange } from './hash.ts'

export interface Piece {
  readonly number: number
  readonly range: HashRange
  /** None, one (a split), or two in the order of their ranges (a merge). */
  readonly parents: readonly number[]
}

/** A draft of the next layout; pieces it makes may themselves be closed again by its later steps. */
export class Layout {
  readonly created: Piece[] = []
  readonly closed = new Set<number>()
  #next: number

  constructor(nextNumber: number) {
    this.#next = nextNumber
  }

  /** The upper part begins with `at`. */
  split(piece: Piece, at: bigint): readonly [Piece, Piece] {
    this.closed.add(piece.number)
    const { first, last } = piece.range
    return [this.#make({ first, last: at - 1n }, [piece.number]), this.#make({ first: at, last }, [piece.number])]
  }

  merge(lower: Piece, upper: Piece): Piece {
    this.closed.add(lower.number).add(upper.number)
    return this.#make({ first: lower.range.first, last: upper.range.last }, [lower.number, upper.number])
  }

  #make(range: HashRange, parents: readonly number[]): Piece {
    const piece = { number: this.#next++, range, parents }
    this.created.push(piece)
    return piece
  }
}

export const areAdjacent = (lower: Piece, upper: Piece): boolean => lower.range.last + 1n === upper.range.first

/** Cuts `open` (in the order of their ranges) at every border of `count` even ranges, then joins what lies between. */
export function evenLayout(open: readonly Piece[], count: number, nextNumber: number): Layout {
  const layout = new Layout(nextNumber)
  const targets = evenRanges(count)
  const borders = targets.map(range => range.first)
  const pieces = open.flatMap(shard => {
    const cut: Piece[] = []
    let rest = shard
    for (const border of borders) {
      if (border <= rest.range.first || border > rest.range.last) continue
      const [lower, upper] = layout.split(rest, border)
      cut.push(lower)
      rest = upper
    }
    return [...cut, rest]
  })
  for (const target of targets) {
    pieces
      .filter(piece => piece.range.first >= target.first && piece.range.last <= target.last)
      .reduce((lower, upper) => layout.merge(lower, upper))
  }
  return layout
}

/** Cuts the heaviest piece in two, again and again, until `target` are open. A half weighs half. */
export function splitLayout(
  open: readonly { readonly piece: Piece; readonly weight: bigint }[],
  { target, nextNumber }: { readonly target: number; readonly nextNumber: number },
): Layout {
  const layout = new Layout(nextNumber)
  let pieces = [...open]
  while (pieces.length < target) {
    const [first, ...others] = pieces.filter(({ piece: { range } }) => range.last > range.first)
    if (first === undefined) break
    const heaviest = others.reduce((most, one) => (one.weight > most.weight ? one : most), first)
    const { range } = heaviest.piece
    const halves = layout.split(heaviest.piece, (range.first + range.last) / 2n + 1n)
    pieces = pieces.filter(one => one !== heaviest)
    pieces.push(...halves.map(piece => ({ piece, weight: heaviest.weight / 2n })))
  }
  return layout
}
