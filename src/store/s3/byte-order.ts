// The order of keys is that of their UTF-8 bytes, which is that of code points, and not that of JavaScript's strings,
// which puts U+FFFF after U+10000.

const lastCodePoint = 0x10ffff

/** The smallest text that is greater than every text that starts with `prefix`; undefined when there is none. */
export function byteSuccessor(prefix: string): string | undefined {
  const points = Array.from(prefix, character => character.codePointAt(0) ?? 0)
  for (let point = points.pop(); point !== undefined; point = points.pop()) {
    if (point === lastCodePoint) continue
    // U+D800 to U+DFFF are no characters: UTF-8 has no bytes for them.
    const next = point === 0xd7ff ? 0xe000 : point + 1
    return points.map(before => String.fromCodePoint(before)).join('') + String.fromCodePoint(next)
  }
  return undefined
}
