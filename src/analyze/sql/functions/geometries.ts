// Geometries, the earth, and tiles of maps. https://docs.aws.amazon.com/athena/latest/ug/geospatial-functions-list-v3.html
// A geometry is its well-known text in Athena's form, a tile its quadkey; all is computed in computed/geometry.
import { type Type, varchar } from '../typing/type.ts'
import { typed } from '../value.ts'
import { aggregate, type FunctionTable, scalar } from './entry.ts'

const bingTile: Type = { kind: 'simple', name: 'BingTile' }
const geometry: Type = { kind: 'simple', name: 'Geometry' }

const of = (result: string, name: string) => scalar([`(Geometry) -> ${result}`, `athena_geo_${name}($1)`])
const ofTwo = (result: string, name: string) =>
  scalar([`(Geometry, Geometry) -> ${result}`, `athena_geo_${name}($1, $2)`])
const related = (name: string) => ofTwo('boolean', name)

export const geometries: FunctionTable = {
  st_point: scalar(['(double, double) -> Geometry', 'athena_geo_point($1, $2)']),
  st_geometryfromtext: scalar(['(varchar) -> Geometry', 'athena_geo_in($1)']),
  st_linefromtext: scalar(['(varchar) -> Geometry', 'athena_geo_line_in($1)']),
  st_polygon: scalar(['(varchar) -> Geometry', 'athena_geo_polygon_in($1)']),
  st_geomfrombinary: scalar(['(varbinary) -> Geometry', 'athena_geo_bytes_in($1)']),
  st_linestring: scalar(['(array(Geometry)) -> Geometry', 'athena_geo_line($1)']),
  st_multipoint: scalar(['(array(Geometry)) -> Geometry', 'athena_geo_multi_point($1)']),
  st_astext: of('varchar', 'in'),
  st_asbinary: of('varbinary', 'bytes'),
  to_spherical_geography: of('SphericalGeography', 'on_earth'),
  to_geometry: scalar(['(SphericalGeography) -> Geometry', () => typed('$1', geometry)]),
  from_geojson_geometry: scalar(['(varchar) -> SphericalGeography', 'athena_geo_json_in($1)']),
  to_geojson_geometry: scalar(['(SphericalGeography) -> varchar', 'athena_geo_json($1)']),
  from_encoded_polyline: scalar(['(varchar) -> Geometry', 'athena_geo_polyline_in($1)']),
  to_encoded_polyline: of('varchar', 'polyline'),

  st_area: scalar(
    ['(Geometry) -> double', 'athena_geo_area($1)'],
    ['(SphericalGeography) -> double', 'athena_geo_metres_square($1)'],
  ),
  st_boundary: of('Geometry', 'boundary'),
  st_buffer: scalar(['(Geometry, double) -> Geometry', 'athena_geo_buffer($1, $2)']),
  st_centroid: of('Geometry', 'centroid'),
  st_convexhull: of('Geometry', 'hull'),
  st_coorddim: scalar(['(Geometry) -> tinyint', 'CASE WHEN $1 IS NOT NULL THEN CAST(2 AS TINYINT) END']),
  st_dimension: scalar(['(Geometry) -> tinyint', 'CAST(athena_geo_dimension($1) AS TINYINT)']),
  st_distance: scalar(
    ['(Geometry, Geometry) -> double', 'athena_geo_distance($1, $2)'],
    ['(SphericalGeography, SphericalGeography) -> double', 'athena_geo_metres($1, $2)'],
  ),
  st_endpoint: of('Geometry', 'last'),
  st_envelope: of('Geometry', 'envelope'),
  st_envelopeaspts: of('array(Geometry)', 'corners'),
  st_exteriorring: of('Geometry', 'outer_ring'),
  st_geometries: of('array(Geometry)', 'parts'),
  st_geometryn: scalar(['(Geometry, integer) -> Geometry', 'athena_geo_parts($1)[CASE WHEN $2 > 0 THEN $2 END]']),
  st_geometrytype: of('varchar', 'kind'),
  st_interiorringn: scalar([
    '(Geometry, integer) -> Geometry',
    "athena_geo_holes('ST_InteriorRingN', $1)[CASE WHEN $2 > 0 THEN $2 END]",
  ]),
  st_interiorrings: scalar(['(Geometry) -> array(Geometry)', "athena_geo_holes('ST_InteriorRings', $1)"]),
  st_isclosed: of('boolean', 'is_closed'),
  st_isempty: of('boolean', 'is_empty'),
  st_isring: of('boolean', 'is_ring'),
  st_issimple: of('boolean', 'is_simple'),
  st_isvalid: of('boolean', 'is_valid'),
  st_length: scalar(
    ['(Geometry) -> double', 'athena_geo_length($1)'],
    ['(SphericalGeography) -> double', 'athena_geo_metres_long($1)'],
  ),
  st_numgeometries: scalar([
    '(Geometry) -> integer',
    'CASE WHEN $1 IS NOT NULL THEN CAST(coalesce(len(athena_geo_parts($1)), 0) AS INTEGER) END',
  ]),
  st_numinteriorring: scalar(['(Geometry) -> bigint', "len(athena_geo_holes('ST_NumInteriorRing', $1))"]),
  st_numpoints: of('bigint', 'place_count'),
  st_pointn: scalar(['(Geometry, integer) -> Geometry', 'athena_geo_nth($1, $2)']),
  st_points: of('array(Geometry)', 'places'),
  st_startpoint: of('Geometry', 'first'),
  st_x: of('double', 'x'),
  st_xmax: of('double', 'x_max'),
  st_xmin: of('double', 'x_min'),
  st_y: of('double', 'y'),
  st_ymax: of('double', 'y_max'),
  st_ymin: of('double', 'y_min'),
  geometry_invalid_reason: of('varchar', 'fault'),
  simplify_geometry: scalar(['(Geometry, double) -> Geometry', 'athena_geo_simplified($1, $2)']),
  line_interpolate_point: scalar(['(Geometry, double) -> Geometry', 'athena_geo_along($1, $2)']),
  line_interpolate_points: scalar(['(Geometry, double) -> array(Geometry)', 'athena_geo_all_along($1, $2)']),
  line_locate_point: ofTwo('double', 'placed'),

  st_contains: related('contains'),
  st_crosses: related('crosses'),
  st_disjoint: related('disjoint'),
  st_equals: related('equals'),
  st_intersects: related('intersects'),
  st_overlaps: related('overlaps'),
  st_relate: scalar(['(Geometry, Geometry, varchar) -> boolean', 'athena_geo_relate($1, $2, $3)']),
  st_touches: related('touches'),
  st_within: related('within'),

  st_difference: ofTwo('Geometry', 'difference'),
  st_intersection: ofTwo('Geometry', 'intersection'),
  st_symdifference: ofTwo('Geometry', 'sym_difference'),
  st_union: scalar([
    '(Geometry, Geometry) -> Geometry',
    'CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN athena_geo_union([$1, $2]) END',
  ]),
  geometry_union: scalar(['(array(Geometry)) -> Geometry', 'athena_geo_union($1)']),
  geometry_nearest_points: scalar([
    '(Geometry, Geometry) -> row',
    () =>
      typed(
        'list_transform([athena_geo_nearest($1, $2)], athena_p -> CASE WHEN athena_p IS NOT NULL THEN struct_pack(field0 := athena_p[1], field1 := athena_p[2]) END)[1]',
        {
          kind: 'row',
          fields: [
            { name: undefined, type: geometry },
            { name: undefined, type: geometry },
          ],
        },
      ),
  ]),
  geometry_union_agg: aggregate(['(Geometry) -> Geometry', 'athena_geo_union({list($1)})']),
  convex_hull_agg: aggregate(['(Geometry) -> Geometry', 'athena_geo_hull_of({list($1)})']),

  bing_tile: scalar(
    ['(bigint, bigint, bigint) -> BingTile', 'athena_geo_tile($1, $2, $3)'],
    ['(varchar) -> BingTile', 'athena_geo_tile_in($1)'],
  ),
  bing_tile_at: scalar(['(double, double, bigint) -> BingTile', 'athena_geo_tile_at($1, $2, $3)']),
  bing_tile_coordinates: scalar([
    '(BingTile) -> row',
    () =>
      typed(
        'CASE WHEN $1 IS NOT NULL THEN struct_pack(x := CAST(athena_geo_tile_x($1) AS INTEGER), y := CAST(athena_geo_tile_y($1) AS INTEGER)) END',
        {
          kind: 'row',
          fields: [
            { name: 'x', type: { kind: 'simple', name: 'integer' } },
            { name: 'y', type: { kind: 'simple', name: 'integer' } },
          ],
        },
      ),
  ]),
  bing_tile_polygon: scalar(['(BingTile) -> Geometry', 'athena_geo_tile_polygon($1)']),
  bing_tile_quadkey: scalar(['(BingTile) -> varchar', () => typed('$1', varchar)]),
  bing_tile_zoom_level: scalar(['(BingTile) -> tinyint', 'CAST(length($1) AS TINYINT)']),
  bing_tiles_around: scalar([
    '(double, double, bigint) -> array(BingTile)',
    () => typed('athena_geo_tiles_around($1, $2, $3)', { kind: 'array', of: bingTile }),
  ]),
  geometry_to_bing_tiles: scalar(['(Geometry, bigint) -> array(BingTile)', 'athena_geo_tiles($1, $2)']),
}
