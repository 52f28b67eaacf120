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

/** Queries hold expressions and expressions hold queries: each reaches the other through the statement. */
export interface Writers {
  readonly expression: (node: Node, statement: Statement, scope: Scope) => string
  readonly query: (node: Node, statement: Statement, scope: Scope) => string
}

export class Statement {
  readonly defaultDatabase: string
  readonly now: number
  readonly scans: Scan[] = []
  /** Where a column name stands first, for messages about columns that nobody has. */
  readonly columnPositions = new Map<string, Position>()
  /** Whether it asks for "$path": only then the views have that column. */
  readonly hiddenColumns: boolean

  readonly #writers: Writers

  constructor(options: { defaultDatabase: string; now: number; text: string }, writers: Writers) {
    this.#writers = writers
    this.defaultDatabase = options.defaultDatabase
    this.now = options.now
    this.hiddenColumns = options.text.includes('$path')
  }

  expression(node: Node, scope: Scope): string {
    return this.#writers.expression(node, this, scope)
  }

  expressions(nodes: readonly Node[], scope: Scope): string {
    return nodes.map(node => this.expression(node, scope)).join(', ')
  }

  query(node: Node, scope: Scope): string {
    return this.#writers.query(node, this, scope)
  }

  /** For writing a part of the statement a second time, without counting its mentions twice. */
  aside(): Statement {
    return new Statement({ defaultDatabase: this.defaultDatabase, now: this.now, text: '' }, this.#writers)
  }

  scan(reference: TableReference, alias: string): Scan {
    const scan: Scan = { view: `athena_scan_${this.scans.length}`, reference, alias, conditions: [] }
    this.scans.push(scan)
    return scan
  }
}

/** The alias of an expression without a name; Athena calls it by its place, `_col0`, which is known once stars are expanded. */
export const unnamed = 'athena unnamed'
