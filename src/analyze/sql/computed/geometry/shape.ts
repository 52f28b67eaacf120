// Geometries as values: what there is of them, their names, and what can be said of one by looking at its places. Two
// dimensions; a third is refused where a geometry is read.
import { invalid } from '../computed.ts'

export type Place = readonly [x: number, y: number]
export type Path = readonly Place[]

export type Shape =
  /** Without a place it is empty. */
  | { readonly kind: 'point'; readonly at: Place | undefined }
  | { readonly kind: 'lineString'; readonly path: Path }
  /** The first ring goes round it against the clock, the others round its holes with the clock; each ends where it began. */
  | { readonly kind: 'polygon'; readonly rings: readonly Path[] }
  | { readonly kind: 'multiPoint'; readonly path: Path }
  | { readonly kind: 'multiLineString'; readonly paths: readonly Path[] }
  | { readonly kind: 'multiPolygon'; readonly polygons: readonly (readonly Path[])[] }
  | { readonly kind: 'collection'; readonly shapes: readonly Shape[] }

export type Kind = Shape['kind']

interface Names {
  /** In errors. */
  readonly plain: string
  /** As ST_GeometryType says it. */
  readonly standard: string
}

const names: Readonly<Record<Kind, Names>> = {
  point: { plain: 'POINT', standard: 'ST_Point' },
  lineString: { plain: 'LINE_STRING', standard: 'ST_LineString' },
  polygon: { plain: 'POLYGON', standard: 'ST_Polygon' },
  multiPoint: { plain: 'MULTI_POINT', standard: 'ST_MultiPoint' },
  multiLineString: { plain: 'MULTI_LINE_STRING', standard: 'ST_MultiLineString' },
  multiPolygon: { plain: 'MULTI_POLYGON', standard: 'ST_MultiPolygon' },
  collection: { plain: 'GEOMETRY_COLLECTION', standard: 'ST_GeomCollection' },
}

export const standardName = ({ kind }: Shape): string => names[kind].standard

/** The shape, if it is one of these. */
export const only = one(name => `${name} only applies to`)
export const onlyOnEarth = one(name => `When applied to SphericalGeography inputs, ${name} only supports`)

function one(limit: (name: string) => string) {
  return <K extends Kind>(name: string, shape: Shape, ...kinds: readonly K[]): Extract<Shape, { kind: K }> => {
    if ((kinds as readonly Kind[]).includes(shape.kind)) return shape as Extract<Shape, { kind: K }>
    const wanted = kinds.map(kind => names[kind].plain).join(' or ')
    throw invalid(`${limit(name)} ${wanted}. Input type is: ${names[shape.kind].plain}`)
  }
}

/** The paths that it is drawn with, each place in its order. */
export function pathsOf(shape: Shape): readonly Path[] {
  switch (shape.kind) {
    case 'point':
      return shape.at === undefined ? [] : [[shape.at]]
    case 'lineString':
      return [shape.path]
    case 'multiPoint':
      return shape.path.map(place => [place])
    case 'polygon':
      return shape.rings
    case 'multiLineString':
      return shape.paths
    case 'multiPolygon':
      return shape.polygons.flat()
    case 'collection':
      return shape.shapes.flatMap(pathsOf)
  }
}

export const placesOf = (shape: Shape): readonly Place[] => pathsOf(shape).flat()
export const isEmpty = (shape: Shape): boolean => placesOf(shape).length === 0

/** What a shape of several has; any other has itself. */
export function partsOf(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case 'multiPoint':
      return shape.path.map(at => ({ kind: 'point', at }))
    case 'multiLineString':
      return shape.paths.map(path => ({ kind: 'lineString', path }))
    case 'multiPolygon':
      return shape.polygons.map(rings => ({ kind: 'polygon', rings }))
    case 'collection':
      return shape.shapes
    default:
      return [shape]
  }
}

export interface Box {
  readonly least: Place
  readonly most: Place
}

export function boxOf(shape: Shape): Box | undefined {
  const places = placesOf(shape)
  if (places.length === 0) return undefined
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of places) {
    x0 = Math.min(x0, x)
    y0 = Math.min(y0, y)
    x1 = Math.max(x1, x)
    y1 = Math.max(y1, y)
  }
  return { least: [x0, y0], most: [x1, y1] }
}

export const polygonOfBox = ({ least: [x0, y0], most: [x1, y1] }: Box): Shape => ({
  kind: 'polygon',
  rings: [
    [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
      [x0, y0],
    ],
  ],
})

export const isSamePlace = (one: Place | undefined, other: Place | undefined): boolean =>
  one?.[0] === other?.[0] && one?.[1] === other?.[1]

export function lengthOf(path: Path): number {
  let sum = 0
  for (const [index, [x, y]] of path.entries()) {
    const before = path[index - 1]
    if (before !== undefined) sum += Math.sqrt((x - before[0]) ** 2 + (y - before[1]) ** 2)
  }
  return sum
}

/** Twice the area with the sign of its direction is what the shoelace gives: positive against the clock. */
export function signedArea(ring: Path): number {
  let sum = 0
  for (const [index, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[index + 1] ?? ring[0] ?? [x, y]
    sum += x * nextY - nextX * y
  }
  return sum / 2
}

export function areaOf(shape: Shape): number {
  if (shape.kind === 'polygon') {
    const [outer = [], ...holes] = shape.rings
    return Math.abs(signedArea(outer)) - holes.reduce((sum, hole) => sum + Math.abs(signedArea(hole)), 0)
  }
  if (shape.kind !== 'multiPolygon' && shape.kind !== 'collection') return 0
  return partsOf(shape).reduce((sum, part) => sum + areaOf(part), 0)
}

/** Closed, and in the direction that its place among the rings wants; where it begins stays. */
export function ringsOf(paths: readonly Path[]): readonly Path[] {
  return paths.map((path, place) => {
    const [first] = path
    const closed = first === undefined || isSamePlace(first, path.at(-1)) ? path : [...path, first]
    const isForward = signedArea(closed) >= 0
    return isForward === (place === 0) ? closed : [...closed].reverse()
  })
}
