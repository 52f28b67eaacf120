// Macros of aggregates that are made of a list of what they aggregate (see macros.ts for how they are written).

export const aggregateMacros: readonly string[] = [
  'CREATE MACRO athena_finite(x) AS CASE WHEN isfinite(x) THEN x END',
  // A key that comes again keeps its first value. Keys that come once, the usual thing, are not searched for.
  `CREATE MACRO athena_map_of(e) AS list_transform([list_filter(e, g_pair -> g_pair.k IS NOT NULL)], g_pairs -> CASE
     WHEN len(g_pairs) = 0 THEN NULL
     WHEN len(list_distinct(list_transform(g_pairs, g_pair -> g_pair.k))) = len(g_pairs) THEN map_from_entries(g_pairs)
     ELSE map_from_entries(list_filter(g_pairs, (g_pair, g_place) ->
       list_position(list_transform(g_pairs, g_other -> g_other.k), g_pair.k) = g_place)) END)[1]`,
  `CREATE MACRO athena_multimap_of(e) AS CASE WHEN len(list_filter(e, g_pair -> g_pair.k IS NOT NULL)) > 0
     THEN athena_multimap(list_filter(e, g_pair -> g_pair.k IS NOT NULL)) END`,
  `CREATE MACRO athena_listed(t) AS CASE
     WHEN CASE WHEN octet_length(encode(t)) <= 1048576 THEN false ELSE CAST('EXCEEDED_FUNCTION_MEMORY_LIMIT: ' ||
       'Concatenated string has the length in bytes larger than the maximum output length 1048576' AS BOOLEAN) END THEN NULL
     ELSE t END`,
]
