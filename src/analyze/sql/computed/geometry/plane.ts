// What two geometries of the plane have to do with each other, and what is made of them: JSTS, which is JTS in JavaScript.
// It is loaded when a statement first names a geometry.

import Centroid from 'jsts/org/locationtech/jts/algorithm/Centroid.js'
import ConvexHull from 'jsts/org/locationtech/jts/algorithm/ConvexHull.js'
import IndexedPointInAreaLocator from 'jsts/org/locationtech/jts/algorithm/locate/IndexedPointInAreaLocator.js'
import Coordinate from 'jsts/org/locationtech/jts/geom/Coordinate.js'
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js'
import LengthIndexedLine from 'jsts/org/locationtech/jts/linearref/LengthIndexedLine.js'
import BufferOp from 'jsts/org/locationtech/jts/operation/buffer/BufferOp.js'
import DistanceOp from 'jsts/org/locationtech/jts/operation/distance/DistanceOp.js'
import IsSimpleOp from 'jsts/org/locationtech/jts/operation/IsSimpleOp.js'
import LineMerger from 'jsts/org/locationtech/jts/operation/linemerge/LineMerger.js'
import OverlayOp from 'jsts/org/locationtech/jts/operation/overlay/OverlayOp.js'
import RelateOp from 'jsts/org/locationtech/jts/operation/relate/RelateOp.js'
import UnaryUnionOp from 'jsts/org/locationtech/jts/operation/union/UnaryUnionOp.js'
import IsValidOp from 'jsts/org/locationtech/jts/operation/valid/IsValidOp.js'
import TopologyPreservingSimplifier from 'jsts/org/locationtech/jts/simplify/TopologyPreservingSimplifier.js'
import { ComputeFault } from '../computed.ts'
import {
  isEmpty,
  isSamePlace,
  type Path,
  type Place,
  partsOf,
  pathsOf,
  placesOf,
  ringsOf,
  type Shape,
} from './shape.ts'

interface Spot {
  readonly x: number
  readonly y: number
}

/** What is used of the library's geometries, which its own declarations leave open. */
interface Drawn {
  getGeometryType(): string
  getCoordinates(): readonly Spot[]
  getNumGeometries(): number
  getGeometryN(index: number): Drawn
  getExteriorRing(): Drawn
  getNumInteriorRing(): number
  getInteriorRingN(index: number): Drawn
  isEmpty(): boolean
}

const factory = new GeometryFactory()
const spot = ([x, y]: Place) => new Coordinate(x, y)
const spots = (path: Path) => path.map(spot)

/** A shape that was read once is drawn once. */
const drawings = new WeakMap<Shape, Drawn>()

function drawn(shape: Shape): Drawn {
  let drawing = drawings.get(shape)
  if (drawing === undefined) {
    drawing = draw(shape)
    drawings.set(shape, drawing)
  }
  return drawing
}

function draw(shape: Shape): Drawn {
  switch (shape.kind) {
    case 'point':
      return shape.at === undefined ? factory.createPoint() : factory.createPoint(spot(shape.at))
    case 'lineString':
      return factory.createLineString(spots(enough(shape.path, 2)))
    case 'polygon': {
      const [outer, ...holes] = shape.rings.map(ring => factory.createLinearRing(spots(enough(ring, 4))))
      return outer === undefined ? factory.createPolygon() : factory.createPolygon(outer, holes)
    }
    case 'multiPoint':
      return factory.createMultiPointFromCoords(spots(shape.path))
    case 'multiLineString':
      return factory.createMultiLineString(partsOf(shape).map(drawn)) as unknown as Drawn
    case 'multiPolygon':
      return factory.createMultiPolygon(partsOf(shape).map(drawn)) as unknown as Drawn
    case 'collection':
      return factory.createGeometryCollection(shape.shapes.map(drawn)) as unknown as Drawn
  }
}

/** The library draws no line through one place and no ring round two: the last place comes again. */
function enough(path: Path, least: number): Path {
  const last = path.at(-1)
  return last === undefined || path.length >= least ? path : enough([...path, last], least)
}

