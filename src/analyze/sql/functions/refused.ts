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
  // Distributions, whose last digits are those of Athena's own library.
  ...['normal_cdf', 'inverse_normal_cdf', 'beta_cdf', 'inverse_beta_cdf', 't_cdf', 't_pdf'],
  // Stems of words and hashes that no other library has.
  ...['word_stem', 'spooky_hash_v2_32', 'spooky_hash_v2_64'],
  // Colours of a terminal and networks.
  ...['bar', 'color', 'render', 'rgb', 'contains_subnet'],
])
