// Macros that a session of the engine defines before the statement that uses them: what cannot be said in one template because it
// depends on the type of the argument, which only DuckDB knows. typeof() of a column is a constant to its optimizer, so
// a branch that is not taken costs nothing.
//
// A branch that must fail casts its message to a BOOLEAN: the error carries the message, and unlike error() it may stand
// inside TRY. Only CASE decides what is evaluated: the sides of an AND may be evaluated in any order.

/**
 * Trino writes 1.0E10 where DuckDB writes 10000000000.0, and 1.0E-4 for 0.0001. From DuckDB's shortest text of a positive
 * number: its digits without the point, and the power of ten of the first. A lambda names what would otherwise be written
 * out again and again: planning such an expression costs more than a small query.
 */
const scientific = `
CREATE MACRO athena_exponent(text) AS list_transform([CASE
    WHEN contains(text, 'e') THEN {'d': replace(split_part(text, 'e', 1), '.', ''), 'e': CAST(split_part(text, 'e', 2) AS INTEGER)}
    WHEN starts_with(text, '0.') THEN {'d': ltrim(text, '0.'), 'e': len(ltrim(text, '0.')) + 1 - len(text)}
    ELSE {'d': rtrim(replace(text, '.', ''), '0'), 'e': strpos(text, '.') - 2} END],
  n -> n.d[1] || '.' || CASE WHEN len(n.d) > 1 THEN n.d[2:] ELSE '0' END || 'E' || n.e)[1]`

const macros: readonly string[] = [
  scientific,
  `CREATE MACRO athena_float(x) AS CASE
     WHEN x = 0 OR (abs(x) >= 0.001 AND abs(x) < 10000000) THEN CAST(x AS VARCHAR)
     WHEN isfinite(x) THEN CASE WHEN x < 0 THEN '-' ELSE '' END || athena_exponent(CAST(abs(x) AS VARCHAR))
     WHEN isnan(x) THEN 'NaN'
     WHEN x > 0 THEN 'Infinity'
     WHEN x < 0 THEN '-Infinity' END`,
  "CREATE MACRO athena_timestamp(x) AS strftime(x, '%Y-%m-%d %H:%M:%S.%g')",
  'CREATE MACRO athena_wall(x) AS make_timestamp(epoch_us(x))',
  `CREATE MACRO athena_date(x) AS CASE
     WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN CAST(athena_wall(TRY_CAST(x AS TIMESTAMPTZ)) AS DATE)
     ELSE CAST(x AS DATE) END`,
  "CREATE MACRO athena_instant(x) AS strftime(athena_wall(x), '%Y-%m-%d %H:%M:%S.%g') || ' UTC'",
  "CREATE MACRO athena_time(x) AS strftime(DATE '2000-01-01' + x, '%H:%M:%S.%g')",
  // Athena shows a binary as pairs of hexadecimal digits.
  String.raw`CREATE MACRO athena_binary(x) AS rtrim(regexp_replace(lower(hex(x)), '(..)', '\1 ', 'g'))`,
  `CREATE MACRO athena_varchar(x) AS CASE
     WHEN typeof(x) = 'DOUBLE' THEN athena_float(TRY_CAST(x AS DOUBLE))
     WHEN typeof(x) = 'FLOAT' THEN athena_float(TRY_CAST(x AS FLOAT))
     WHEN typeof(x) = 'TIMESTAMP' THEN athena_timestamp(TRY_CAST(x AS TIMESTAMP))
     WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN athena_instant(TRY_CAST(x AS TIMESTAMPTZ))
     WHEN typeof(x) = 'TIME' THEN athena_time(TRY_CAST(x AS TIME))
     WHEN typeof(x) = 'JSON' THEN json_extract_string(TRY_CAST(x AS JSON), '$')
     ELSE CAST(x AS VARCHAR) END`,
  `CREATE MACRO athena_iso8601(x) AS CASE
     WHEN typeof(x) = 'DATE' THEN CAST(x AS VARCHAR)
     WHEN typeof(x) = 'TIMESTAMP' THEN strftime(TRY_CAST(x AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g')
     ELSE strftime(athena_wall(TRY_CAST(x AS TIMESTAMPTZ)), '%Y-%m-%dT%H:%M:%S.%gZ') END`,
  // DuckDB rounds half to even and accepts '2.5' as an integer; Athena rounds half up and does not.
  ...['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'].map(
    type => `CREATE MACRO athena_${type.toLowerCase()}(x) AS CASE
     WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(round(TRY_CAST(x AS DOUBLE)) AS ${type})
     WHEN typeof(x) = 'VARCHAR' THEN CAST(regexp_replace(CAST(x AS VARCHAR), '[.eE]', '?') AS ${type})
     ELSE CAST(x AS ${type}) END`,
  ),
  `CREATE MACRO athena_division(a, b) AS CASE
     WHEN typeof(a) IN ('DOUBLE', 'FLOAT') OR typeof(b) IN ('DOUBLE', 'FLOAT')
       THEN CASE WHEN b = 0 THEN cast_to_type(CAST(a AS DOUBLE) * CAST('Infinity' AS DOUBLE), a / b) ELSE a / b END
     WHEN CASE WHEN b = 0 THEN CAST('DIVISION_BY_ZERO: Division by zero' AS BOOLEAN) ELSE false END THEN NULL
     ELSE a / b END`,
  `CREATE MACRO athena_modulus(a, b) AS CASE
     WHEN typeof(a) IN ('DOUBLE', 'FLOAT') OR typeof(b) IN ('DOUBLE', 'FLOAT')
       THEN CASE WHEN b = 0 THEN cast_to_type(CAST('NaN' AS DOUBLE), a % b) ELSE a % b END
     WHEN CASE WHEN b = 0 THEN CAST('DIVISION_BY_ZERO: Division by zero' AS BOOLEAN) ELSE false END THEN NULL
     ELSE a % b END`,
  `CREATE MACRO athena_cardinality(x) AS CAST(CASE
     WHEN starts_with(typeof(x), 'MAP(') THEN cardinality(TRY_CAST(x AS MAP(VARCHAR, VARCHAR)))
     ELSE len(TRY_CAST(x AS VARCHAR[])) END AS BIGINT)`,
  `CREATE MACRO athena_subscript(x, i) AS CASE
     WHEN x[i] IS NOT NULL THEN x[i]
     WHEN x IS NULL OR i IS NULL THEN NULL
     WHEN CASE
       WHEN starts_with(typeof(x), 'MAP(') THEN CASE
         WHEN list_contains(map_keys(TRY_CAST(x AS MAP(VARCHAR, VARCHAR))), CAST(i AS VARCHAR)) THEN false
         ELSE CAST('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || CAST(i AS VARCHAR) AS BOOLEAN) END
       WHEN ends_with(typeof(x), ']') THEN CASE
         WHEN TRY_CAST(i AS BIGINT) BETWEEN 1 AND len(TRY_CAST(x AS VARCHAR[])) THEN false
         ELSE CAST('INVALID_FUNCTION_ARGUMENT: Array subscript must be between 1 and the length of the array, it is ' || CAST(i AS VARCHAR) AS BOOLEAN) END
       ELSE false END THEN NULL
     ELSE NULL END`,
]

const named: ReadonlyMap<string, string> = new Map(
  macros.map(macro => [/CREATE MACRO (\w+)/.exec(macro)?.[1] ?? '', macro]),
)

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
