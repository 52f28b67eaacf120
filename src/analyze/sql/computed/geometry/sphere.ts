// Geometries on the earth: degrees of longitude and latitude, answers in metres.
import { invalid } from '../computed.ts'
import { boxOf, isSamePlace, onlyOnEarth, type Path, type Place, pathsOf, type Shape } from './shape.ts'

const earthMetres = 6371.01 * 1000
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** The shape, if all of it lies on the earth. */
export function onEarth(shape: Shape): Shape {
  const box = boxOf(shape)
  if (box === undefined) return shape
  if (box.least[1] < -90 || box.most[1] > 90) throw invalid('Latitude must be between -90 and 90')
  if (box.least[0] < -180 || box.most[0] > 180) throw invalid('Longitude must be between -180 and 180')
  return shape
}

/** Vincenty's formula on a sphere, which holds for points near each other and for those on opposite sides. */
export function metresBetween([x1, y1]: Place, [x2, y2]: Place): number {
  const [one, other, turn] = [radians(y1), radians(y2), radians(x1 - x2)]
  const first = Math.cos(other) * Math.sin(turn)
  const second = Math.cos(one) * Math.sin(other) - Math.sin(one) * Math.cos(other) * Math.cos(turn)
  const along = Math.sin(one) * Math.sin(other) + Math.cos(one) * Math.cos(other) * Math.cos(turn)
  return Math.atan2(Math.hypot(first, second), along) * earthMetres
}

export function sphericalDistance(one: Shape, other: Shape): number | null {
  const [from, to] = [onlyOnEarth('ST_Distance', one, 'point').at, onlyOnEarth('ST_Distance', other, 'point').at]
  return from === undefined || to === undefined ? null : metresBetween(from, to)
}

export function sphericalLength(shape: Shape): number | null {
  const paths = pathsOf(onlyOnEarth('ST_Length', shape, 'lineString', 'multiLineString'))
  if (paths.flat().length === 0) return null
  return paths.reduce((sum, path) => sum + pathMetres(path), 0)
}

function pathMetres(path: Path): number {
  let sum = 0
  for (const [index, place] of path.entries()) {
    const before = path[index - 1]
    if (before !== undefined) sum += metresBetween(before, place)
  }
  return sum
}

export function sphericalArea(shape: Shape): number | null {
  const polygons = onlyOnEarth('ST_Area', shape, 'polygon', 'multiPolygon')
  const all = polygons.kind === 'polygon' ? [polygons.rings] : polygons.polygons
  if (all.flat(2).length === 0) return null
  let sum = 0
  for (const [outer = [], ...holes] of all)
    sum += Math.abs(excess(outer)) - holes.reduce((of, hole) => of + Math.abs(excess(hole)), 0)
  return Math.abs(sum * earthMetres * earthMetres)
}

/** The spherical excess of a ring: what the triangles from a pole to each of its edges have together. */
function excess(ring: Path): number {
  const open = ring.slice(0, -1)
  if (open.length < 3) throw invalid('Polygon is not valid: a loop contains less then 3 vertices.')
  if (open.some((place, index) => isSamePlace(place, ring[index + 1])))
    throw invalid('Polygon is not valid: it has two identical consecutive vertices')
  let sum = 0
  let turned = 0
  for (const [index, [x1, y1]] of open.entries()) {
    const [x2, y2] = open[(index + 1) % open.length] ?? [x1, y1]
    let across = radians(x2 - x1)
    if (across > Math.PI) across -= 2 * Math.PI
    if (across < -Math.PI) across += 2 * Math.PI
    turned += across
    const [low, high] = [Math.tan(radians(y1) / 2), Math.tan(radians(y2) / 2)]
    sum += 2 * Math.atan2(Math.tan(across / 2) * (low + high), 1 + low * high)
  }
  // Round a pole the longitudes come to a full turn, and the triangles to all that lies outside.
  return Math.abs(turned) > Math.PI ? 2 * Math.PI - Math.abs(sum) : sum
}
