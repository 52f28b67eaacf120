// Google's encoded polylines: https://developers.google.com/maps/documentation/utilities/polylinealgorithm
// Differences of hundred thousandths of a degree, latitude first, in pieces of five bits.
import type { Path, Place } from './shape.ts'

const perDegree = 1e5

export function pathOfPolyline(text: string): Path {
  const places: Place[] = []
  let [x, y, at] = [0, 0, 0]
  const next = () => {
    let [value, shift, piece] = [0, 0, 0x20]
    while (piece >= 0x20 && at < text.length) {
      piece = text.charCodeAt(at) - 63
      at += 1
      value |= (piece & 0x1f) << shift
      shift += 5
    }
    return value & 1 ? ~(value >> 1) : value >> 1
  }
  while (at < text.length) {
    y += next()
    x += next()
    places.push([x / perDegree, y / perDegree])
  }
  return places
}

export function polylineOfPath(path: Path): string {
  let [beforeX, beforeY, text] = [0, 0, '']
  const write = (difference: number) => {
    // No shifts: a plane goes further than the 32 bits that they see.
    let value = difference < 0 ? -2 * difference - 1 : 2 * difference
    while (value >= 0x20) {
      text += String.fromCharCode((0x20 | (value % 0x20)) + 63)
      value = Math.floor(value / 0x20)
    }
    text += String.fromCharCode(value + 63)
  }
  for (const [placeX, placeY] of path) {
    const [x, y] = [Math.round(placeX * perDegree), Math.round(placeY * perDegree)]
    write(y - beforeY)
    write(x - beforeX)
    beforeX = x
    beforeY = y
  }
  return text
}
