// How one line of a text table becomes a row, in two ways: expressions of DuckDB for lines that are plain, and a function
// of this process for the others, which alone says what is wrong with them.

import { EngineFault } from '../fault.ts'
import type { Column } from '../request.ts'

/** One of a table's columns, with its place among all of them. */
export interface PlacedColumn extends Column {
  readonly place: number
}

/** Of the columns that are asked for, in their order. */
export interface RowReader {
  readonly plain?: PlainRows
  /** What `read` gives for each column, as DuckDB is to read it from JSON. */
  readonly readingTypes: readonly string[]
  /** The column's value, as an expression over what was read so. */
  value(column: number, read: string): string
  read(line: string): ReadRow
  /** Whether a line that is no row at all is an error even where none of its columns is asked for. */
  readonly isStrict: boolean
}

export interface PlainRows {
  /** What the values and the condition share: each step over `line` and the steps before it. */
  readonly shared: readonly (readonly (readonly [name: string, sql: string])[])[]
  /** Whether the line is plain. Never NULL. */
  readonly condition: string
  readonly values: readonly string[]
}

export interface ReadRow {
  /** JSON texts. */
  readonly values: readonly string[]
  /** Of each column what is wrong with its value; absent where all is well. */
  readonly errors?: readonly (string | undefined)[]
  /** What is wrong with the line as a whole. */
  readonly malformed?: string
}

export function badValue(text: string, column: number): string {
  return `HIVE_BAD_DATA: Error parsing field value '${text}' for field ${column}: For input string: "${text}"`
}

export function unsupportedColumn(column: Column, what: string): EngineFault {
  return new EngineFault(
    'unsupported',
    `HIVE_UNSUPPORTED_FORMAT: Column '${column.name}' of type ${column.type} cannot be read by ${what}`,
  )
}
