// All functions of geometries that the engine's process computes. Whoever imports this loads the library of geometry.
import { type ComputedTable, ComputeFault, computed, invalid } from '../computed.ts'
import { accessors } from './accessors.ts'
import {
  bufferOf,
  centroidOf,
  distanceBetween,
  faultOf,
  hullOf,
  isRelated,
  isSimple,
  matches,
  nearest,
  type Overlay,
  overlaid,
  type Relation,
  shareAlong,
  simplified,
  unionOf,
} from './plane.ts'
import { isEmpty, isSamePlace, only, type Shape } from './shape.ts'
import {
  checkedKey,
  checkedZoom,
  polygonOfTile,
  tileAt,
  tileOf,
  tileOfPlace,
  tilesAround,
  tilesOf,
  tileText,
} from './tiles.ts'
import { shapeOfText as read, textOfShape as text } from './wkt.ts'

const related = (relation: Relation) =>
  computed(['VARCHAR', 'VARCHAR'], 'BOOLEAN', (one, other) => sound(() => isRelated(relation, read(one), read(other))))

const overlay = (name: Overlay) =>
  computed(['VARCHAR', 'VARCHAR'], 'VARCHAR', (one, other) => sound(() => text(overlaid(name, read(one), read(other)))))

/** What the library throws over geometries that are not valid is a failure of the query, in a sentence. */
function sound<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof ComputeFault) throw cause
    throw invalid(`The geometry cannot be computed with: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

function distance(of: string, value: number): number {
  if (Number.isNaN(value)) throw invalid(`${of} is NaN`)
  if (value < 0) throw invalid(`${of} is negative`)
  return value
}

function union(values: readonly (string | null)[]): string | null {
  const shapes = values.flatMap(value => (value === null ? [] : [read(value)]))
  return shapes.length === 0 ? null : sound(() => text(unionOf(shapes)))
}

const centroidKinds = ['point', 'multiPoint', 'lineString', 'multiLineString', 'polygon', 'multiPolygon'] as const

function along(line: Shape, point: Shape): number | null {
  if (isEmpty(line) || isEmpty(point)) return null
  if (line.kind !== 'lineString' && line.kind !== 'multiLineString')
    throw invalid(
      `First argument to line_locate_point must be a LineString or a MultiLineString. Got: ${libraryName(line)}`,
    )
  if (point.kind !== 'point')
    throw invalid(`Second argument to line_locate_point must be a Point. Got: ${libraryName(point)}`)
  return shareAlong(line, point.at ?? [0, 0])
}

const libraryName = ({ kind }: Shape): string =>
  kind === 'collection' ? 'GeometryCollection' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`

export const geometries: ComputedTable = {
  ...accessors,
  athena_geo_contains: related('contains'),
  athena_geo_crosses: related('crosses'),
  athena_geo_disjoint: related('disjoint'),
  athena_geo_equals: related('equals'),
  athena_geo_intersects: related('intersects'),
  athena_geo_overlaps: related('overlaps'),
  athena_geo_touches: related('touches'),
  athena_geo_within: related('within'),
  athena_geo_relate: computed(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'BOOLEAN', (one, other, pattern) =>
    sound(() => matches(read(one), read(other), pattern)),
  ),
  athena_geo_intersection: overlay('intersection'),
  athena_geo_difference: overlay('difference'),
  athena_geo_sym_difference: overlay('symDifference'),
  athena_geo_union: computed(['VARCHAR[]'], 'VARCHAR', union),
  athena_geo_hull: computed(['VARCHAR'], 'VARCHAR', value => {
    const shape = read(value)
    return isEmpty(shape) || shape.kind === 'point' ? value : sound(() => text(hullOf(shape)))
  }),
  athena_geo_hull_of: computed(['VARCHAR[]'], 'VARCHAR', values => {
    const shapes = values.flatMap(value => (value === null ? [] : [read(value)]))
    return shapes.length === 0 ? null : sound(() => text(hullOf({ kind: 'collection', shapes })))
  }),
  athena_geo_buffer: computed(['VARCHAR', 'DOUBLE'], 'VARCHAR', (value, by) => {
    if (distance('distance', by) === 0) return value
    const shape = read(value)
    if (by === Number.POSITIVE_INFINITY) return 'MULTIPOLYGON EMPTY'
    return isEmpty(shape) ? null : sound(() => text(bufferOf(shape, by)))
  }),
  athena_geo_centroid: computed(['VARCHAR'], 'VARCHAR', value => {
    const shape = only('ST_Centroid', read(value), ...centroidKinds)
    if (shape.kind === 'point') return value
    return sound(() => text(isEmpty(shape) ? { kind: 'point', at: undefined } : centroidOf(shape)))
  }),
  athena_geo_distance: computed(['VARCHAR', 'VARCHAR'], 'DOUBLE', (value, against) => {
    const [one, other] = [read(value), read(against)]
    return isEmpty(one) || isEmpty(other) ? null : sound(() => distanceBetween(one, other))
  }),
  athena_geo_nearest: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR[]', (value, against) => {
    const [one, other] = [read(value), read(against)]
    return isEmpty(one) || isEmpty(other) ? null : sound(() => nearest(one, other).map(text))
  }),
  athena_geo_is_simple: computed(['VARCHAR'], 'BOOLEAN', value => {
    const shape = read(value)
    return isEmpty(shape) || sound(() => isSimple(shape))
  }),
  athena_geo_is_ring: computed(['VARCHAR'], 'BOOLEAN', value => {
    const shape = only('ST_IsRing', read(value), 'lineString')
    return isSamePlace(shape.path[0], shape.path.at(-1)) && sound(() => isSimple(shape))
  }),
  athena_geo_is_valid: computed(['VARCHAR'], 'BOOLEAN', value => sound(() => faultOf(read(value)) === undefined)),
  athena_geo_fault: computed(['VARCHAR'], 'VARCHAR', value => {
    const fault = sound(() => faultOf(read(value)))
    return fault === undefined
      ? null
      : `${fault.what} at or near (${javaNumber(fault.at[0])} ${javaNumber(fault.at[1])})`
  }),
  athena_geo_simplified: computed(['VARCHAR', 'DOUBLE'], 'VARCHAR', (value, tolerance) =>
    distance('distanceTolerance', tolerance) === 0 ? value : sound(() => text(simplified(read(value), tolerance))),
  ),
  athena_geo_placed: computed(['VARCHAR', 'VARCHAR'], 'DOUBLE', (line, point) => along(read(line), read(point))),
  athena_geo_tile: computed(['BIGINT', 'BIGINT', 'BIGINT'], 'VARCHAR', (x, y, zoom) =>
    tileAt({ x: Number(x), y: Number(y), zoom: Number(zoom) }),
  ),
  athena_geo_tile_in: computed(['VARCHAR'], 'VARCHAR', checkedKey),
  athena_geo_tile_text: computed(['VARCHAR'], 'VARCHAR', tileText),
  athena_geo_tile_x: computed(['VARCHAR'], 'BIGINT', key => BigInt(tileOf(key).x)),
  athena_geo_tile_y: computed(['VARCHAR'], 'BIGINT', key => BigInt(tileOf(key).y)),
  athena_geo_tile_at: computed(['DOUBLE', 'DOUBLE', 'BIGINT'], 'VARCHAR', (latitude, longitude, zoom) =>
    tileOfPlace([longitude, latitude], Number(zoom)),
  ),
  athena_geo_tiles_around: computed(['DOUBLE', 'DOUBLE', 'BIGINT'], 'VARCHAR[]', (latitude, longitude, zoom) =>
    tilesAround([longitude, latitude], Number(zoom)),
  ),
  athena_geo_tile_polygon: computed(['VARCHAR'], 'VARCHAR', key => text(polygonOfTile(key))),
  athena_geo_tiles: computed(['VARCHAR', 'BIGINT'], 'VARCHAR[]', (value, zoom) =>
    tilesOf(read(value), checkedZoom(Number(zoom)), (one, other) => isRelated('intersects', one, other)),
  ),
}

/** Java writes 1.0 for 1. */
const javaNumber = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value))
