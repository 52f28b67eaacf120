// GeoJSON of geometries: https://datatracker.ietf.org/doc/html/rfc7946
import { invalid } from '../computed.ts'
import { type Path, type Place, ringsOf, type Shape } from './shape.ts'
import { flat } from './wkt.ts'

type Json = Readonly<Record<string, unknown>>

export function shapeOfJson(text: string): Shape {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw invalid(`Invalid GeoJSON: ${text}`)
  }
  const wrong = () => invalid(`Invalid GeoJSON: ${text}`)
  const listOf =
    <T>(item: (value: unknown) => T) =>
    (value: unknown): readonly T[] => {
      // What is not there is empty.
      if (value === undefined || value === null) return []
      if (!Array.isArray(value)) throw wrong()
      return value.map(item)
    }
  const place = (value: unknown): Place => {
    const numbers = listOf(one => {
      if (typeof one !== 'number') throw wrong()
      return one
    })(value)
    if (numbers.length > 2) throw flat()
    const [x, y] = numbers
    if (x === undefined || y === undefined) throw wrong()
    return [x, y]
  }
  const path = listOf(place)
  const rings = (value: unknown) => ringsOf(listOf(path)(value))
  const read = (value: unknown, depth: number): Shape => {
    if (typeof value !== 'object' || value === null || depth > 100) throw wrong()
    const { type, coordinates, geometries } = value as Json
    switch (type) {
      case 'Point':
        return {
          kind: 'point',
          at: listOf(one => one)(coordinates).length === 0 ? undefined : place(coordinates),
        }
      case 'LineString':
        return { kind: 'lineString', path: path(coordinates) }
      case 'Polygon':
        return { kind: 'polygon', rings: rings(coordinates) }
      case 'MultiPoint':
        return { kind: 'multiPoint', path: path(coordinates) }
      case 'MultiLineString':
        return { kind: 'multiLineString', paths: listOf(path)(coordinates) }
      case 'MultiPolygon':
        return { kind: 'multiPolygon', polygons: listOf(rings)(coordinates) }
      case 'GeometryCollection':
        return { kind: 'collection', shapes: listOf(one => read(one, depth + 1))(geometries) }
      default:
        throw wrong()
    }
  }
  return read(document, 0)
}

export function jsonOfShape(shape: Shape): string {
  return JSON.stringify(document(shape))
}

const jsonNames = {
  ...{ point: 'Point', lineString: 'LineString', polygon: 'Polygon', multiPoint: 'MultiPoint' },
  ...{ multiLineString: 'MultiLineString', multiPolygon: 'MultiPolygon', collection: 'GeometryCollection' },
} as const

function document(shape: Shape): Json {
  const type = jsonNames[shape.kind]
  if (shape.kind === 'collection') return { type, geometries: shape.shapes.map(document) }
  return { type, coordinates: coordinatesOf(shape) }
}

function coordinatesOf(shape: Exclude<Shape, { kind: 'collection' }>): Place | Path | readonly unknown[] {
  switch (shape.kind) {
    case 'point':
      return shape.at ?? []
    case 'lineString':
    case 'multiPoint':
      return shape.path
    case 'polygon':
      return shape.rings
    case 'multiLineString':
      return shape.paths
    case 'multiPolygon':
      return shape.polygons
  }
}
