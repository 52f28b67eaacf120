/**
 * A job's module at work: its function is given the rows of the input in batches, and what it returns is held against the
 * declared columns and written. One batch at a time: the next is read when the rows of this one are on their way.
 */
import type { BatchFigures, BatchTask } from './batch-task.ts'
import { LineWriter, linesOf } from './line-files.ts'
import { type Row, readRow, shown, WrongRow, writeRow } from './values.ts'

export type Transform = (rows: readonly Row[], context: object) => unknown

/** What the function did wrong, with the rows that it was given. */
export class BatchFailed extends Error {
  override readonly name: string

  constructor(name: string, message: string, cause: unknown) {
    super(message, { cause })
    this.name = name
    if (cause instanceof Error && cause.stack !== undefined) this.stack = cause.stack
  }
}

export async function runBatches(task: BatchTask, transform: Transform, signal: AbortSignal): Promise<BatchFigures> {
  const output = new LineWriter(task.output)
  const letters = new LineWriter(task.deadLetters)
  let rowsIn = 0
  const add = (row: unknown) => {
    try {
      output.write(writeRow(row, task.target))
    } catch (cause) {
      if (!(cause instanceof WrongRow)) throw cause
      throw new WrongRow(`Row ${output.lines + 1} of the result ${cause.message}`)
    }
  }
  for (const rows of batches(task)) {
    const first = rowsIn + 1
    rowsIn += rows.length
    const aside = new Map<Row, string>()
    const context = Object.freeze({
      now: new Date(task.now),
      arguments: task.arguments,
      signal,
      deadLetter: (row: Row, reason: string) => setAside(aside, rows, row, reason),
    })
    try {
      const result = await transform(rows, context)
      // Without a turn of the event loop for each row, where none is needed.
      if (isIterable(result)) for (const row of result) add(row)
      else if (isAsyncIterable(result)) for await (const row of result) add(row)
      else
        throw new TypeError(
          `The function returned ${shown(result)}. It returns the rows to write: an array (empty for none), or an iterable of rows.`,
        )
    } catch (cause) {
      throw failed(cause, first, rowsIn)
    }
    for (const letter of aside.values()) letters.write(letter)
  }
  output.close()
  letters.close()
  return { rowsIn, rowsOut: output.lines, deadLetters: letters.lines }
}

function* batches({ input, source, batchRows }: BatchTask): Generator<readonly Row[]> {
  let rows: Row[] = []
  for (const line of linesOf(input)) {
    rows.push(readRow(line, source))
    if (rows.length < batchRows) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}

/** Each row once: rows in = rows that the function answered for + dead letters. */
function setAside(aside: Map<Row, string>, rows: readonly Row[], row: Row, reason: string): void {
  if (!rows.includes(row))
    throw new TypeError('deadLetter takes a row of this batch, the very object that the function was given.')
  if (typeof reason !== 'string' || reason === '') throw new TypeError('deadLetter takes the reason as a text.')
  if (aside.has(row)) throw new TypeError('deadLetter was given this row before.')
  const raw = JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  aside.set(row, JSON.stringify({ reason, raw }))
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value
const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

function failed(cause: unknown, first: number, last: number): Error {
  const of = `on rows ${first} to ${last} of the source`
  if (cause instanceof WrongRow)
    return new BatchFailed('WrongRow', `${cause.message} (The function was ${of}.)`, undefined)
  if (!(cause instanceof Error)) return new BatchFailed('Error', `The function threw ${shown(cause)} ${of}.`, undefined)
  const place = /^\s+at .*$/m.exec(cause.stack ?? '')?.[0].trim()
  return new BatchFailed(
    cause.name,
    `${cause.message} (${[of, place].filter(text => text !== undefined).join(', ')})`,
    cause,
  )
}
