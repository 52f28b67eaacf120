// Patterns of LIKE with an ESCAPE. https://trino.io/docs/current/functions/comparison.html#pattern-comparison-like
import { type ComputedTable, computed, invalid } from './computed.ts'

/** What is wrong with the pattern, if anything. */
export function likeFault(pattern: string, sign: string): string | undefined {
  if ([...sign].length !== 1) return 'Escape string must be a single character'
  const points = [...pattern]
  for (let index = 0; index < points.length; index++) {
    if (points[index] !== sign) continue
    index++
    const next = points[index]
    if (next !== '%' && next !== '_' && next !== sign)
      return "Escape character must be followed by '%', '_' or the escape character itself"
  }
  return undefined
}

export const likePatterns: ComputedTable = {
  athena_like_pattern: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR', (pattern, sign) => {
    const fault = likeFault(pattern, sign)
    if (fault !== undefined) throw invalid(fault)
    return pattern
  }),
}
