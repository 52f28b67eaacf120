// What is known while one statement is translated, and what comes out: DuckDB's text and the scans it needs.

import type { Position } from '../engine/fault.ts'
import type { TableReference } from '../engine/request.ts'
import type { Node } from './ast.ts'

/** One mention of a table in a FROM. Each mention is a view of its own, because each is pruned by its own WHERE. */
export interface Scan {
  readonly view: string
  readonly reference: TableReference
  /** The name that the WHERE uses for it. */
  readonly alias: string
  /** What must hold of a row of this table for it to matter; only conjuncts for which that is certain. */
  conditions: readonly Node[]
}

/** Names that a place in the statement can see besides tables. */
export interface Scope {
  readonly ctes: ReadonlySet<string>
  readonly lambdas: ReadonlySet<string>
}

export class Statement {
  readonly defaultDatabase: string
  readonly now: number
  readonly scans: Scan[] = []
  /** Where a column name stands first, for messages about columns that nobody has. */
  readonly columnPositions = new Map<string, Position>()
  /** Whether it asks for "$path": only then the views have that column. */
  readonly hiddenColumns: boolean

  constructor(options: { defaultDatabase: string; now: number; text: string }) {
    this.defaultDatabase = options.defaultDatabase
    this.now = options.now
    this.hiddenColumns = options.text.includes('$path')
  }

  scan(reference: TableReference, alias: string): Scan {
    const scan: Scan = { view: `athena_scan_${this.scans.length}`, reference, alias, conditions: [] }
    this.scans.push(scan)
    return scan
  }
}

/** The alias of an expression without a name; Athena calls it by its place, `_col0`, which is known once stars are expanded. */
export const unnamed = 'athena unnamed'
