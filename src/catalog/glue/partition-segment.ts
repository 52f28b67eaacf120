// GetPartitions by several readers at once: each takes the segment into which a partition's values hash.
import { InvalidInputException } from './faults.ts'

/** Whether a partition, told by its position in the walk, is in the segment; everything is when none is asked for. */
export function segmentOf(segment: { readonly number: number; readonly of: number } | undefined) {
  if (!segment) return () => true
  if (segment.number >= segment.of)
    throw new InvalidInputException(
      `Segment number ${segment.number} must be below the total number of segments, ${segment.of}.`,
    )
  return (position: string) => {
    // FNV-1a: spreads values that differ in their last digit only.
    let hash = 0x811c9dc5
    for (let i = 0; i < position.length; i++) hash = Math.imul(hash ^ position.charCodeAt(i), 0x01000193)
    return (hash >>> 0) % segment.of === segment.number
  }
}
