// Which of a table's columns a statement asks for, told by its text for DuckDB: there a column of a scan is never written
// without the name of its relation, which is ours. What a text of the statement says besides costs a column too much.

import type { Scan } from './statement.ts'

/** By the name of the relation the names of columns. */
export function usedColumns(sql: string, scans: readonly Scan[]): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map(scans.map(({ relation }) => [relation, new Set<string>()]))
  for (const [, relation = '', name = ''] of sql.matchAll(/\b(athena_t_\d+)\."((?:[^"]|"")*)"/g))
    used.get(relation)?.add(name.replaceAll('""', '"'))
  return used
}
