// What is known while one statement is translated, and what comes out: DuckDB's text and the scans it needs.
import type { TableReference } from '../engine/request.ts'
import type { Node } from './ast.ts'
import type { Feed } from './feeds.ts'
import type { Column, Scope } from './scope.ts'
import type { Value } from './value.ts'
import type { View } from './view.ts'

/** One mention of a table in a FROM. Each mention is a view of its own, because each is pruned by its own WHERE. */
export interface Scan {
  readonly view: string
  /** The name by which the text for DuckDB reaches its columns. */
  readonly relation: string
  readonly reference: TableReference
  /** The name that the WHERE uses for it. */
  readonly alias: string
  /** What must hold of a row of this table for it to matter; only conjuncts for which that is certain. */
  conditions: readonly Node[]
}

/** A query as DuckDB's text, with the columns that come out of it. */
export interface Written {
  readonly sql: string
  readonly columns: readonly Column[]
  /** Absent: nothing may be asked of its rows before it has run. */
  readonly feeds?: readonly Feed[]
  /** With NULL for columns that are not at these places, where that changes none of its rows otherwise. */
  readonly narrowed?: (used: ReadonlySet<number>) => string
}

/** Queries hold expressions and expressions hold queries: each reaches the other through the statement. */
export interface Writers {
  readonly expression: (node: Node, statement: Statement, scope: Scope) => Value
  readonly query: (node: Node, statement: Statement, scope: Scope) => Written
}

/** The columns of a table of the catalog: its own, its partition columns, those that no star shows. */
export type Tables = (reference: TableReference) => readonly (Column & { readonly hidden?: boolean })[]

/** The view of a name; undefined for a table. */
export type Views = (reference: TableReference) => View | undefined

export interface StatementOptions {
  /** As it was sent: where something stands is looked up in it. */
  readonly text: string
  readonly defaultDatabase: string
  readonly now: number
  /** Those that it asks for: only these the views have. */
  readonly hiddenColumns: ReadonlySet<string>
  readonly tables: Tables
  readonly views?: Views
}

export class Statement {
  readonly defaultDatabase: string
  readonly now: number
  readonly hiddenColumns: ReadonlySet<string>
  readonly text: string
  readonly scans: Scan[] = []
  readonly #options: StatementOptions
  readonly #writers: Writers
  readonly #settlements: (() => void)[] = []
  #names = 0

  constructor(options: StatementOptions, writers: Writers) {
    this.#options = options
    this.#writers = writers
    this.defaultDatabase = options.defaultDatabase
    this.now = options.now
    this.hiddenColumns = options.hiddenColumns
    this.text = options.text
  }

  expression(node: Node, scope: Scope): Value {
    return this.#writers.expression(node, this, scope)
  }

  query(node: Node, scope: Scope): Written {
    return this.#writers.query(node, this, scope)
  }

  /** For writing a part of the statement a second time, without counting its mentions twice. */
  aside(): Statement {
    return new Statement(this.#options, this.#writers)
  }

  columnsOf(reference: TableReference): ReturnType<Tables> {
    const isAsked = ({ name = '' }: Column) => this.hiddenColumns.has(name)
    return this.#options.tables(reference).filter(column => column.hidden !== true || isAsked(column))
  }

  viewOf(reference: TableReference): View | undefined {
    return this.#options.views?.(reference)
  }

  scan(reference: TableReference, alias: string): Scan {
    const view = `athena_scan_${this.scans.length}`
    const scan: Scan = { view, relation: this.name('t'), reference, alias, conditions: [] }
    this.scans.push(scan)
    return scan
  }

  /** What can be done only when the whole statement is known; what was begun last is done first. */
  later(settlement: () => void): void {
    this.#settlements.push(settlement)
  }

  settle(): void {
    for (const settlement of this.#settlements.splice(0).reverse()) settlement()
  }

  /** A name that nothing else in the statement has. */
  name(purpose: string): string {
    return `athena_${purpose}_${this.#names++}`
  }
}
