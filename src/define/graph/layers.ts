/**
 * Which column of the drawing a node stands in and in which order: each right of all that leads to it, near to what it is
 * joined with. Edges that close a circle are laid out backwards, and edges over several columns pass through stand-ins,
 * so that each step goes from one column to the next. Deterministic.
 */
import type { Edge, Node, Way } from './way.ts'

/** A node, or the place where an edge passes through a column. */
export interface Spot {
  readonly node?: Node
  readonly column: number
}

export interface Route {
  readonly edge: Edge
  /** From left to right, one in each column. */
  readonly spots: readonly Spot[]
  /** Whether the data goes from right to left. */
  readonly backwards: boolean
}

export interface Layers {
  /** From left to right; in each from top to bottom. */
  readonly columns: readonly (readonly Spot[])[]
  readonly routes: readonly Route[]
}

export function layersOf({ nodes, edges }: Way): Layers {
  const backwards = closing(nodes, edges)
  const steps = edges.map(edge => {
    const isBack = backwards.has(edge)
    return { edge, left: isBack ? edge.to : edge.from, right: isBack ? edge.from : edge.to, backwards: isBack }
  })
  const column = columnsFor(nodes, steps)
  const spots = new Map(nodes.map(node => [node, { node, column: column.get(node) ?? 0 } as Spot]))
  const spotOf = (node: Node): Spot => spots.get(node) ?? { node, column: 0 }
  const routes = steps.map(({ edge, left, right, backwards }) => {
    const [from, to] = [spotOf(left), spotOf(right)]
    const between = Array.from({ length: to.column - from.column - 1 }, (_, at) => ({ column: from.column + 1 + at }))
    return { edge, spots: [from, ...between, to], backwards }
  })
  const all = [...new Set([...spots.values(), ...routes.flatMap(route => route.spots)])]
  const width = Math.max(0, ...all.map(spot => spot.column + 1))
  const columns = Array.from({ length: width }, (_, at) => all.filter(spot => spot.column === at))
  return { columns: ordered(columns, routes), routes }
}

/** The spots that each is joined with, on its left and on its right. */
export function neighbours(routes: readonly Route[]) {
  const left = new Map<Spot, Spot[]>()
  const right = new Map<Spot, Spot[]>()
  const add = (map: Map<Spot, Spot[]>, key: Spot, value: Spot) => map.set(key, [...(map.get(key) ?? []), value])
  for (const { spots } of routes)
    for (const [at, spot] of spots.entries()) {
      const next = spots[at + 1]
      if (next === undefined) continue
      add(right, spot, next)
      add(left, next, spot)
    }
  return { left, right }
}

/** The edges that lead back to a node from which the walk came. */
function closing(nodes: readonly Node[], edges: readonly Edge[]): ReadonlySet<Edge> {
  const found = new Set<Edge>()
  const state = new Map<Node, 'open' | 'done'>()
  const walk = (node: Node): void => {
    state.set(node, 'open')
    for (const edge of edges) {
      if (edge.from !== node) continue
      if (state.get(edge.to) === 'open') found.add(edge)
      else if (state.get(edge.to) === undefined) walk(edge.to)
    }
    state.set(node, 'done')
  }
  const roots = nodes.filter(node => !edges.some(edge => edge.to === node))
  for (const node of [...roots, ...nodes]) if (state.get(node) === undefined) walk(node)
  return found
}

interface Step {
  readonly left: Node
  readonly right: Node
}

/** One right of the rightmost that leads to it; what nothing leads to stands directly before its first reader. */
function columnsFor(nodes: readonly Node[], steps: readonly Step[]): ReadonlyMap<Node, number> {
  const column = new Map<Node, number>()
  const place = (node: Node): number => {
    const known = column.get(node)
    if (known !== undefined) return known
    const before = steps.filter(({ right }) => right === node).map(({ left }) => place(left) + 1)
    const found = Math.max(0, ...before)
    column.set(node, found)
    return found
  }
  for (const node of nodes) place(node)
  for (const node of nodes) {
    const after = steps.filter(({ left }) => left === node).map(({ right }) => column.get(right) ?? 0)
    if (after.length > 0 && !steps.some(({ right }) => right === node)) column.set(node, Math.min(...after) - 1)
  }
  return column
}

const sweeps = 8

/** Sorted by the middle of what they are joined with, to and fro, which leaves few crossings. */
function ordered(columns: readonly (readonly Spot[])[], routes: readonly Route[]): readonly (readonly Spot[])[] {
  const { left, right } = neighbours(routes)
  const sorted = columns.map(column => [...column])
  const rank = new Map<Spot, number>()
  const number = () => {
    for (const column of sorted) for (const [at, spot] of column.entries()) rank.set(spot, at / column.length)
  }
  number()
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const beside = sweep % 2 === 0 ? left : right
    for (const column of sweep % 2 === 0 ? sorted : sorted.toReversed()) {
      const wish = (spot: Spot): number => mean((beside.get(spot) ?? [spot]).map(other => rank.get(other) ?? 0))
      column.sort((one, other) => wish(one) - wish(other))
      number()
    }
  }
  return sorted
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
