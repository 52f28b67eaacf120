/** PREPARE and DEALLOCATE PREPARE, as statements. EXECUTE is resolved before a query starts. */
import { unsupportedStatement } from '../faults.ts'
import { type Context, nothing, type Outcome } from './outcome.ts'
import { parseStatement } from './parse.ts'
import { isQuery } from './statement.ts'

/** Throws for a statement that cannot be prepared: one of the catalog's, or none. */
export function checkPreparable(text: string): void {
  if (!isQuery(parseStatement(text))) throw unsupportedStatement('line 1:1', 'PREPARE of a statement that is no query')
}

export function prepare(context: Context, name: string, text: string): Outcome {
  const { caller, workGroup, prepared } = context
  caller.demandWorkGroup('athena:CreatePreparedStatement', workGroup)
  return { ...nothing, change: write => prepared.create(write, caller, { name, workGroup, text }) }
}

export function deallocate({ caller, workGroup, prepared }: Context, name: string): Outcome {
  caller.demandWorkGroup('athena:DeletePreparedStatement', workGroup)
  return { ...nothing, change: write => prepared.delete(write, caller, workGroup, name) }
}
