// Which key of a document holds which column. A table's names know no case and, where asked for, have underscores where
// documents have dots; documents are looked at to see how they spell theirs.

import type { ConvertRequest } from '../request.ts'
import { piece } from './files.ts'

type Input = ConvertRequest['input']

/** The key that is looked for first, as it is written here. */
export function keyOf(input: Input, column: string): string {
  // A column may be called `constructor`, which every object has.
  const isMapped = input.serde === 'openx' && Object.hasOwn(input.keyMappings, column)
  return (isMapped ? input.keyMappings[column] : undefined) ?? column
}

/** Keys of one comparable name are the same key. Hive's SerDe knows no case at all. */
export function comparableName(key: string, input: Input): string {
  if (input.serde === 'hive') return key.toLowerCase()
  const cased = input.caseInsensitive ? key.toLowerCase() : key
  return input.dotsToUnderscores ? cased.replaceAll('.', '_') : cased
}

/** `comparableName` of an expression of DuckDB. */
export function comparableExpression(key: string, input: Input): string {
  if (input.serde === 'hive') return `lower(${key})`
  const cased = input.caseInsensitive ? `lower(${key})` : key
  return input.dotsToUnderscores ? `replace(${cased}, '.', '_')` : cased
}

const sampleBytes = 64 * 1024
const sampleLinesMax = 50

/** Of each column the key that the first documents have for it. */
export async function spelledKeys(
  request: Pick<ConvertRequest, 'columns' | 'input' | 'lines'>,
): Promise<readonly string[]> {
  const spelled = spellings([Buffer.from(await piece(request.lines, 0, sampleBytes)).toString()], request.input)
  return request.columns.map(column => {
    const key = keyOf(request.input, column.name)
    return spelled.get(comparableName(key, request.input)) ?? key
  })
}

/** By the comparable name of each key how the beginnings of files have it. */
export function spellings(heads: readonly string[], input: Input): ReadonlyMap<string, string> {
  const spelled = new Map<string, string>()
  for (const head of heads) {
    for (const line of head.split('\n').slice(0, sampleLinesMax)) {
      for (const key of keysOf(line)) spelled.set(comparableName(key, input), key)
    }
  }
  return spelled
}

/** The keys of the first document, in its order, where none of them comes twice. */
export function firstKeys(heads: readonly string[], input: Input): readonly string[] | undefined {
  const line = heads.map(head => head.slice(0, head.indexOf('\n') + 1)).find(one => one !== '') ?? ''
  const keys = keysOf(line)
  const isOnce = new Set(keys.map(key => comparableName(key, input))).size === keys.length
  return keys.length > 0 && isOnce ? keys : undefined
}

function keysOf(line: string): readonly string[] {
  try {
    const document: unknown = JSON.parse(line)
    return typeof document === 'object' && document !== null ? Object.keys(document) : []
  } catch {
    // Cut off by the end of the sample, or no JSON.
    return []
  }
}
