// Geometries from texts and bytes and back, and what one of them is made of.
// https://trino.io/docs/current/functions/geospatial.html
import { type ComputedTable, computed, invalid } from '../computed.ts'
import { jsonOfShape, shapeOfJson } from './geojson.ts'
import { pathOfPolyline, polylineOfPath } from './polyline.ts'
import {
  areaOf,
  boxOf,
  isEmpty,
  isSamePlace,
  lengthOf,
  only,
  type Path,
  type Place,
  partsOf,
  pathsOf,
  placesOf,
  polygonOfBox,
  type Shape,
  standardName,
} from './shape.ts'
import { onEarth, sphericalArea, sphericalDistance, sphericalLength } from './sphere.ts'
import { bytesOfShape, shapeOfBytes } from './wkb.ts'
import { shapeOfText as read, textOfShape as text } from './wkt.ts'

const pointText = (at: Place | undefined): string => text({ kind: 'point', at })
const lineText = (path: Path): string => text({ kind: 'lineString', path })

const line = (name: string, of: (path: Path) => Place | undefined) =>
  computed(['VARCHAR'], 'VARCHAR', value => {
    const at = of(only(name, read(value), 'lineString').path)
    return at === undefined ? null : pointText(at)
  })

const coordinate = (name: string, place: 0 | 1) =>
  computed(['VARCHAR'], 'DOUBLE', value => only(name, read(value), 'point').at?.[place] ?? null)

const bound = (end: 'least' | 'most', place: 0 | 1) =>
  computed(['VARCHAR'], 'DOUBLE', value => boxOf(read(value))?.[end][place] ?? null)

/** The points of a list, none of them missing. */
function pointsOf(
  name: string,
  values: readonly (string | null)[],
  wrong: (kind: string, place: number) => string,
): Path {
  return values.map((value, index) => {
    if (value === null)
      throw invalid(`Invalid input to ${name}: null${name === 'ST_LineString' ? ' point' : ''} at index ${index + 1}`)
    const shape = read(value)
    if (shape.kind !== 'point') throw invalid(wrong(standardName(shape).replace('ST_', ''), index + 1))
    if (shape.at === undefined) throw invalid(`Invalid input to ${name}: empty point at index ${index + 1}`)
    return shape.at
  })
}

function lineOf(values: readonly (string | null)[]): string {
  const path = pointsOf(
    'ST_LineString',
    values,
    kind => `ST_LineString takes only an array of valid points, ${kind} was passed`,
  )
  const twice = path.findIndex((place, index) => index > 0 && isSamePlace(place, path[index - 1]))
  if (twice >= 0) throw invalid(`Invalid input to ST_LineString: consecutive duplicate points at index ${twice + 1}`)
  return lineText(path.length < 2 ? [] : path)
}

function multiPointOf(values: readonly (string | null)[]): string | null {
  const name = 'ST_MultiPoint'
  const path = pointsOf(
    name,
    values,
    (kind, place) => `Invalid input to ${name}: geometry is not a point: ${kind} at index ${place}`,
  )
  return path.length === 0 ? null : text({ kind: 'multiPoint', path })
}

function boundaryOf(shape: Shape): Shape {
  switch (shape.kind) {
    case 'point':
    case 'multiPoint':
      return { kind: 'multiPoint', path: [] }
    case 'polygon':
    case 'multiPolygon':
      return { kind: 'multiLineString', paths: pathsOf(shape) }
    case 'collection':
      throw invalid('ST_Boundary is not defined for geometry collections')
    default: {
      // An end that an even number of lines share is none.
      const ends = pathsOf(shape).flatMap(path =>
        path.length === 0 ? [] : ([path[0], path.at(-1)] as readonly Place[]),
      )
      const odd = new Map<string, Place>()
      for (const end of ends) if (!odd.delete(String(end))) odd.set(String(end), end)
      return { kind: 'multiPoint', path: [...odd.values()] }
    }
  }
}

const dimensions: Readonly<Record<Exclude<Shape['kind'], 'collection'>, number>> = {
  ...{ point: 0, multiPoint: 0, lineString: 1, multiLineString: 1, polygon: 2, multiPolygon: 2 },
}

