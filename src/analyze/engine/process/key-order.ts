// The order of a document's keys. An object of this process' language lists keys that are whole numbers before all others, so
// such keys carry a mark from before the document is parsed until they are listed.

const wholeKey = /(?<!\\)"(\d+)"(?=\s*:)/g
const mark = '\0'
const markedKey = /^\0\d+$/

/** A document's text with its whole numbers that are keys marked; in texts nothing looks like one. */
export function withMarkedKeys(text: string): string {
  return text.replace(wholeKey, '"\\u0000$1"')
}

/** Of what was parsed from such a text, in the order of the document. */
export function entriesOf<Value>(object: { readonly [key: string]: Value }): readonly (readonly [string, Value])[] {
  return Object.entries(object).map(entry =>
    entry[0].startsWith(mark) && markedKey.test(entry[0]) ? ([entry[0].slice(1), entry[1]] as const) : entry,
  )
}
