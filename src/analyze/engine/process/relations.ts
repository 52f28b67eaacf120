// The tables of a statement as what DuckDB is told of them: views of the session where several statements are to see
// them, and words in front of the statement where there is one. A view is planned when it is made and once more with
// each statement, which a small query feels.

import type { ScanQuery } from './scan.ts'

export interface Relations {
  /** Statements before all others. */
  readonly first: readonly string[]
  readonly scans: readonly ScanQuery[]
}

/** Statements that make them views; they may stand for earlier ones of their names. */
export const asViews = ({ first, scans }: Relations): readonly string[] => [
  ...first,
  ...scans.flatMap(scan => [...scan.first, `CREATE OR REPLACE TEMP VIEW ${scan.name} AS ${scan.sql}`]),
]

/** Statements before the one that begins with `withScans`. */
export const beforeScans = ({ first, scans }: Relations): readonly string[] => [
  ...first,
  ...scans.flatMap(scan => scan.first),
]

/** What a SELECT begins with that names them. */
export function withScans({ scans }: Relations): string {
  if (scans.length === 0) return ''
  return `WITH ${scans.map(({ name, sql }) => `${name} AS NOT MATERIALIZED (${sql})`).join(', ')} `
}
