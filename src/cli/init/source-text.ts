/** TypeScript as a person would lay it out: single quotes, an object in one line where it fits. */

const lineMax = 110

/** A literal in single quotes. */
export const quoted = (text: string): string =>
  `'${text.replace(/[\\']/g, sign => `\\${sign}`).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, written)}'`

const written = (sign: string): string => `\\u{${sign.codePointAt(0)?.toString(16)}}`

/** A name of an object's member. */
export const member = (name: string): string => (/^[a-z_][a-z0-9_]*$/i.test(name) ? name : quoted(name))

/** `{ a: 1, b: 2 }` behind `before`, or a member a line where that is too long for one. */
export function objectText(members: readonly (readonly [name: string, value: string])[], before: number): string {
  const texts = members.map(([name, value]) => (name === value ? name : `${name}: ${value}`))
  const line = `{ ${texts.join(', ')} }`
  return before + line.length <= lineMax && !line.includes('\n') ? line : `{\n${indented(texts)}\n}`
}

/** Each in lines of its own, two blanks further in. */
export const indented = (texts: readonly string[]): string =>
  texts.map(text => `${text.replace(/^(?=.)/gm, '  ')},`).join('\n')

/** A constant of a call: `const name = word('first', {` with a member a line. */
export function constant(
  name: string,
  call: string,
  members: readonly (readonly [name: string, value: string] | undefined)[],
): string {
  const texts = members.flatMap(one => (one === undefined ? [] : [one[0] === one[1] ? one[0] : `${one[0]}: ${one[1]}`]))
  return `export const ${name} = ${call}{\n${indented(texts)}\n})`
}

/** `device_telemetry` as `deviceTelemetry`; with `otherwise` behind it where it would mean something else. */
export function variable(name: string, otherwise: string, taken: readonly string[]): string {
  const camel = name.replace(/[^a-z0-9]+([a-z0-9]?)/gi, (_, next: string) => next.toUpperCase())
  const plain = /^[a-z]/i.test(camel) ? camel[0]?.toLowerCase() + camel.slice(1) : `${otherwise}${camel}`
  return taken.includes(plain) || words.has(plain)
    ? `${plain}${otherwise[0]?.toUpperCase()}${otherwise.slice(1)}`
    : plain
}

/** What a variable cannot be called in a module, and what would be confusing. */
const words = new Set(
  `abstract any arguments as async await boolean break case catch class const continue debugger declare default delete do
else enum eval export extends false finally for from function get if implements import in infer instanceof interface is
let module namespace never new null number object of package private protected public require return set static string
super switch symbol this throw true try type typeof undefined unknown using var void while with yield
globalThis Infinity NaN`.split(/\s+/),
)