const pathOf = (line: Drawn): Path => line.getCoordinates().map(({ x, y }) => [x, y])
const each = <T>(many: Drawn, item: (one: Drawn) => T): readonly T[] =>
  Array.from({ length: many.getNumGeometries() }, (_, index) => item(many.getGeometryN(index)))

function ringsOfDrawn(polygon: Drawn): readonly Path[] {
  if (polygon.isEmpty()) return []
  const holes = Array.from({ length: polygon.getNumInteriorRing() }, (_, index) => polygon.getInteriorRingN(index))
  return ringsOf([polygon.getExteriorRing(), ...holes].map(ring => pathOf(ring)))
}

function shapeOf(one: Drawn): Shape {
  switch (one.getGeometryType()) {
    case 'Point':
      return { kind: 'point', at: pathOf(one)[0] }
    case 'LineString':
    case 'LinearRing':
      return { kind: 'lineString', path: pathOf(one) }
    case 'Polygon':
      return { kind: 'polygon', rings: ringsOfDrawn(one) }
    case 'MultiPoint':
      return { kind: 'multiPoint', path: pathOf(one) }
    case 'MultiLineString':
      return { kind: 'multiLineString', paths: each(one, pathOf) }
    case 'MultiPolygon':
      return { kind: 'multiPolygon', polygons: each(one, ringsOfDrawn) }
    default:
      return { kind: 'collection', shapes: each(one, shapeOf) }
  }
}

type Before = (one: Place, other: Place) => boolean
const isLower: Before = ([x, y], [otherX, otherY]) => y < otherY || (y === otherY && x < otherX)
const isLefter: Before = ([x, y], [otherX, otherY]) => x < otherX || (x === otherX && y < otherY)

/** Made by overlaying, its rings begin where they are lowest, and its parts stand from the lowest beginning on. */
function settled(one: Drawn): Shape {
  const shape = shapeOf(one)
  const lowest = (ring: Path) => from(isLower, ring)
  switch (shape.kind) {
    case 'polygon':
      return { kind: 'polygon', rings: shape.rings.map(lowest) }
    case 'multiPolygon': {
      const polygons = shape.polygons.map(rings => rings.map(lowest))
      return { kind: 'multiPolygon', polygons: upwards(polygons, ([outer]) => outer?.[0]) }
    }
    case 'multiLineString':
      return { kind: 'multiLineString', paths: upwards(shape.paths, ([first]) => first) }
    case 'multiPoint':
      return { kind: 'multiPoint', path: upwards(shape.path, place => place) }
    case 'collection':
      return { kind: 'collection', shapes: together(each(one, settled)) }
    default:
      return shape
  }
}

/** Of each kind there is one part: several points are one of several. */
function together(parts: readonly Shape[]): readonly Shape[] {
  const single = parts.flatMap(partsOf)
  const points = single.filter(part => part.kind === 'point')
  const lines = single.filter(part => part.kind === 'lineString')
  const polygons = single.filter(part => part.kind === 'polygon')
  const many: readonly Shape[] = [
    { kind: 'multiPoint', path: points.flatMap(({ at }) => (at === undefined ? [] : [at])) },
    { kind: 'multiLineString', paths: lines.map(({ path }) => path) },
    { kind: 'multiPolygon', polygons: polygons.map(({ rings }) => rings) },
  ]
  return many.flatMap(shape => (partsOf(shape).length > 1 ? [shape] : partsOf(shape)))
}

function upwards<T>(parts: readonly T[], placeOf: (part: T) => Place | undefined): readonly T[] {
  return parts.toSorted((part, other) => {
    const [one, another] = [placeOf(part), placeOf(other)]
    if (one === undefined || another === undefined || isSamePlace(one, another)) return 0
    return isLower(one, another) ? -1 : 1
  })
}

