// Macros that a session of the engine defines before the statement that uses them: what cannot be said in one template because it
// depends on the type of the argument, which only DuckDB knows. typeof() of a column is a constant to its optimizer, so
// a branch that is not taken costs nothing.
//
// A branch that must fail gives a value that fails (failed.ts), which unlike error() may stand inside TRY. Only CASE decides what is
// evaluated: the sides of an AND may be evaluated in any order.

import { failedCast, unfailing } from './failed.ts'
import { aggregateMacros } from './macros/aggregates.ts'
import { collectionMacros } from './macros/collections.ts'
import { dateMacros } from './macros/dates.ts'
import { valueMacros } from './macros/values.ts'

const byZero = failedCast("'DIVISION_BY_ZERO: Division by zero'")

const macros: readonly string[] = [
  // Trino writes 1.0E10 where DuckDB writes 10000000000.0, and 1.0E-4 for 0.0001. Few numbers are so large or so small; said
  // in DuckDB's own functions, they would make every plan with a number to show longer than a small query takes.
  `CREATE MACRO athena_float(x) AS CASE
     WHEN x = 0 OR (abs(x) >= 0.001 AND abs(x) < 10000000) THEN CAST(x AS VARCHAR)
     WHEN x IS NOT NULL THEN athena_float_text(CAST(x AS VARCHAR)) END`,
  // Of a number halfway between two shorter texts DuckDB writes all nine digits, the last of them a five.
  `CREATE MACRO athena_real(x) AS CASE
     WHEN CAST(x AS VARCHAR) LIKE '%5' AND length(ltrim(replace(CAST(x AS VARCHAR), '.', ''), '-0')) > 8
     THEN athena_real_text(CAST(x AS VARCHAR)) ELSE athena_float(x) END`,
  "CREATE MACRO athena_timestamp(x) AS strftime(x, '%Y-%m-%d %H:%M:%S.%g')",
  'CREATE MACRO athena_wall(x) AS make_timestamp(epoch_us(x))',
  "CREATE MACRO athena_time(x) AS strftime(DATE '2000-01-01' + x, '%H:%M:%S.%g')",
  // Athena shows a binary as pairs of hexadecimal digits.
  String.raw`CREATE MACRO athena_binary(x) AS rtrim(regexp_replace(lower(hex(x)), '(..)', '\1 ', 'g'))`,
  // `1 02:03:04.000`
  `CREATE MACRO athena_days(x) AS CASE WHEN x IS NULL THEN NULL ELSE list_transform([
     CAST(datepart('day', x) AS BIGINT) * 86400000000 + epoch_us(x - to_days(CAST(datepart('day', x) AS INTEGER)))],
     us -> (CASE WHEN us < 0 THEN '-' ELSE '' END) || (abs(us) // 86400000000) || ' ' ||
       strftime(make_timestamp(abs(us) % 86400000000), '%H:%M:%S.%g'))[1] END`,
  // `1-2`
  `CREATE MACRO athena_months(x) AS (CASE WHEN datepart('year', x) * 12 + datepart('month', x) < 0 THEN '-' ELSE '' END)
     || abs(datepart('year', x)) || '-' || abs(datepart('month', x))`,
  `CREATE MACRO athena_offset(minutes) AS (CASE WHEN minutes < 0 THEN '-' ELSE '+' END)
     || lpad(CAST(abs(minutes) // 60 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(minutes) % 60 AS VARCHAR), 2, '0')`,
  // Athena fails where a whole number's divisor is zero, DuckDB says NULL.
  `CREATE MACRO athena_whole_division(a, b) AS CASE
     WHEN b = 0 THEN ${byZero} ELSE a // b END`,
  `CREATE MACRO athena_whole_modulus(a, b) AS CASE
     WHEN b = 0 THEN ${byZero} ELSE a % b END`,
  // NULL where it fails: for a divisor of zero, and for the least number by -1, which no number of its type is.
  `CREATE MACRO athena_try_division(a, b, least) AS CASE
     WHEN b = 0 OR (b = -1 AND a = least) THEN NULL ELSE a // b END`,
  `CREATE MACRO athena_try_modulus(a, b, least) AS CASE
     WHEN b = 0 THEN NULL WHEN b = -1 AND a = least THEN 0 ELSE a % b END`,
  `CREATE MACRO athena_double_division(a, b) AS CASE WHEN b = 0 THEN a * CAST('Infinity' AS DOUBLE) ELSE a / b END`,
  `CREATE MACRO athena_double_modulus(a, b) AS CASE WHEN b = 0 THEN CAST('NaN' AS DOUBLE) ELSE a % b END`,
  // Half is rounded away from zero.
  `CREATE MACRO athena_quotient(a, b) AS CASE
     WHEN b = 0 THEN ${byZero}
     ELSE CAST((a // b) + (CASE WHEN 2 * abs(a % b) >= abs(b) THEN (CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END) ELSE 0 END) AS DECIMAL(38,0)) END`,
  ...dateMacros,
  ...valueMacros,
  ...collectionMacros,
  ...aggregateMacros,
]

/** Each macro that turns a text into a value once more, as NULL where that fails. */
const quiet = macros.flatMap(macro =>
  macro.startsWith('CREATE MACRO athena_to_') ? [unfailing(macro.replace(' athena_to_', ' athena_try_to_'))] : [],
)

const named: ReadonlyMap<string, string> = new Map(
  [...macros, ...quiet].map(macro => [/CREATE MACRO (\w+)/.exec(macro)?.[1] ?? '', macro]),
)

/** Whether the engine's TRY stands in it, or in a macro that it calls. */
export const holdsTry = (text: string): boolean =>
  /\btry\(/.test(text) || [...text.matchAll(/\bathena_\w+(?=\()/g)].some(([name]) => tryMacros.has(name))

const tryMacros = new Set([...named].flatMap(([name, macro]) => (/\btry\(/.test(macro) ? [name] : [])))

/** A macro's body with $1, $2 … for its parameters; undefined for what is none of these. */
export function parametersOf(name: string): { readonly template: string; readonly count: number } | undefined {
  const [, given, body] = /CREATE MACRO \w+\(([^)]*)\) AS (.*)$/s.exec(named.get(name) ?? '') ?? []
  if (given === undefined || body === undefined) return undefined
  const parameters = given.split(',').map(parameter => parameter.trim())
  const template = body.replace(/'(?:[^']|'')*'|\w+/g, word => {
    const place = parameters.indexOf(word)
    return place < 0 ? word : `$${place + 1}`
  })
  return { template, count: parameters.length }
}

/** The macros that a text uses, those they use first. Each costs a millisecond, so no session defines them all. */
export function macrosOf(text: string, defined: Set<string>): readonly string[] {
  const found: string[] = []
  for (const [name] of text.matchAll(/\bathena_\w+(?=\()/g)) {
    const macro = named.get(name)
    if (macro === undefined || defined.has(name)) continue
    defined.add(name)
    found.push(...macrosOf(macro, defined), macro)
  }
  return found
}
