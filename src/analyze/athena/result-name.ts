/** What a statement's result is, and the name of its object under the output location: rows, lines of text, files elsewhere. */
import { isWriting, type Runnable } from './ddl/statement.ts'

const endings = { csv: '.csv', text: '.txt', files: '' } as const

const kindOf = (statement: Runnable): keyof typeof endings =>
  statement.kind === 'select' ? 'csv' : isWriting(statement) ? 'files' : 'text'

/** A new table's files lie in a folder of that name where the statement says no other. */
export const resultName = (statement: Runnable, id: string): string =>
  `${statement.kind === 'createTableAs' ? 'tables/' : ''}${id}${endings[kindOf(statement)]}`
