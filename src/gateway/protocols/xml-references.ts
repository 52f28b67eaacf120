// Character references of XML. The five names that XML itself has, and numbers: clients write a newline or a carriage
// return in a key as `&#10;` or `&#xD;`, and a key without it is another key. Nothing else is known, for documents cannot
// declare entities here.

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const reference = /&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));|&/g

/** The text with its references resolved. Throws an Error that says which one is none. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(reference, (whole, decimal?: string, hexadecimal?: string, name?: string) => {
    const character = name === undefined ? fromNumber(decimal, hexadecimal) : named[name]
    if (character === undefined) throw new Error(`'${whole}' is no reference to a character`)
    return character
  })
}

function fromNumber(decimal: string | undefined, hexadecimal: string | undefined): string | undefined {
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
  // NUL is not XML's, but Biwa's own listings write it so for the rare key that holds one.
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : undefined
}