const dimensionOf = (shape: Shape): number =>
  shape.kind === 'collection'
    ? shape.shapes.reduce((most, part) => Math.max(most, dimensionOf(part)), 0)
    : dimensions[shape.kind]

/** Of polygons Athena gives them the other way round than it writes them. */
const againstTheRings = (shape: Shape): readonly Place[] =>
  shape.kind === 'collection'
    ? shape.shapes.flatMap(againstTheRings)
    : pathsOf(shape).flatMap(path =>
        shape.kind === 'polygon' || shape.kind === 'multiPolygon' ? path.toReversed() : path,
      )

/** Closing places of rings are counted once. */
const pointCount = (shape: Shape): number =>
  shape.kind === 'collection'
    ? shape.shapes.reduce((sum, part) => sum + pointCount(part), 0)
    : placesOf(shape).length - (shape.kind === 'polygon' || shape.kind === 'multiPolygon' ? pathsOf(shape).length : 0)

/** Points on a line, each so much of its length further than the one before. */
function interpolated(shape: Shape, step: number, isRepeated: boolean): readonly Place[] {
  const { path } = only('line_interpolate_point', shape, 'lineString')
  if (!(step >= 0 && step <= 1)) throw invalid('fraction must be between 0 and 1')
  const [first, last] = [path[0], path.at(-1)]
  if (first === undefined || last === undefined) return []
  if (step === 0 || step === 1) return [step === 0 ? first : last]
  const wanted = isRepeated ? Math.floor(1 / step) : 1
  const whole = lengthOf(path)
  const found: Place[] = []
  let [passed, before, next] = [0, first, step]
  for (const place of path.slice(1)) {
    const share = lengthOf([before, place]) / whole
    while (next < passed + share && found.length < wanted) {
      const along = (next - passed) / share
      found.push([before[0] + (place[0] - before[0]) * along, before[1] + (place[1] - before[1]) * along])
      next += step
    }
    passed += share
    before = place
  }
  return found.length < wanted ? [...found, last] : found
}

