// A value that fails, of whatever type the values beside it have. It stands where a CASE gives a value, never where it tests
// one: DuckDB looks at constant conditions while it plans, and would fail for a branch that no row comes to.

const never = (fails: string): string => `list_extract([NULL], CAST(${fails} AS BIGINT))`

/** `message` is an expression; it begins with the error's name. The error of this cast carries it, and may stand inside TRY. */
export const failedCast = (message: string): string => never(`CAST(${message} AS BOOLEAN)`)

/** Says any text as it is, where the cast would write its line breaks and quotes anew. */
export const failed = (message: string): string => never(`athena_fail(${message})`)

/** The text with NULL for each value that fails. */
export function unfailing(text: string): string {
  const begin = 'list_extract([NULL], CAST('
  const from = text.indexOf(begin)
  if (from < 0) return text
  const start = from + 'list_extract('.length
  let open = 1
  for (const { 0: token, index } of text.slice(start).matchAll(/'(?:[^']|'')*'|[()]/g)) {
    if (token === '(') open += 1
    if (token === ')') open -= 1
    if (open === 0) return `${text.slice(0, from)}NULL${unfailing(text.slice(start + index + 1))}`
  }
  return text
}
