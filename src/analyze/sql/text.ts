// Writing values into DuckDB's SQL so that no value can end what encloses it.

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

export function list(values: readonly string[]): string {
  return `[${values.map(literal).join(', ')}]`
}
