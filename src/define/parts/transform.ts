/**
 * A job's work as a function over batches of typed rows, where SQL does not reach. It runs in a process of its own, so it goes
 * there as its text: what it uses must stand in it, and nothing of the file around it is there.
 *
 *     transform: (rows, { deadLetter }) =>
 *       rows.flatMap(row => (row.temperature < 60 ? [row] : deadLetter(row, 'no room is so warm') ?? []))
 */
import type { Column, Columns, Moment, PutRow } from '../column.ts'
import { freeNamesOf } from '../free-names.ts'
import { DefinitionMistake } from '../mistake.ts'

type Scalar = string | number | bigint | boolean | Date

type GivenValue<C> =
  C extends Column<infer Read, infer Put, Moment | undefined, infer Absent>
    ? ([Put] extends [Scalar] ? Read : Put) | (true extends Absent ? null : never)
    : never

/** A row of a job's source as a function has it: as rows are read, but for arrays, maps and structs, which are values. */
export type GivenRow<C extends Columns> = { readonly [K in keyof C]: GivenValue<C[K]> }

export interface TransformContext<C extends Columns> {
  /** The lake's. */
  readonly now: Date
  /** The job's arguments, without their dashes. */
  readonly arguments: Readonly<Record<string, string>>
  /** Aborted just before a run that is stopped is ended. */
  readonly signal: AbortSignal
  /** Puts a row of the batch aside, with the reason. */
  deadLetter(row: GivenRow<C>, reason: string): void
}

/** An array is an iterable too: named by itself, a compiler tells of its rows and not of iterators. */
type Rows<T extends Columns> = readonly PutRow<T>[] | Iterable<PutRow<T>> | AsyncIterable<PutRow<T>>

/** What of the table is cut out of a moment is added to what it returns. */
export type Transform<C extends Columns, T extends Columns> = (
  rows: readonly GivenRow<C>[],
  context: TransformContext<C>,
) => Rows<T> | Promise<Rows<T>>

/** An expression that is the function. `what` begins the sentence where its text would not do. */
export function functionText(what: string, given: (...parameters: never[]) => unknown): string {
  const text = typeof given === 'function' ? Function.prototype.toString.call(given) : ''
  if (text === '' || /\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw new DefinitionMistake(
      `${what} takes a function that is written out, (rows, context) => …: one that was bound or is built in has no text to send.`,
    )
  const free = freeNamesOf(text)
  if (free.length > 0)
    throw new DefinitionMistake(
      `${what} uses ${free.map(({ name, line, column }) => `${name} (line ${line}, column ${column} of the function)`).join(', ')}, ` +
        `which ${free.length === 1 ? 'stands' : 'stand'} outside of it. ` +
        'The function is sent as its text and runs in a process of its own, where nothing of the file around it is: ' +
        'declare within it what it uses, or let the job read a table by SQL.',
    )
  const isExpression = /^(async\s*)?(function\b|\(|[\w$]+\s*=>)/.test(text)
  return isExpression ? text : `Object.values({ ${text} })[0]`
}
