// Functions that Athena has and this engine does not, so that a statement with one is told so and not that there is none.

export const refused: ReadonlySet<string> = new Set([
  // Times with a zone of their own.
  'current_time',
  // Sketches of sets of words, and ranks in a digest.
  ...['quantile_at_value', 'make_set_digest', 'merge_set_digest', 'intersection_cardinality', 'jaccard_index'],
  'hash_counts',
  // Trino's of later versions.
  ...['t_cdf', 't_pdf'],
  // Stems of words and hashes that no other library has.
  ...['word_stem', 'spooky_hash_v2_32', 'spooky_hash_v2_64'],
  // Colours of a terminal.
  ...['bar', 'color', 'render', 'rgb'],
  // Who asks, and which server answers.
  ...['current_groups', 'current_user', 'version'],
  // Teradata's.
  ...['char2hexint', 'index', 'to_char', 'to_date', 'to_timestamp'],
  // Of geometries and tiles of maps.
  ...['geometry_from_hadoop_shape', 'spatial_partitioning', 'spatial_partitions'],
])
