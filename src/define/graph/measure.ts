/** How wide a text is, in a terminal's columns and in a drawing's pixels, and how it is broken to fit. */

const isWide = (point: number): boolean =>
  point >= 0x1100 &&
  (point <= 0x115f ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd))

export type Measure = (text: string) => number

export const columnsOf: Measure = text =>
  [...text].reduce((width, sign) => width + (isWide(sign.codePointAt(0) ?? 0) ? 2 : /\p{M}/u.test(sign) ? 0 : 1), 0)

/**
 * Thousandths of the font's size that the widest of the usual sans-serif fonts, Verdana and DejaVu Sans, need: any other
 * font leaves some room.
 */
const thousandths: readonly (readonly [signs: string, width: number])[] = [
  ["ijl'", 300],
  ['fIt |.,:;()[]!/-', 460],
  ['rcszJ"`^', 540],
  ['kvxyaeg_0123456789?$*bdhnopquLFTEP', 660],
  ['ABCDGHKNORSUVXYZ&', 800],
  ['wmMQ+=<>~#', 990],
]
const widths = new Map(thousandths.flatMap(([signs, width]) => [...signs].map(sign => [sign, width] as const)))
const boldness = 1.18

export const pixelsOf =
  (size: number, { bold = false }: { readonly bold?: boolean } = {}): Measure =>
  text =>
    ([...text].reduce((sum, sign) => sum + (widths.get(sign) ?? 1100), 0) * size * (bold ? boldness : 1)) / 1000

/** Lines that are each at most `max` wide, broken behind a space, a slash or such a sign where one is, else anywhere. */
export function broken(text: string, max: number, measure: Measure): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of text.match(/[^ /_.-]*[ /_.-]?/g) ?? []) {
    if (line !== '' && measure((line + piece).trimEnd()) > max) {
      lines.push(line.trimEnd())
      line = ''
    }
    for (const sign of piece) {
      if (line !== '' && measure(line + sign) > max && sign !== ' ') {
        lines.push(line.trimEnd())
        line = ''
      }
      line += sign
    }
  }
  return [...lines, line.trimEnd()]
}
