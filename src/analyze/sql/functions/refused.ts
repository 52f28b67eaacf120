// Functions that Athena has and this engine does not, so that a statement with one is told so and not that there is none.

export const refused: ReadonlySet<string> = new Set([
  // Times with a zone of their own.
  'current_time',
  'from_iso8601_timestamp_nanos',
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
  // Geometries and tiles of maps, of which there are no types here.
  ...['st_area', 'st_asbinary', 'st_astext', 'st_boundary', 'st_buffer', 'st_centroid', 'st_contains', 'st_convexhull'],
  ...['st_coorddim', 'st_crosses', 'st_difference', 'st_dimension', 'st_disjoint', 'st_distance', 'st_endpoint'],
  ...['st_envelope', 'st_envelopeaspts', 'st_equals', 'st_exteriorring', 'st_geometries', 'st_geometryfromtext'],
  ...[
    'st_geometryn',
    'st_geometrytype',
    'st_geomfrombinary',
    'st_interiorringn',
    'st_interiorrings',
    'st_intersection',
  ],
  ...['st_intersects', 'st_isclosed', 'st_isempty', 'st_isring', 'st_issimple', 'st_isvalid', 'st_length'],
  ...['st_linefromtext', 'st_linestring', 'st_multipoint', 'st_numgeometries', 'st_numinteriorring', 'st_numpoints'],
  ...['st_overlaps', 'st_point', 'st_pointn', 'st_points', 'st_polygon', 'st_relate', 'st_startpoint'],
  ...[
    'st_symdifference',
    'st_touches',
    'st_union',
    'st_within',
    'st_x',
    'st_xmax',
    'st_xmin',
    'st_y',
    'st_ymax',
    'st_ymin',
  ],
  ...['bing_tile', 'bing_tile_at', 'bing_tile_coordinates', 'bing_tile_polygon', 'bing_tile_quadkey'],
  ...['bing_tile_zoom_level', 'bing_tiles_around', 'convex_hull_agg', 'from_encoded_polyline', 'from_geojson_geometry'],
  ...['geometry_from_hadoop_shape', 'geometry_invalid_reason', 'geometry_nearest_points', 'geometry_to_bing_tiles'],
  ...['geometry_union', 'geometry_union_agg', 'line_interpolate_point', 'line_interpolate_points', 'line_locate_point'],
  ...['simplify_geometry', 'spatial_partitioning', 'spatial_partitions', 'to_encoded_polyline', 'to_geojson_geometry'],
  ...['to_geometry', 'to_spherical_geography'],
])
