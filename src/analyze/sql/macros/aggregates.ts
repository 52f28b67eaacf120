// Macros of aggregates that are made of a list of what they aggregate (see macros.ts for how they are written).
import { failed, failedCast } from '../failed.ts'

export const aggregateMacros: readonly string[] = [
  'CREATE MACRO athena_unless_empty(l) AS CASE WHEN len(l) > 0 THEN l END',
  `CREATE MACRO athena_tdigest_at(d, share) AS CASE WHEN len(d) > 0 THEN athena_tdigest_value(
     list_transform(list_sort(d), k_item -> k_item.v), list_transform(list_sort(d), k_item -> k_item.w), share) END`,
  `CREATE MACRO athena_qdigest_at(d, share) AS CASE WHEN len(d) > 0 THEN
     list_sort(d)[athena_qdigest_place(list_transform(list_sort(d), k_item -> k_item.w), share)].v END`,
  // How far a window function looks, and how far a frame reaches.
  `CREATE MACRO athena_place_offset(n, least) AS CASE WHEN n >= least OR n IS NULL THEN n
     ELSE ${failed("'INVALID_FUNCTION_ARGUMENT: Offset must be at least ' || least")} END`,
  `CREATE MACRO athena_frame_offset(n, which) AS CASE WHEN n >= 0 THEN n
     ELSE ${failed("'INVALID_WINDOW_FRAME: Window frame ' || which || ' offset must not be ' || CASE WHEN n IS NULL THEN 'null' ELSE 'negative' END")} END`,
  `CREATE MACRO athena_range_offset(n) AS CASE WHEN n >= 0 THEN n
     ELSE ${failed("'INVALID_WINDOW_FRAME: Window frame offset value must not be negative or null'")} END`,
  'CREATE MACRO athena_finite(x) AS CASE WHEN isfinite(x) THEN x END',
  // A key that comes again keeps its first value. Keys that come once, the usual thing, are not searched for.
  `CREATE MACRO athena_map_of(e) AS list_transform([list_filter(e, g_pair -> g_pair.k IS NOT NULL)], g_pairs -> CASE
     WHEN len(g_pairs) = 0 THEN NULL
     WHEN len(list_distinct(list_transform(g_pairs, g_pair -> g_pair.k))) = len(g_pairs) THEN map_from_entries(g_pairs)
     ELSE map_from_entries(list_filter(g_pairs, (g_pair, g_place) ->
       list_position(list_transform(g_pairs, g_other -> g_other.k), g_pair.k) = g_place)) END)[1]`,
  `CREATE MACRO athena_most(h, n, c) AS CASE
     WHEN n <= 1 THEN ${failedCast("'INVALID_FUNCTION_ARGUMENT: approx_most_frequent bucket count must be greater than one, input bucket count: ' || n")}
     WHEN h IS NOT NULL THEN map_from_entries(list_transform(
       list_sort(list_transform(map_entries(h), m_entry -> {'c': -CAST(m_entry.value AS BIGINT), 'k': m_entry.key}))[1:n],
       m_entry -> {'k': m_entry.k, 'v': -m_entry.c})) END`,
  `CREATE MACRO athena_multimap_of(e) AS CASE WHEN len(list_filter(e, g_pair -> g_pair.k IS NOT NULL)) > 0
     THEN athena_multimap(list_filter(e, g_pair -> g_pair.k IS NOT NULL)) END`,
  `CREATE MACRO athena_listed(t) AS CASE
     WHEN coalesce(octet_length(encode(t)), 0) <= 1048576 THEN t
     ELSE ${failedCast("'EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the maximum output length 1048576'")} END`,
]
