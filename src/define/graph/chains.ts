/**
 * The graph cut into chains: each follows the data from node to node as far as it comes by ways that were not walked yet, the
 * first of several. So every node and every edge is in one; a branch begins with the node that it leaves, told already.
 */
import type { Edge, Node, Way } from './way.ts'

export interface Link {
  readonly node: Node
  /** How the data came here; absent at a chain's beginning. */
  readonly edge?: Edge
  /** Whether an earlier link told all about it. */
  readonly told: boolean
}

export function chainsOf({ nodes, edges }: Way): readonly (readonly Link[])[] {
  const walked = new Set<Edge>()
  const told = new Set<Node>()
  const chains: (readonly Link[])[] = []
  const nextOf = (node: Node): Edge | undefined => edges.find(edge => edge.from === node && !walked.has(edge))

  const walk = (start: Node): void => {
    const chain: Link[] = [{ node: start, told: told.has(start) }]
    told.add(start)
    for (let edge = nextOf(start); edge !== undefined; ) {
      walked.add(edge)
      const link = { node: edge.to, edge, told: told.has(edge.to) }
      told.add(edge.to)
      chain.push(link)
      edge = link.told ? undefined : nextOf(edge.to)
    }
    chains.push(chain)
    for (const { node } of chain) while (nextOf(node) !== undefined) walk(node)
  }

  for (const node of nodes) if (!edges.some(edge => edge.to === node)) walk(node)
  for (const node of nodes) if (!told.has(node)) walk(node) // what only a circle leads to
  return chains
}
