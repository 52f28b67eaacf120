// Values as Hive's LazySimpleSerDe writes them, as expressions of DuckDB: texts with their escapes, and arrays, maps and rows by
// separators, of which each level down has the next. The reader is in delimited-reader.ts.

import { literal } from '../../sql/text.ts'
import type { Type } from '../../sql/typing/type.ts'
import { EngineFault } from '../fault.ts'
import type { WrittenText } from '../request.ts'
import { hasOwnNumbers, numberText } from './number-text.ts'

/** NULL where the value is. `level` 0 is the column itself. */
export function lazyText(value: string, type: Type, text: WrittenText, level = 0): string {
  const inner = (part: string, of: Type, at: number) =>
    `coalesce(${lazyText(part, of, text, at)}, ${literal(text.nullText ?? '\\N')})`
  const joined = (list: string, separator: string) => `coalesce(array_to_string(${list}, ${separator}), '')`
  const unlessNull = (sql: string) => `CASE WHEN ${value} IS NULL THEN NULL ELSE ${sql} END`
  const one = `x${level}`
  switch (type.kind) {
    case 'array': {
      const parts = `list_transform(${value}, ${one} -> ${inner(one, type.of, level + 1)})`
      return unlessNull(joined(parts, separatorOf(text, level + 1)))
    }
    case 'row': {
      const fields = type.fields.map(({ type: of }, index) =>
        inner(`struct_extract_at(${value}, ${index + 1})`, of, level + 1),
      )
      return unlessNull(joined(`[${fields.join(', ')}]`, separatorOf(text, level + 1)))
    }
    case 'map': {
      const [key, held] = [inner(`${one}.key`, type.key, level + 2), inner(`${one}.value`, type.value, level + 2)]
      const entry = `${key} || ${separatorOf(text, level + 2)} || ${held}`
      return unlessNull(
        joined(`list_transform(map_entries(${value}), ${one} -> ${entry})`, separatorOf(text, level + 1)),
      )
    }
    case 'varchar':
    case 'char':
      return escaped(value, text)
    default:
      return hasOwnNumbers(type) ? numberText(value, type) : `CAST(${value} AS VARCHAR)`
  }
}

const levelsMax = 7

function separatorOf({ separators = [] }: WrittenText, level: number): string {
  if (level > levelsMax)
    throw new EngineFault(
      'semantic',
      `NOT_SUPPORTED: Number of levels of nesting supported for LazySimpleSerde is ${levelsMax} Unable to work with level ${level}`,
    )
  const code = (separators[level - 1] ?? String.fromCharCode(level + 1)).charCodeAt(0)
  return `chr(${code})`
}

/** As Hive's and Athena's: a mark in front of itself and of every separator, in texts alone. */
function escaped(value: string, { escape: said }: WrittenText): string {
  if (said === undefined) return value
  const code = (character: string) => `\\x{${character.charCodeAt(0).toString(16)}}`
  const pattern = `([${[...said.characters].map(code).join('')}])`
  const mark = said.mark === '\\' ? '\\\\' : said.mark
  return `regexp_replace(${value}, ${literal(pattern)}, ${literal(`${mark}\\1`)}, 'g')`
}