export const accessors: ComputedTable = {
  athena_geo_in: computed(['VARCHAR'], 'VARCHAR', value => text(read(value))),
  athena_geo_line_in: computed(['VARCHAR'], 'VARCHAR', value =>
    text(only('ST_LineFromText', read(value), 'lineString')),
  ),
  athena_geo_polygon_in: computed(['VARCHAR'], 'VARCHAR', value => text(only('ST_Polygon', read(value), 'polygon'))),
  athena_geo_bytes_in: computed(['BLOB'], 'VARCHAR', value => text(shapeOfBytes(value))),
  athena_geo_bytes: computed(['VARCHAR'], 'BLOB', value => bytesOfShape(read(value))),
  athena_geo_json_in: computed(['VARCHAR'], 'VARCHAR', value => text(onEarth(shapeOfJson(value)))),
  athena_geo_json: computed(['VARCHAR'], 'VARCHAR', value => jsonOfShape(read(value))),
  athena_geo_polyline_in: computed(['VARCHAR'], 'VARCHAR', value => lineText(pathOfPolyline(value))),
  athena_geo_polyline: computed(['VARCHAR'], 'VARCHAR', value =>
    polylineOfPath(only('encode_polyline', read(value), 'lineString', 'multiPoint').path),
  ),
  athena_geo_point: computed(['DOUBLE', 'DOUBLE'], 'VARCHAR', (x, y) =>
    pointText(Number.isNaN(x) || Number.isNaN(y) ? undefined : [x, y]),
  ),
  athena_geo_line: computed(['VARCHAR[]'], 'VARCHAR', lineOf),
  athena_geo_multi_point: computed(['VARCHAR[]'], 'VARCHAR', multiPointOf),
  athena_geo_on_earth: computed(['VARCHAR'], 'VARCHAR', value => {
    onEarth(read(value))
    return value
  }),
  athena_geo_kind: computed(['VARCHAR'], 'VARCHAR', value => standardName(read(value))),
  athena_geo_dimension: computed(['VARCHAR'], 'BIGINT', value => BigInt(dimensionOf(read(value)))),
  athena_geo_is_empty: computed(['VARCHAR'], 'BOOLEAN', value => isEmpty(read(value))),
  athena_geo_is_closed: computed(['VARCHAR'], 'BOOLEAN', value =>
    pathsOf(only('ST_IsClosed', read(value), 'lineString', 'multiLineString')).every(path =>
      isSamePlace(path[0], path.at(-1)),
    ),
  ),
  athena_geo_x: coordinate('ST_X', 0),
  athena_geo_y: coordinate('ST_Y', 1),
  athena_geo_x_min: bound('least', 0),
  athena_geo_y_min: bound('least', 1),
  athena_geo_x_max: bound('most', 0),
  athena_geo_y_max: bound('most', 1),
  athena_geo_area: computed(['VARCHAR'], 'DOUBLE', value => areaOf(read(value))),
  athena_geo_length: computed(['VARCHAR'], 'DOUBLE', value =>
    pathsOf(only('ST_Length', read(value), 'lineString', 'multiLineString')).reduce(
      (sum, path) => sum + lengthOf(path),
      0,
    ),
  ),
  athena_geo_metres: computed(['VARCHAR', 'VARCHAR'], 'DOUBLE', (one, other) =>
    sphericalDistance(read(one), read(other)),
  ),
  athena_geo_metres_long: computed(['VARCHAR'], 'DOUBLE', value => sphericalLength(read(value))),
  athena_geo_metres_square: computed(['VARCHAR'], 'DOUBLE', value => sphericalArea(read(value))),
  athena_geo_boundary: computed(['VARCHAR'], 'VARCHAR', value => text(boundaryOf(read(value)))),
  athena_geo_envelope: computed(['VARCHAR'], 'VARCHAR', value => {
    const box = boxOf(read(value))
    return text(box === undefined ? { kind: 'polygon', rings: [] } : polygonOfBox(box))
  }),
  athena_geo_corners: computed(['VARCHAR'], 'VARCHAR[]', value => {
    const box = boxOf(read(value))
    return box === undefined ? null : [pointText(box.least), pointText(box.most)]
  }),
  athena_geo_outer_ring: computed(['VARCHAR'], 'VARCHAR', value => {
    const [outer] = only('ST_ExteriorRing', read(value), 'polygon').rings
    return outer === undefined ? null : lineText(outer)
  }),
  athena_geo_holes: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR[]', (name, value) => {
    const { rings } = only(name, read(value), 'polygon')
    return rings.length === 0 ? null : rings.slice(1).map(lineText)
  }),
  athena_geo_parts: computed(['VARCHAR'], 'VARCHAR[]', value => {
    const shape = read(value)
    return isEmpty(shape) ? null : partsOf(shape).map(text)
  }),
  athena_geo_places: computed(['VARCHAR'], 'VARCHAR[]', value => {
    const places = againstTheRings(read(value))
    return places.length === 0 ? null : places.map(pointText)
  }),
  athena_geo_place_count: computed(['VARCHAR'], 'BIGINT', value => BigInt(pointCount(read(value)))),
  athena_geo_first: line('ST_StartPoint', path => path[0]),
  athena_geo_last: line('ST_EndPoint', path => path.at(-1)),
  athena_geo_nth: computed(['VARCHAR', 'BIGINT'], 'VARCHAR', (value, nth) => {
    const at = only('ST_PointN', read(value), 'lineString').path[Number(nth) - 1]
    return at === undefined ? null : pointText(at)
  }),
  athena_geo_along: computed(['VARCHAR', 'DOUBLE'], 'VARCHAR', (value, share) => {
    const [at] = interpolated(read(value), share, false)
    return at === undefined ? null : pointText(at)
  }),
  athena_geo_all_along: computed(['VARCHAR', 'DOUBLE'], 'VARCHAR[]', (value, step) => {
    const places = interpolated(read(value), step, true)
    return places.length === 0 ? null : places.map(pointText)
  }),
}
