// What children's parsers made of the statements of late: a new child gets it with its first tasks, so that they need not wait
// for a parser that has never run. Jobs and tests say the same statements again and again, each time in a new lake perhaps, so
// this is the process's own and no lake's.

import type { ParsedText, Task } from './protocol.ts'

const statementsMax = 100
/** Of one statement; those that programs write can be of any size. */
const charactersMax = 64 * 1024

const ofLate = new Map<string, readonly ParsedText[]>()

export function textsOf(task: Task): readonly ParsedText[] {
  return ofLate.get(statementOf(task) ?? '') ?? []
}

export function keepTexts(task: Task, parsed: readonly ParsedText[]): void {
  const statement = statementOf(task)
  if (statement === undefined) return
  const characters = parsed.reduce((sum, { text, json }) => sum + text.length + json.length, statement.length)
  if (characters > charactersMax) return
  ofLate.delete(statement)
  ofLate.set(statement, parsed)
  const [oldest] = ofLate.keys()
  if (ofLate.size > statementsMax && oldest !== undefined) ofLate.delete(oldest)
}

function statementOf(task: Task): string | undefined {
  if (task.kind === 'convert') return undefined
  if (task.kind !== 'transform') return task.sql
  return typeof task.script === 'string' ? task.script : task.script.query
}
