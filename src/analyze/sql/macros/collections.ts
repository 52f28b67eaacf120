// Macros of arrays and maps (see macros.ts for how they are written). Their lambdas' parameters are named for the macro, since
// a macro may come to stand in another one's lambda.
import { failedCast } from '../failed.ts'

/** One more branch of a CASE, which fails. */
const failing = (condition: string, message: string) =>
  `WHEN ${condition} THEN ${failedCast(`'INVALID_FUNCTION_ARGUMENT: ' || ${message}`)}`

export const collectionMacros: readonly string[] = [
  // DuckDB takes a NULL for an array of nothing.
  'CREATE MACRO athena_joined(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN list_concat(a, b) END',
  'CREATE MACRO athena_appended(l, v) AS CASE WHEN l IS NOT NULL AND v IS NOT NULL THEN list_append(l, v) END',
  'CREATE MACRO athena_prepended(v, l) AS CASE WHEN l IS NOT NULL AND v IS NOT NULL THEN list_prepend(v, l) END',
  // Of NULLs among them nothing is known: true, then NULL, then false.
  `CREATE MACRO athena_any(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, true) THEN true
     WHEN list_count(l) < len(l) THEN NULL ELSE false END`,
  `CREATE MACRO athena_every(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, false) THEN false
     WHEN list_count(l) < len(l) THEN NULL ELSE true END`,
  `CREATE MACRO athena_contains(l, v) AS CASE WHEN l IS NULL OR v IS NULL THEN NULL WHEN list_contains(l, v) THEN true
     WHEN list_count(l) < len(l) THEN NULL ELSE false END`,
  `CREATE MACRO athena_overlap(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(a, b) THEN true
     WHEN (list_count(a) < len(a) AND len(b) > 0) OR (list_count(b) < len(b) AND len(a) > 0) THEN NULL ELSE false END`,
  // In the order in which they come first, a NULL among them.
  'CREATE MACRO athena_distinct(l) AS list_filter(l, (d_item, d_place) -> list_position(l, d_item) = d_place)',
  `CREATE MACRO athena_except(a, b) AS CASE WHEN b IS NOT NULL THEN
     list_filter(a, (e_item, e_place) -> list_position(a, e_item) = e_place AND list_position(b, e_item) IS NULL) END`,
  `CREATE MACRO athena_intersect(a, b) AS CASE WHEN b IS NOT NULL THEN
     list_filter(a, (s_item, s_place) -> list_position(a, s_item) = s_place AND list_position(b, s_item) IS NOT NULL) END`,
  // What is no number is the greatest of all to DuckDB, the least to Athena where the greatest is asked for.
  `CREATE MACRO athena_most_number(l) AS CASE WHEN isnan(list_max(l))
     THEN coalesce(list_max(list_filter(l, x_item -> NOT isnan(x_item))), list_max(l)) ELSE list_max(l) END`,
  `CREATE MACRO athena_repetitions(n) AS CASE
     ${failing('n < 0', "'count argument of repeat function must be greater than or equal to 0'")}
     ${failing('n > 10000', "'count argument of repeat function must be less than or equal to 10000'")} ELSE n END`,
  `CREATE MACRO athena_element(l, i) AS CASE
     ${failing('i = 0', "'SQL array indices start at 1'")} ELSE l[i] END`,
  `CREATE MACRO athena_item(x, i) AS CASE
     WHEN x[i] IS NOT NULL AND i > 0 THEN x[i]
     WHEN x IS NULL OR i IS NULL THEN NULL
     ${failing('i = 0', "'SQL array indices start at 1'")}
     ${failing('i < 0', "'Array subscript is negative: ' || i")}
     ${failing('i > len(x)', "'Array subscript must be less than or equal to array length: ' || i || ' > ' || len(x)")}
     ELSE NULL END`,
  `CREATE MACRO athena_entry(x, k, shown) AS CASE
     WHEN x[k] IS NOT NULL THEN x[k]
     WHEN x IS NULL OR k IS NULL THEN NULL
     WHEN NOT map_contains(x, k) THEN ${failedCast("'INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || shown")}
     ELSE NULL END`,
  `CREATE MACRO athena_slice(l, s, n) AS CASE
     WHEN l IS NULL OR s IS NULL OR n IS NULL THEN NULL
     ${failing('s = 0', "'SQL array indices start at 1'")}
     ${failing('n < 0', "'length must be greater than or equal to 0'")}
     WHEN n = 0 OR s > len(l) OR s < -len(l) THEN l[1:0]
     WHEN s > 0 THEN l[s:s + n - 1] ELSE l[len(l) + s + 1:least(len(l), len(l) + s + n)] END`,
  `CREATE MACRO athena_trim_array(l, n) AS CASE
     WHEN l IS NULL OR n IS NULL THEN NULL
     ${failing('n < 0', "'size must not be negative: ' || n")}
     ${failing('n > len(l)', "'size must not exceed array cardinality ' || len(l) || ': ' || n")}
     ELSE l[1:len(l) - n] END`,
  `CREATE MACRO athena_ngrams(l, n) AS CASE
     ${failing('n <= 0', "'N must be positive'")}
     WHEN l IS NOT NULL THEN list_transform(range(0, greatest(len(l) - n, 0) + 1), n_from -> l[n_from + 1:n_from + n]) END`,
  `CREATE MACRO athena_contains_sequence(l, s) AS CASE
     WHEN l IS NULL OR s IS NULL THEN NULL WHEN len(s) = 0 THEN true
     ELSE list_contains(list_transform(range(1, greatest(len(l) - len(s), -1) + 2), q_from -> l[q_from:q_from + len(s) - 1] = s), true) END`,
  `CREATE MACRO athena_shuffle(l) AS list_transform(list_sort(list_transform(l, h_item -> {'r': random(), 'e': h_item})), h_pair -> h_pair.e)`,
  `CREATE MACRO athena_sequence(a, b, s) AS CASE
     WHEN a IS NULL OR b IS NULL OR s IS NULL THEN NULL
     ${failing('s = 0', "'step must not be zero'")}
     ${failing(
       '(b - a) * sign(s) < 0',
       "'sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start'",
     )}
     ${failing('(b - a) // s >= 10000', "'result of sequence function must not have more than 10000 entries'")}
     ELSE generate_series(a, b, s) END`,
  // Of dates and timestamps: the engine makes timestamps. An interval of the wrong direction makes none.
  `CREATE MACRO athena_moments(a, b, s) AS CASE
     WHEN a IS NULL OR b IS NULL OR s IS NULL THEN NULL
     ${failing(
       'CASE WHEN epoch_us(s) > 0 THEN a > b ELSE a < b END',
       "'sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start'",
     )}
     ELSE generate_series(CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP), s) END`,
  `CREATE MACRO athena_days_on(a, b, s) AS CASE
     ${failing('epoch_us(s) % 86400000000 <> 0', "'sequence step must be a day interval if start and end values are dates'")}
     ELSE athena_moments(a, b, s) END`,
  // Each from the first, so that the 31st of a month comes back.
  `CREATE MACRO athena_months_on(a, b, s) AS CASE
     WHEN athena_moments(a, b, s) IS NOT NULL THEN list_filter(
       list_transform(range(0, abs(date_diff('month', a, b)) // abs(athena_month_count(s)) + 1),
         o_count -> CAST(a AS TIMESTAMP) + to_months(CAST(athena_month_count(s) * o_count AS INTEGER))),
       o_moment -> CASE WHEN a <= b THEN o_moment <= b ELSE o_moment >= b END) END`,
  `CREATE MACRO athena_compared(c) AS CASE
     WHEN c IN (-1, 0, 1) THEN c
     ${failing('true', "'Lambda comparator must return either -1, 0, or 1'")} ELSE NULL END`,
  `CREATE MACRO athena_multimap(e) AS CASE WHEN e IS NOT NULL THEN map(
     athena_distinct(list_transform(e, m_entry -> m_entry.k)),
     list_transform(athena_distinct(list_transform(e, m_entry -> m_entry.k)), m_key ->
       list_transform(list_filter(e, m_pair -> m_pair.k = m_key), m_pair -> m_pair.v))) END`,
  `CREATE MACRO athena_counts(l) AS CASE WHEN l IS NOT NULL THEN map(
     athena_distinct(list_filter(l, c_item -> c_item IS NOT NULL)),
     list_transform(athena_distinct(list_filter(l, c_item -> c_item IS NOT NULL)), c_key ->
       CAST(len(list_filter(l, c_item -> c_item = c_key)) AS BIGINT))) END`,
]
