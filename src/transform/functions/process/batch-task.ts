/** What a job's module is told to do, and what it says when it is done: JSON in the frames of `frames.ts`. */
import type { Field } from './values.ts'

export interface BatchTask {
  /** Files on this machine: rows as lines of JSON, to be read; and two to be written. */
  readonly input: string
  readonly output: string
  readonly deadLetters: string
  readonly source: readonly Field[]
  readonly target: readonly Field[]
  readonly batchRows: number
  /** The lake's time, milliseconds since 1970 UTC. */
  readonly now: number
  readonly arguments: Readonly<Record<string, string>>
}

export interface BatchFigures {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly deadLetters: number
}
