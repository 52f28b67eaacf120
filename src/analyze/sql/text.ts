// Writing values into DuckDB's SQL so that no value can end what encloses it.

import { EngineFault } from '../engine/fault.ts'

export function identifier(name: string): string {
  if (name === '') throw new EngineFault('syntax', 'Zero-length delimited identifier not allowed')
  return `"${whole(name).replaceAll('"', '""')}"`
}

export function literal(value: string): string {
  return `'${whole(value).replaceAll("'", "''")}'`
}

/** DuckDB takes a statement as text that ends at its first NUL: the rest would be cut off. */
function whole(text: string): string {
  if (!text.includes('\0')) return text
  const shown = text.replaceAll('\0', '\\0').slice(0, 40)
  throw new EngineFault(
    'unsupported',
    `The character NUL in '${shown}' is not supported by this engine yet: write chr(0)`,
  )
}

export function list(values: readonly string[]): string {
  return `[${values.map(literal).join(', ')}]`
}
