// Well-known text of geometries. https://trino.io/docs/current/functions/geospatial.html
import { ComputeFault, invalid } from '../computed.ts'
import { type Path, type Place, ringsOf, type Shape } from './shape.ts'

/** Deeper than anybody's collections of collections. */
const depthMax = 100

class Reader {
  readonly #text: string
  readonly #tokens: readonly string[]
  #next = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = text.match(/[A-Za-z]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\S/g) ?? []
  }

  whole(): Shape {
    const shape = this.#shape(0)
    if (this.#next < this.#tokens.length) throw this.#wrong()
    return shape
  }

  #shape(depth: number): Shape {
    const word = this.#take().toUpperCase()
    if (depth > depthMax) throw this.#wrong()
    if (/^(?:Z|M|ZM)$/i.test(this.#peek())) throw flat()
    switch (word) {
      case 'POINT': {
        const [at, ...more] = this.#list(() => this.#place())
        if (more.length > 0) throw this.#wrong()
        return { kind: 'point', at }
      }
      case 'LINESTRING':
        return { kind: 'lineString', path: this.#path() }
      case 'POLYGON':
        return { kind: 'polygon', rings: this.#rings() }
      case 'MULTIPOINT':
        return { kind: 'multiPoint', path: this.#list(() => this.#bracketed()) }
      case 'MULTILINESTRING':
        return { kind: 'multiLineString', paths: this.#list(() => this.#path()) }
      case 'MULTIPOLYGON':
        return { kind: 'multiPolygon', polygons: this.#list(() => this.#rings()) }
      case 'GEOMETRYCOLLECTION':
        return { kind: 'collection', shapes: this.#list(() => this.#shape(depth + 1)) }
      default:
        throw this.#wrong()
    }
  }

  #rings(): readonly Path[] {
    return ringsOf(this.#list(() => this.#path()))
  }

  #path(): Path {
    return this.#list(() => this.#place())
  }

  /** The places of a MULTIPOINT may have brackets of their own. */
  #bracketed(): Place {
    if (this.#peek() !== '(') return this.#place()
    this.#take()
    const place = this.#place()
    this.#expect(')')
    return place
  }

  #place(): Place {
    const place: Place = [this.#number(), this.#number()]
    if (/^[-+.\d]/.test(this.#peek())) throw flat()
    return place
  }

  #number(): number {
    const number = Number(this.#take())
    if (!Number.isFinite(number)) throw this.#wrong()
    return number
  }

  #list<T>(item: () => T): readonly T[] {
    if (this.#peek().toUpperCase() === 'EMPTY') {
      this.#take()
      return []
    }
    this.#expect('(')
    const items = [item()]
    while (this.#peek() === ',') {
      this.#take()
      items.push(item())
    }
    this.#expect(')')
    return items
  }

  #peek(): string {
    return this.#tokens[this.#next] ?? ''
  }

  #take(): string {
    this.#next += 1
    return this.#tokens[this.#next - 1] ?? ''
  }

  #expect(sign: string): void {
    if (this.#take() !== sign) throw this.#wrong()
  }

  #wrong(): ComputeFault {
    return invalid(`Invalid WKT: ${this.#text}`)
  }
}

export const flat = (): ComputeFault =>
  new ComputeFault('NOT_SUPPORTED: Geometries with a third coordinate are not supported by this engine yet')

/** Of late: a join looks at the same geometries again and again. */
const shapes = new Map<string, Shape>()
const shapesMax = 1000
/** Of all their texts together. */
const charactersMax = 4 * 1024 ** 2
let characters = 0

export function shapeOfText(text: string): Shape {
  const known = shapes.get(text)
  if (known !== undefined) return known
  const shape = new Reader(text).whole()
  characters += text.length
  if (shapes.size >= shapesMax || characters > charactersMax) {
    shapes.clear()
    characters = text.length
  }
  shapes.set(text, shape)
  return shape
}

export function textOfShape(shape: Shape): string {
  switch (shape.kind) {
    case 'point':
      return `POINT ${shape.at === undefined ? 'EMPTY' : `(${placeText(shape.at)})`}`
    case 'lineString':
      return `LINESTRING ${pathText(shape.path)}`
    case 'polygon':
      return `POLYGON ${ringsText(shape.rings)}`
    case 'multiPoint':
      return `MULTIPOINT ${listed(shape.path.map(place => `(${placeText(place)})`))}`
    case 'multiLineString':
      return `MULTILINESTRING ${listed(shape.paths.map(pathText))}`
    case 'multiPolygon':
      return `MULTIPOLYGON ${listed(shape.polygons.map(ringsText))}`
    case 'collection':
      return `GEOMETRYCOLLECTION ${listed(shape.shapes.map(textOfShape))}`
  }
}

const listed = (parts: readonly string[]): string => (parts.length === 0 ? 'EMPTY' : `(${parts.join(', ')})`)
/** Minus nought is nought. */
const placeText = ([x, y]: Place): string => `${x + 0} ${y + 0}`
const pathText = (path: Path): string => listed(path.map(placeText))
const ringsText = (rings: readonly Path[]): string => listed(rings.map(pathText))
