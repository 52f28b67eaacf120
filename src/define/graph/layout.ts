/**
 * Where everything is drawn: boxes as large as their text, in columns, none over another; ways between them that leave a
 * box on its right and enter the next on its left, each beginning with a straight piece on which its word stands.
 */
import { layersOf, mean, neighbours, type Spot } from './layers.ts'
import { broken, type Measure, pixelsOf } from './measure.ts'
import type { Edge, Node, Way } from './way.ts'

export interface Line {
  readonly text: string
  readonly look: 'name' | 'kind' | 'fact'
}

export interface Box {
  readonly node: Node
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly lines: readonly Line[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Path {
  readonly edge: Edge
  /** Straight from the first to the second, curved to the third, straight again, and so on. */
  readonly points: readonly Point[]
  readonly backwards: boolean
  /** Where its word begins. */
  readonly label: Point
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly Box[]
  readonly paths: readonly Path[]
}

export const sizes = { head: 16, name: 14, kind: 11, fact: 12, word: 11 } as const
export const lineHeight = 18
/** Between a box's edge and its text. */
export const padding = 12
export const margin = 24
const textWidthMax = 260
/** Between one box and the next below it. */
const rowGap = 26
/** Between two ways that end at one side of a box: a word's height and some air. */
const portGap = 18
const curve = 56
const passing = 16

export const measures: Readonly<Record<Line['look'] | 'word' | 'head', Measure>> = {
  head: pixelsOf(sizes.head, { bold: true }),
  name: pixelsOf(sizes.name, { bold: true }),
  kind: pixelsOf(sizes.kind),
  fact: pixelsOf(sizes.fact),
  word: pixelsOf(sizes.word),
}

/** `head`: the room that is kept free above, and how wide the drawing is at least. */
export function layoutOf(way: Way, head: { readonly height: number; readonly width: number }): Layout {
  const { columns, routes } = layersOf(way)
  const { left, right } = neighbours(routes)
  const texts = new Map(way.nodes.map(node => [node, textOf(node)]))
  const linesOf = (node: Node | undefined): readonly Line[] => (node && texts.get(node)) ?? []
  const heightOf = (spot: Spot): number => {
    if (spot.node === undefined) return passing
    const ports = Math.max(left.get(spot)?.length ?? 0, right.get(spot)?.length ?? 0)
    return Math.max(linesOf(spot.node).length * lineHeight + 2 * padding, (ports + 1) * portGap)
  }
  const top = stacked(columns, heightOf, { left, right })
  const topOf = (spot: Spot): number => (top.get(spot) ?? 0) + head.height + margin

  const widths = columns.map(column =>
    Math.max(0, ...column.flatMap(({ node }) => linesOf(node).map(({ text, look }) => measures[look](text)))),
  )
  const leads = columns.map(column =>
    Math.max(
      0,
      ...routes.flatMap(({ edge, spots: [from] }) =>
        from && column.includes(from) ? measures.word(edge.word) + 16 : 0,
      ),
    ),
  )
  const starts: number[] = []
  let x = margin
  for (const [at, width] of widths.entries()) {
    starts.push(x)
    x += Math.ceil(width) + 2 * padding + (at === widths.length - 1 ? 0 : Math.ceil(leads[at] ?? 0) + curve)
  }
  const spanOf = ({ column }: Spot) => {
    const start = starts[column] ?? 0
    return { start, end: start + Math.ceil(widths[column] ?? 0) + 2 * padding }
  }

  const boxes = columns.flat().flatMap(spot => {
    if (spot.node === undefined) return []
    const { start, end } = spanOf(spot)
    const height = heightOf(spot)
    return [{ node: spot.node, x: start, y: topOf(spot), width: end - start, height, lines: linesOf(spot.node) }]
  })
  const middle = (spot: Spot): number => topOf(spot) + heightOf(spot) / 2
  /** Ways that share a side of a box are spread over it, in the order of where they lead. */
  const port = (spot: Spot, far: Spot, side: ReadonlyMap<Spot, readonly Spot[]>, nth: number): number => {
    if (spot.node === undefined) return middle(spot)
    const others = (side.get(spot) ?? []).toSorted((one, other) => middle(one) - middle(other))
    return topOf(spot) + (heightOf(spot) * (others.indexOf(far) + 1 + nth)) / (others.length + 1)
  }
  const seen = new Map<string, number>()
  const paths = routes.map(({ edge, spots, backwards }): Path => {
    const pair = spots.map(({ node }) => node?.id ?? edge.word).join(' ')
    const nth = spots.length === 2 ? (seen.get(pair) ?? 0) : 0
    seen.set(pair, nth + 1)
    const points = spots.flatMap((spot, at): readonly Point[] => {
      const next = spots[at + 1]
      if (next === undefined) return []
      const { end } = spanOf(spot)
      const y = port(spot, next, right, nth)
      const lead = end + Math.ceil(leads[spot.column] ?? 0)
      return [
        { x: end, y },
        { x: lead, y },
        { x: spanOf(next).start, y: port(next, spot, left, nth) },
      ]
    })
    const [first = { x: 0, y: 0 }] = points
    return { edge, points, backwards, label: { x: first.x + 8, y: first.y - 4 } }
  })
  const height = Math.max(head.height, ...boxes.map(box => box.y + box.height)) + margin
  return { width: Math.max(x, Math.ceil(head.width) + margin) + margin, height, boxes, paths }
}

function textOf({ kind, name, facts }: Node): readonly Line[] {
  const lines = (look: Line['look'], text: string) =>
    broken(text, textWidthMax, measures[look]).map(part => ({ text: part, look }))
  return [...lines('kind', kind), ...lines('name', name), ...facts.flatMap(fact => lines('fact', fact))]
}

type Beside = Readonly<Record<'left' | 'right', ReadonlyMap<Spot, readonly Spot[]>>>
const rounds = 12

/** Tops of all spots: each near the middle of its neighbours as far as those above and below it in its column let it. */
function stacked(
  columns: readonly (readonly Spot[])[],
  heightOf: (spot: Spot) => number,
  { left, right }: Beside,
): ReadonlyMap<Spot, number> {
  const top = new Map<Spot, number>()
  const middle = (spot: Spot): number => (top.get(spot) ?? 0) + heightOf(spot) / 2
  for (const column of columns) settle(column, () => 0)
  for (let round = 0; round < rounds; round += 1) {
    const beside = round % 2 === 0 ? left : right
    for (const column of round % 2 === 0 ? columns : columns.toReversed())
      settle(column, spot => {
        const others = beside.get(spot) ?? []
        return others.length === 0 ? (top.get(spot) ?? 0) : mean(others.map(middle)) - heightOf(spot) / 2
      })
  }
  const highest = Math.min(...top.values())
  return new Map([...top].map(([spot, y]) => [spot, Math.round(y - highest)]))

  /** The mean of pushing down what is too high and pushing up what is too low: both keep the distances, so it does. */
  function settle(column: readonly Spot[], wish: (spot: Spot) => number): void {
    const wishes = column.map(wish)
    const down = pushed(column, wishes, heightOf)
    const up = pushed(
      column.toReversed(),
      column.map((spot, at) => -(wishes[at] ?? 0) - heightOf(spot)).toReversed(),
      heightOf,
    )
      .map((y, at) => -y - heightOf(column[column.length - 1 - at] as Spot))
      .toReversed()
    for (const [at, spot] of column.entries()) top.set(spot, ((down[at] ?? 0) + (up[at] ?? 0)) / 2)
  }
}

function pushed(
  column: readonly Spot[],
  wishes: readonly number[],
  heightOf: (spot: Spot) => number,
): readonly number[] {
  let free = Number.NEGATIVE_INFINITY
  return column.map((spot, at) => {
    const y = Math.max(wishes[at] ?? 0, free)
    free = y + heightOf(spot) + rowGap
    return y
  })
}