function from(isBefore: Before, ring: Path): Path {
  const open = ring.slice(0, -1)
  let first = 0
  for (const [index, place] of open.entries()) if (isBefore(place, open[first] ?? place)) first = index
  const turned = [...open.slice(first), ...open.slice(0, first)]
  return [...turned, ...turned.slice(0, 1)]
}

export type Relation = 'contains' | 'crosses' | 'disjoint' | 'equals' | 'intersects' | 'overlaps' | 'touches' | 'within'

interface Locator {
  locate(at: Coordinate): number
}

/** The library's words for where a point lies. */
const [inside, outside] = [0, 2]

/** With an index of its edges: an area is mostly asked about many points. */
const locators = new WeakMap<Shape, Locator>()

function locatorOf(area: Shape): Locator {
  let found = locators.get(area)
  if (found === undefined) {
    found = new IndexedPointInAreaLocator(drawn(area)) as Locator
    locators.set(area, found)
  }
  return found
}

/** Undefined where it is none of a point and an area. */
function isPointRelated(relation: Relation, one: Shape, other: Shape): boolean | undefined {
  const [area, point] = one.kind === 'point' ? [other, one] : [one, other]
  const at = point.kind === 'point' ? point.at : undefined
  if (at === undefined) return undefined
  if (area.kind !== 'polygon' && area.kind !== 'multiPolygon') return undefined
  const where = () => locatorOf(area).locate(spot(at))
  if (relation === 'intersects') return where() !== outside
  if (relation === (area === one ? 'contains' : 'within')) return where() === inside
  return undefined
}

type Related = (one: Drawn, other: Drawn) => boolean

const relations: Readonly<Record<Relation, Related>> = {
  contains: (one, other) => RelateOp.contains(one, other),
  crosses: (one, other) => RelateOp.crosses(one, other),
  disjoint: (one, other) => RelateOp.disjoint(one, other),
  equals: (one, other) => RelateOp.equalsTopo(one, other),
  intersects: (one, other) => RelateOp.intersects(one, other),
  overlaps: (one, other) => RelateOp.overlaps(one, other),
  touches: (one, other) => RelateOp.touches(one, other),
  within: (one, other) => RelateOp.contains(other, one),
}

export function isRelated(relation: Relation, one: Shape, other: Shape): boolean {
  if (isEmpty(one) || isEmpty(other))
    return relation === 'disjoint' || (relation === 'equals' && isEmpty(one) && isEmpty(other))
  // Of collections the library knows only what holds of any of their parts.
  if (relation === 'disjoint') return !isRelated('intersects', one, other)
  if (relation === 'intersects' && (one.kind === 'collection' || other.kind === 'collection'))
    return partsOf(one).some(part => partsOf(other).some(against => isRelated('intersects', part, against)))
  const ofPoint = isPointRelated(relation, one, other)
  if (ofPoint !== undefined) return ofPoint
  return relations[relation](single(one), single(other))
}

export const matches = (one: Shape, other: Shape, pattern: string): boolean =>
  RelateOp.relate(single(one), single(other)).matches(pattern)

function single(shape: Shape): Drawn {
  if (shape.kind !== 'collection') return drawn(shape)
  throw new ComputeFault('NOT_SUPPORTED: Geometry collections are not compared or overlaid by this engine yet')
}

export type Overlay = 'intersection' | 'difference' | 'symDifference'

const overlays: Readonly<Record<Overlay, (one: Drawn, other: Drawn) => Drawn>> = {
  intersection: (one, other) => OverlayOp.intersection(one, other),
  difference: (one, other) => OverlayOp.difference(one, other),
  symDifference: (one, other) => OverlayOp.symDifference(one, other),
}

export function overlaid(overlay: Overlay, one: Shape, other: Shape): Shape {
  const shape = settled(overlays[overlay](single(one), single(other)))
  return isEmpty(shape) ? { kind: 'multiPolygon', polygons: [] } : shape
}

/** Lines that meet end to end, and no third with them, become one. */
export function unionOf(shapes: readonly Shape[]): Shape {
  const union = new UnaryUnionOp(drawn({ kind: 'collection', shapes })).union() as Drawn
  if (union.getGeometryType() !== 'MultiLineString') return settled(union)
  const merger = new LineMerger()
  merger.add(union)
  return settled(factory.buildGeometry(merger.getMergedLineStrings()) as unknown as Drawn)
}

