// Where a call begins. The parser keeps the places of columns but not of calls: the name is looked for in the text before the
// call's first column, or anywhere if it is there only once.
import type { Position } from '../engine/fault.ts'

export function calledAt(name: string, inside: Position | undefined, text: string): Position | undefined {
  if (!/^\w+$/.test(name)) return inside
  const places = [...text.matchAll(new RegExp(`\\b${name}\\s*\\(`, 'gi'))].map(({ index }) => positionOf(index, text))
  if (inside === undefined) return places.length === 1 ? places[0] : undefined
  return places.filter(place => isBefore(place, inside)).at(-1) ?? inside
}

const isBefore = (one: Position, other: Position): boolean =>
  one.line < other.line || (one.line === other.line && one.column <= other.column)

function positionOf(index: number, text: string): Position {
  const before = text.slice(0, index).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
