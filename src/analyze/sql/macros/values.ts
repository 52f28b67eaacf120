// Macros of texts, numbers and conversions.
import { failed } from '../failed.ts'

/** `what` fails, otherwise `value`. */
const unless = (what: string, message: string, value: string) =>
  `CASE WHEN ${what} THEN ${failed(message)} ELSE ${value} END`

/** One more branch of a CASE, which fails. */
const wrong = (what: string, message: string) =>
  `WHEN ${what} THEN ${failed(`'INVALID_FUNCTION_ARGUMENT: ' || ${message}`)}`

const whole = (name: string, type: string, shown: string) =>
  `CREATE MACRO athena_to_${name}(x) AS CASE WHEN x IS NULL THEN NULL
     WHEN regexp_full_match(x, '\\s*[+-]?[0-9]+\\s*') AND try_cast(x AS ${type}) IS NOT NULL THEN try_cast(x AS ${type})
     ELSE ${failed(`'INVALID_CAST_ARGUMENT: Cannot cast ''' || x || ''' to ${shown}'`)} END`

/** Java's form of a number, which may end with the letter of its kind. */
const floating = (name: string, type: string, shown: string) =>
  `CREATE MACRO athena_to_${name}(x) AS CASE WHEN x IS NULL THEN NULL
     WHEN regexp_full_match(x, '\\s*[+-]?(NaN|Infinity|([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?[dDfF]?)\\s*')
       THEN try_cast(regexp_replace(x, '([0-9.])[dDfF]\\s*$', '\\1') AS ${type})
     ELSE ${failed(`'INVALID_CAST_ARGUMENT: Cannot cast ''' || x || ''' to ${shown}'`)} END`

export const valueMacros: readonly string[] = [
  // DuckDB's capital sharp s is no letter of Athena's.
  `CREATE MACRO athena_upper(x) AS CASE WHEN contains(x, 'ß')
     THEN array_to_string(list_transform(string_split(x, 'ß'), piece -> upper(piece)), 'ß') ELSE upper(x) END`,
  // DuckDB turns what is written as one, Athena each code point.
  `CREATE MACRO athena_reverse(x) AS CASE WHEN strlen(x) = length(x) THEN reverse(x)
     ELSE array_to_string(list_reverse(regexp_extract_all(x, '(?s).')), '') END`,
  `CREATE MACRO athena_replace(x, a, b) AS CASE
     WHEN a = '' THEN b || array_to_string(list_transform(regexp_extract_all(x, '(?s).'), item -> item || b), '') ELSE replace(x, a, b) END`,
  `CREATE MACRO athena_tail(x, s) AS CASE WHEN s > 0 THEN substring(x, least(s, 2147483647))
     WHEN x IS NULL OR s IS NULL THEN NULL WHEN s < 0 AND -s <= length(x) THEN substring(x, s) ELSE '' END`,
  `CREATE MACRO athena_part(x, s, n) AS CASE WHEN s > 0 AND n > 0 THEN substring(x, least(s, 2147483647), least(n, 2147483647))
     WHEN x IS NULL OR s IS NULL OR n IS NULL THEN NULL
     WHEN s < 0 AND n > 0 AND -s <= length(x) THEN substring(x, length(x) + s + 1, least(n, 2147483647)) ELSE '' END`,
  `CREATE MACRO athena_bound(x) AS ${unless('x <= 0', "'INVALID_FUNCTION_ARGUMENT: bound must be positive'", 'x')}`,
  `CREATE MACRO athena_stretch(x, y) AS ${unless('x >= y', "'INVALID_FUNCTION_ARGUMENT: start value must be less than stop value'", 'CAST(y AS DOUBLE) - x')}`,
  `CREATE MACRO athena_split_all(x, d) AS ${unless("d = ''", "'INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string'", 'string_split(x, d)')}`,
  `CREATE MACRO athena_piece(x, d, i) AS CASE WHEN i > 0 AND d <> '' THEN string_split(x, d)[i] ELSE athena_split_part(x, d, i) END`,
  `CREATE MACRO athena_from_utf8(x, r) AS CASE WHEN length(r) > 1 THEN athena_decode(x, r)
     ELSE coalesce(try(decode(x)), athena_decode(x, r)) END`,
  whole('bigint', 'BIGINT', 'BIGINT'),
  whole('integer', 'INTEGER', 'INT'),
  whole('smallint', 'SMALLINT', 'SMALLINT'),
  whole('tinyint', 'TINYINT', 'TINYINT'),
  floating('double', 'DOUBLE', 'DOUBLE'),
  floating('real', 'FLOAT', 'REAL'),
  `CREATE MACRO athena_to_boolean(x) AS CASE WHEN lower(x) IN ('t', 'true', '1') THEN true
     WHEN lower(x) IN ('f', 'false', '0') THEN false WHEN x IS NULL THEN NULL
     ELSE ${failed("'INVALID_CAST_ARGUMENT: Cannot cast ''' || x || ''' to BOOLEAN'")} END`,
  `CREATE MACRO athena_to_time(x) AS CASE WHEN x IS NULL THEN NULL
     WHEN regexp_full_match(x, '\\s*\\d{1,2}:\\d{1,2}(:\\d{1,2}(\\.\\d{1,12})?)?\\s*') AND try_cast(x AS TIME) IS NOT NULL THEN try_cast(x AS TIME)
     ELSE ${failed("'INVALID_CAST_ARGUMENT: Value cannot be cast to time: ' || x")} END`,
  // The wall clock, then its zone. DuckDB's own cast keeps the zone of one row's text for the next one that has none.
  `CREATE MACRO athena_to_instant(x) AS CASE WHEN x IS NULL THEN NULL ELSE coalesce(list_transform(
     [regexp_extract(x, '^\\s*(\\d{4,}-\\d{1,2}-\\d{1,2}(?: \\d{1,2}:\\d{1,2}(?::\\d{1,2}(?:\\.\\d{1,12})?)?)?)\\s*(Z|[+-]\\d\\d:\\d\\d|[A-Za-z][A-Za-z0-9_/+-]*)?\\s*$', ['wall', 'zone'])],
     part -> CASE
       WHEN part.wall = '' THEN NULL
       WHEN part.zone IN ('', 'Z') THEN timezone('UTC', try_cast(part.wall AS TIMESTAMP))
       ELSE try_cast(try_cast(part.wall AS TIMESTAMP) || CASE WHEN part.zone[1] IN ('+', '-') THEN '' ELSE ' ' END || part.zone AS TIMESTAMPTZ) END)[1],
     ${failed("'INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp with time zone: ' || x")}) END`,
  `CREATE MACRO athena_to_uuid(x) AS CASE WHEN x IS NULL THEN NULL
     WHEN length(x) = 36 AND try_cast(x AS UUID) IS NOT NULL THEN try_cast(x AS UUID)
     ELSE ${failed("'INVALID_CAST_ARGUMENT: Cannot cast value to UUID: ' || x")} END`,
  `CREATE MACRO athena_uuid_of(x) AS ${unless('octet_length(x) <> 16', "'INVALID_CAST_ARGUMENT: Invalid UUID binary length: ' || octet_length(x)", 'CAST(hex(x) AS UUID)')}`,
  // Days and times in the one form that Athena reads: DuckDB reads many more.
  ...[
    ['date', 'DATE', ''],
    ['timestamp', 'TIMESTAMP', '( \\d{1,2}:\\d{1,2}(:\\d{1,2}(\\.\\d{1,12})?)?)?'],
  ].map(
    ([name, type, time]) => `CREATE MACRO athena_to_${name}(x) AS CASE WHEN x IS NULL THEN NULL
     WHEN regexp_full_match(x, '\\s*\\d{4,}-\\d{1,2}-\\d{1,2}${time}\\s*') AND try_cast(x AS ${type}) IS NOT NULL THEN try_cast(x AS ${type})
     ELSE ${failed(`'INVALID_CAST_ARGUMENT: Value cannot be cast to ${name}: ' || x`)} END`,
  ),
  // Where Java says not a number or infinity, DuckDB fails.
  "CREATE MACRO athena_ln(x) AS CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END",
  "CREATE MACRO athena_log10(x) AS CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END",
  "CREATE MACRO athena_sqrt(x) AS CASE WHEN x >= 0 THEN sqrt(x) WHEN x IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END",
  "CREATE MACRO athena_asin(x) AS CASE WHEN abs(x) <= 1 THEN asin(x) WHEN x IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END",
  "CREATE MACRO athena_acos(x) AS CASE WHEN abs(x) <= 1 THEN acos(x) WHEN x IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END",
  "CREATE MACRO athena_circular(x, y) AS CASE WHEN isfinite(x) THEN y WHEN x IS NULL THEN NULL ELSE CAST('NaN' AS DOUBLE) END",
  // Half goes away from zero; what has no such digits stays.
  `CREATE MACRO athena_round(x, f) AS CASE WHEN isfinite(x) AND abs(x * f) < 9e18
     THEN sign(x) * (round(abs(x) * f) / f) ELSE x END`,
  `CREATE MACRO athena_bucket_of(x, bins) AS CASE
     WHEN x IS NULL OR bins IS NULL THEN NULL
     ${wrong('len(bins) = 0', "'Bins cannot be an empty array'")}
     ${wrong('isnan(x)', "'Operand cannot be NaN'")}
     ${wrong('list_count(bins) < len(bins)', "'Bin values cannot be NULL'")}
     ${wrong('len(list_filter(bins, bin -> NOT isfinite(bin))) > 0', "'Bin value must be finite, got ' || athena_float(list_filter(bins, bin -> NOT isfinite(bin))[1])")}
     ${wrong('bins <> list_sort(bins)', "'Bin values are not sorted in ascending order'")}
     ELSE CAST(len(list_filter(bins, bin -> bin <= x)) AS BIGINT) END`,
  // The product of the vectors by the product of their lengths; a key that one has not counts nothing, a NULL makes it NULL.
  `CREATE MACRO athena_similarity(x, y) AS CASE
     WHEN list_count(map_values(x)) < cardinality(x) OR list_count(map_values(y)) < cardinality(y) THEN NULL
     ELSE athena_double_division(coalesce(list_sum(list_transform(map_keys(x), key -> x[key] * coalesce(y[key], 0))), 0),
       sqrt(list_sum(list_transform(map_values(x), item -> item * item))) * sqrt(list_sum(list_transform(map_values(y), item -> item * item)))) END`,
  // `names`: the path holds no place, which may be a key as well.
  // What DuckDB reads is as Athena reads it, but for fractions, which keep their digits, and for what is no JSON to its end.
  `CREATE MACRO athena_json_scalar_at(x, p, names) AS list_transform([try(json_extract(x, p))], j -> CASE
     WHEN starts_with(j, '"') THEN json_extract_string(j, '$')
     WHEN j IS NULL THEN CASE WHEN x IS NULL OR (names AND json_valid(x)) THEN NULL ELSE athena_json_extract_scalar(x, p) END
     WHEN j = 'null' OR starts_with(j, '{') OR starts_with(j, '[') THEN NULL
     WHEN regexp_full_match(j, '-?[0-9]+|true|false') THEN CAST(j AS VARCHAR)
     ELSE athena_json_extract_scalar(x, p) END)[1]`,
  // Remainders, rounded as Athena does: of the digits as a whole number.
  `CREATE MACRO athena_round_whole(x, f) AS CAST(athena_quotient(CAST(x AS HUGEINT), CAST(f AS HUGEINT)) AS HUGEINT) * CAST(f AS HUGEINT)`,
]
