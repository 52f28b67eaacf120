// A value that fails, of whatever type the values beside it have. It stands where a CASE gives a value, never where it tests
// one: DuckDB looks at constant conditions while it plans, and would fail for a branch that no row comes to.

const never = (fails: string): string => `list_extract([NULL], CAST(${fails} AS BIGINT))`

/** `message` is an expression; it begins with the error's name. The error of this cast carries it, and may stand inside TRY. */
export const failedCast = (message: string): string => never(`CAST(${message} AS BOOLEAN)`)

/** Says any text as it is, where the cast would write its line breaks and quotes anew. */
export const failed = (message: string): string => never(`athena_fail(${message})`)
