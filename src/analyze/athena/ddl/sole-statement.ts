/** The one statement of a text, without what stands around it: blanks and semicolons. A comment alone is a statement, too. */
import { emptyStatement, severalStatements } from '../faults.ts'
import { tokensOf } from './tokens.ts'

export function soleStatement(text: string): string {
  const ends = (tokensOf(text) ?? []).filter(({ kind, text: sign }) => kind === 'symbol' && sign === ';')
  if (ends.length === 0) return text.trim()
  const starts = [0, ...ends.map(({ end }) => end)]
  const parts = starts.map((from, index) => text.slice(from, ends[index]?.offset).trim()).filter(part => part !== '')
  const [sole, another] = parts
  if (sole === undefined) throw emptyStatement(text.trimEnd())
  if (another !== undefined) throw severalStatements(text.trimEnd())
  return sole
}