export function hullOf(shape: Shape): Shape {
  const hull = shapeOf(new ConvexHull(drawn(shape)).getConvexHull())
  return hull.kind === 'polygon' ? { kind: 'polygon', rings: hull.rings.map(ring => from(isLefter, ring)) } : hull
}

/** As Athena draws it: 24 pieces a quarter of a circle. */
export const bufferOf = (shape: Shape, distance: number): Shape =>
  shapeOf(BufferOp.bufferOp(drawn(shape), distance, 24))

export function centroidOf(shape: Shape): Shape {
  const { x, y } = Centroid.getCentroid(drawn(shape)) as Spot
  return { kind: 'point', at: [x, y] }
}

export const distanceBetween = (one: Shape, other: Shape): number => DistanceOp.distance(drawn(one), drawn(other))

export const nearest = (one: Shape, other: Shape): readonly Shape[] =>
  (DistanceOp.nearestPoints(drawn(one), drawn(other)) as readonly Spot[]).map(({ x, y }) => ({
    kind: 'point',
    at: [x, y],
  }))

export const isSimple = (shape: Shape): boolean =>
  partsOf(shape).length === 0 || new IsSimpleOp(drawn(shape)).isSimple()

/** What the library says is wrong with it. */
export function faultOf(shape: Shape): { readonly what: string; readonly at: Place } | undefined {
  const twice = repeated(shape)
  if (twice !== undefined) return twice
  const crossing = crossed(shape)
  if (crossing !== undefined) return crossing
  const error = new IsValidOp(drawn(shape)).getValidationError() as
    | { getMessage(): string; getCoordinate(): Spot }
    | null
    | undefined
  if (error === null || error === undefined) return undefined
  const { x, y } = error.getCoordinate()
  return { what: error.getMessage(), at: [x, y] }
}

/** A line that meets itself: Athena holds it for a fault, the library only for not simple. */
function crossed(shape: Shape): { readonly what: string; readonly at: Place } | undefined {
  if (shape.kind !== 'lineString' && shape.kind !== 'multiLineString') return undefined
  if (isEmpty(shape)) return undefined
  const simple = new IsSimpleOp(drawn(shape))
  if (simple.isSimple()) return undefined
  const { x, y } = simple.getNonSimpleLocation() as Spot
  const isCorner = placesOf(shape).some(place => isSamePlace(place, [x, y]))
  return { what: isCorner ? 'Self-tangency' : 'Intersecting or overlapping segments', at: [x, y] }
}

/** What the library lets pass and Athena does not: places that come twice. */
function repeated(shape: Shape): { readonly what: string; readonly at: Place } | undefined {
  if (shape.kind === 'collection') {
    for (const part of shape.shapes) {
      const found = repeated(part)
      if (found !== undefined) return found
    }
    return undefined
  }
  const path = shape.kind === 'multiPoint' ? shape.path : []
  const seen = new Set<string>()
  const again = path.find(place => seen.size === seen.add(String(place)).size)
  if (again !== undefined) return { what: 'Repeated points', at: again }
  for (const one of shape.kind === 'point' || shape.kind === 'multiPoint' ? [] : pathsOf(shape)) {
    const degenerate = one.find((place, index) => index > 0 && isSamePlace(place, one[index - 1]))
    if (degenerate !== undefined) return { what: 'Degenerate segments', at: degenerate }
  }
  return undefined
}

export const simplified = (shape: Shape, tolerance: number): Shape =>
  shapeOf(TopologyPreservingSimplifier.simplify(drawn(shape), tolerance))

/** How far along the line, as a share of it, the place lies that is nearest to the point. */
export function shareAlong(line: Shape, at: Place): number {
  const index = new LengthIndexedLine(drawn(line))
  return index.indexOf(spot(at)) / index.getEndIndex()
}
