/**
 * How many bytes a text of base64 stands for, by its length. Undefined where it cannot be the standard alphabet with padding, or its
 * last character says bits that belong to no byte: AWS takes neither.
 */
export function bytesOfBase64(text: string): number | undefined {
  const { length } = text
  if (length % 4 !== 0 || text.includes('-') || text.includes('_') || wide.test(text)) return undefined
  const padding = text[length - 1] !== '=' ? 0 : text[length - 2] !== '=' ? 1 : 2
  if (padding > 0 && strayBits(text.charAt(length - padding - 1), padding)) return undefined
  return (length / 4) * 3 - padding
}

/** Node looks at a character's low byte alone: it takes U+0141 for an A. Texts of one byte a character cost no look at each. */
const wide = /[^\0-\xff]/

/** Of the six bits of a last character two stand before one `=`, and four before two. */
function strayBits(last: string, padding: number): boolean {
  const bits = alphabet.indexOf(last)
  return (bits & (padding === 1 ? 0b11 : 0b1111)) !== 0
}
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
