// Functions that Athena has and this engine does not, so that a statement with one is told so and not that there is none.

export const refused: ReadonlySet<string> = new Set([
  // Times with a zone of their own.
  'current_time',
  'from_iso8601_timestamp_nanos',
  // Sketches: their binary form is Athena's own.
  ...[
    'approx_set',
    'merge',
    'empty_approx_set',
    'tdigest_agg',
    'qdigest_agg',
    'value_at_quantile',
    'values_at_quantiles',
  ],
  ...['quantile_at_value', 'make_set_digest', 'merge_set_digest', 'intersection_cardinality', 'jaccard_index'],
  'hash_counts',
  // Their answers depend on the order in which Athena's workers meet.
  ...['numeric_histogram', 'approx_most_frequent', 'checksum'],
])
