// Partitions of tables that this process was told of before: a hundred thousand of them take longer to be sent than to be
// looked through, so the lake names a list that is here already by its key alone.
import type { TableDescription } from '../protocol.ts'
import { keptOfLake } from './kept-of-lake.ts'

const heldMax = 300_000
/** A list that is sooner sent than looked for. */
const heldMin = 100

const lists = new Map<string, TableDescription['partitions']>()
let count = 0

keptOfLake(() => {
  lists.clear()
  count = 0
})

export const heldKeys = (): readonly string[] => [...lists.keys()]

/** With its partitions, be they sent or held. */
export function completed(table: TableDescription): TableDescription {
  const { partitionsKey: key } = table
  if (key === undefined) return table
  const partitions = table.isHeld ? lists.get(key) : table.partitions
  if (partitions === undefined) throw new Error(`the list ${key} of partitions is not held here`)
  hold(key, partitions)
  return { ...table, partitions }
}

/** The one that was asked for last stays longest. */
function hold(key: string, partitions: TableDescription['partitions']): void {
  if (partitions.length < heldMin) return
  if (lists.delete(key)) count -= partitions.length
  lists.set(key, partitions)
  count += partitions.length
  for (const [oldest, list] of lists) {
    if (count <= heldMax || oldest === key) break
    lists.delete(oldest)
    count -= list.length
  }
}
