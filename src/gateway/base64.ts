/** How many bytes a text of base64 stands for, by its length. Undefined where it cannot be the standard alphabet with padding. */
export function bytesOfBase64(text: string): number | undefined {
  const { length } = text
  if (length % 4 !== 0 || text.includes('-') || text.includes('_')) return undefined
  const padding = text[length - 1] !== '=' ? 0 : text[length - 2] !== '=' ? 1 : 2
  return (length / 4) * 3 - padding
}
