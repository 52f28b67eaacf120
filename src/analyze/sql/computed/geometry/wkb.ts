// Well-known binary of geometries: a byte for the order of bytes, a number for the kind, numbers and doubles.
import { invalid } from '../computed.ts'
import { type Path, type Place, partsOf, ringsOf, type Shape } from './shape.ts'
import { flat } from './wkt.ts'

const codes: Readonly<Record<Shape['kind'], number>> = {
  ...{ point: 1, lineString: 2, polygon: 3, multiPoint: 4, multiLineString: 5, multiPolygon: 6, collection: 7 },
}

const wrong = () => invalid('Invalid WKB')

export function shapeOfBytes(bytes: Uint8Array): Shape {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const read = (depth: number): Shape => {
    if (depth > 100) throw new RangeError('deep')
    const isLittle = view.getUint8(at) === 1
    const code = view.getUint32(at + 1, isLittle)
    at += 5
    if (code > 7) throw flat()
    if (code < 1) throw wrong()
    const number = () => {
      at += 4
      return view.getUint32(at - 4, isLittle)
    }
    const numbers = (): Place => {
      at += 16
      return [view.getFloat64(at - 16, isLittle), view.getFloat64(at - 8, isLittle)]
    }
    const place = (): Place => {
      const where = numbers()
      if (!where.every(Number.isFinite)) throw wrong()
      return where
    }
    // What is announced has to be there: a list of four thousand million is somebody's attempt on the memory.
    const list = <T>(item: () => T): readonly T[] => {
      const items: T[] = []
      for (let left = number(); left > 0; left -= 1) items.push(item())
      return items
    }
    const path = (): Path => list(place)
    const parts = () => list(() => read(depth + 1))
    const partsOf = <K extends Shape['kind'], T>(kind: K, of: (part: Extract<Shape, { kind: K }>) => T): readonly T[] =>
      parts().map(part => {
        if (part.kind !== kind) throw wrong()
        return of(part as Extract<Shape, { kind: K }>)
      })
    switch (code) {
      case 1: {
        const where = numbers()
        if (where.some(one => Math.abs(one) === Infinity)) throw wrong()
        return { kind: 'point', at: where.some(Number.isNaN) ? undefined : where }
      }
      case 2:
        return { kind: 'lineString', path: path() }
      case 3:
        return { kind: 'polygon', rings: ringsOf(list(path)) }
      case 4:
        return {
          kind: 'multiPoint',
          path: partsOf('point', ({ at: where }) => where).filter(where => where !== undefined),
        }
      case 5:
        return { kind: 'multiLineString', paths: partsOf('lineString', part => part.path) }
      case 6:
        return { kind: 'multiPolygon', polygons: partsOf('polygon', part => part.rings) }
      default:
        return { kind: 'collection', shapes: parts() }
    }
  }
  try {
    return read(0)
  } catch (cause) {
    if (cause instanceof RangeError) throw wrong()
    throw cause
  }
}

export function bytesOfShape(shape: Shape): Uint8Array {
  const pieces: Uint8Array[] = []
  const number = (value: number) => {
    const piece = new Uint8Array(4)
    new DataView(piece.buffer).setUint32(0, value, true)
    pieces.push(piece)
  }
  const path = (places: Path) => {
    const piece = new Uint8Array(places.length * 16)
    const view = new DataView(piece.buffer)
    for (const [index, [x, y]] of places.entries()) {
      view.setFloat64(index * 16, x, true)
      view.setFloat64(index * 16 + 8, y, true)
    }
    pieces.push(piece)
  }
  const counted = (places: Path) => {
    number(places.length)
    path(places)
  }
  const write = (one: Shape) => {
    pieces.push(Uint8Array.of(1))
    number(codes[one.kind])
    if (one.kind === 'point') path([one.at ?? [Number.NaN, Number.NaN]])
    else if (one.kind === 'lineString') counted(one.path)
    else if (one.kind === 'polygon') {
      number(one.rings.length)
      for (const ring of one.rings) counted(ring)
    } else {
      const parts = partsOf(one)
      number(parts.length)
      for (const part of parts) write(part)
    }
  }
  write(shape)
  return Buffer.concat(pieces)
}
