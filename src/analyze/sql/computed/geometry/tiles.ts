// Bing's tiles of the map: https://learn.microsoft.com/bingmaps/articles/bing-maps-tile-system
// A tile is its quadkey: a digit from 0 to 3 for each level of zoom.
import { ComputeFault, invalid } from '../computed.ts'
import { boxOf, type Place, polygonOfBox, type Shape } from './shape.ts'

export interface Tile {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

const zoomMax = 23
const latitudeMax = 85.05112878
const tilePixels = 256
const tilesMax = 1_000_000

export function checkedZoom(zoom: number): number {
  if (zoom < 0) throw invalid('Zoom level must be >= 0')
  if (zoom > zoomMax) throw invalid(`Zoom level must be <= ${zoomMax}`)
  return zoom
}

export function tileAt({ x, y, zoom }: Tile): string {
  const across = 2 ** checkedZoom(zoom)
  if ([x, y].some(one => one < 0 || one >= across))
    throw invalid(`XY coordinates for a Bing tile at zoom level ${zoom} must be within [0, ${across}) range`)
  return keyOf({ x, y, zoom })
}

function keyOf({ x, y, zoom }: Tile): string {
  let key = ''
  for (let level = zoom - 1; level >= 0; level--) key += ((x >> level) & 1) + ((y >> level) & 1) * 2
  return key
}

export function checkedKey(key: string): string {
  if (key === '') throw invalid('QuadKey must not be empty string')
  if (key.length > zoomMax) throw invalid(`QuadKey must be ${zoomMax} characters or less`)
  if (!/^[0-3]+$/.test(key)) throw invalid(`Invalid QuadKey digit sequence: ${key}`)
  return key
}

export function tileOf(key: string): Tile {
  let [x, y] = [0, 0]
  for (const digit of key) {
    x = x * 2 + (Number(digit) & 1)
    y = y * 2 + (Number(digit) >> 1)
  }
  return { x, y, zoom: key.length }
}

export const tileText = (key: string): string => JSON.stringify(tileOf(key))

function checkedPlace([longitude, latitude]: Place): Place {
  if (!(latitude >= -latitudeMax && latitude <= latitudeMax))
    throw invalid(`Latitude must be between -${latitudeMax} and ${latitudeMax}`)
  if (!(longitude >= -180 && longitude <= 180)) throw invalid('Longitude must be between -180.0 and 180.0')
  return [longitude, latitude]
}

function tileWith([longitude, latitude]: Place, zoom: number): Tile {
  const pixels = tilePixels * 2 ** zoom
  const onto = (share: number) => Math.floor(Math.min(Math.max(share * pixels, 0), pixels - 1) / tilePixels)
  const sine = Math.sin((latitude * Math.PI) / 180)
  return {
    x: onto((longitude + 180) / 360),
    y: onto(0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)),
    zoom,
  }
}

export const tileOfPlace = (place: Place, zoom: number): string =>
  keyOf(tileWith(checkedPlace(place), checkedZoom(zoom)))

/** With its neighbours, where the map has any. */
export function tilesAround(place: Place, zoom: number): readonly string[] {
  const { x, y } = tileWith(checkedPlace(place), checkedZoom(zoom))
  const near = (of: number) => [of - 1, of, of + 1].filter(one => one >= 0 && one < 2 ** zoom)
  return near(x).flatMap(column => near(y).map(row => keyOf({ x: column, y: row, zoom })))
}

export function polygonOfTile(key: string): Shape {
  const { x, y, zoom } = tileOf(key)
  const [west, north] = cornerOf(x, y, zoom)
  const [east, south] = cornerOf(x + 1, y + 1, zoom)
  return polygonOfBox({ least: [west, south], most: [east, north] })
}

function cornerOf(x: number, y: number, zoom: number): Place {
  const across = 2 ** zoom
  const latitude = 90 - (360 * Math.atan(Math.exp(-(0.5 - y / across) * 2 * Math.PI))) / Math.PI
  return [(360 * x) / across - 180, latitude]
}

/** Those of a zoom level that the geometry touches. */
export function tilesOf(shape: Shape, zoom: number, touches: (one: Shape, other: Shape) => boolean): readonly string[] {
  const box = boxOf(shape)
  checkedZoom(zoom)
  if (box === undefined) return []
  if (!(box.least[1] >= -latitudeMax && box.most[1] <= latitudeMax))
    throw invalid('Latitude span for the geometry must be in [-85.05, 85.05] range')
  if (!(box.least[0] >= -180 && box.most[0] <= 180))
    throw invalid('Longitude span for the geometry must be in [-180.00, 180.00] range')
  const [west, south] = [tileWith(box.least, zoom).x, tileWith(box.least, zoom).y]
  const [east, north] = [tileWith(box.most, zoom).x, tileWith(box.most, zoom).y]
  // A tile that begins where the geometry ends, in the east or in the south, has no part in it.
  const [lastX, lastY] = cornerOf(east, south, zoom)
  const from = { x: west, y: lastY === box.least[1] && south > north ? south - 1 : south }
  const to = { x: lastX === box.most[0] && east > west ? east - 1 : east, y: north }
  if ((to.x - from.x + 1) * (from.y - to.y + 1) > tilesMax)
    throw new ComputeFault(
      'INVALID_FUNCTION_ARGUMENT: The zoom level is too high or the geometry is too complex to compute a set of covering Bing tiles. Please use a lower zoom level or convert the geometry to its bounding box using the ST_Envelope function.',
    )
  const found: string[] = []
  for (let x = from.x; x <= to.x; x++)
    for (let y = to.y; y <= from.y; y++) {
      const key = keyOf({ x, y, zoom })
      if (shape.kind === 'point' || touches(polygonOfTile(key), shape)) found.push(key)
    }
  return found
}
