// JSON read and written with nothing lost: whole numbers of any size, keys in their order, numbers as they were written.
import { doubleText } from './java-number.ts'

/** A number keeps its text. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  get isWhole(): boolean {
    return /^-?\d+$/.test(this.text)
  }

  /** As Athena writes it again. */
  get written(): string {
    if (this.isWhole) return String(BigInt(this.text))
    const text = doubleText(Number(this.text))
    return text.endsWith('Infinity') ? `"${text}"` : text
  }
}

export class JsonObject {
  readonly entries: readonly (readonly [key: string, value: Json])[]

  constructor(entries: readonly (readonly [string, Json])[]) {
    this.entries = entries
  }
}

export type Json = null | boolean | string | JsonNumber | JsonObject | readonly Json[]

const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// From the blank on, but for the quote and the backslash.
const stringText = /"(?:[ -!#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const blank = /[ \t\n\r]*/y
/** Deeper than this no document of anyone is. */
const depthMax = 1000

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Json | undefined {
    const value = this.#value()
    this.#take(blank)
    return this.#at === this.#text.length ? value : undefined
  }

  /** What the path leads to; what stands behind it is not read. */
  at(path: readonly string[]): Json | undefined {
    const [name, ...rest] = path
    if (name === undefined) return this.#value()
    if (this.#sign('{')) {
      if (this.#sign('}')) return undefined
      do {
        this.#take(blank)
        const key = this.#string()
        if (key === undefined || !this.#sign(':')) return undefined
        if (key === name) return this.at(rest)
        if (this.#value() === undefined) return undefined
      } while (this.#sign(','))
      return undefined
    }
    if (!/^\d+$/.test(name) || !this.#sign('[') || this.#sign(']')) return undefined
    for (let place = 0; place < Number(name); place++)
      if (this.#value() === undefined || !this.#sign(',')) return undefined
    return this.at(rest)
  }

  #value(): Json | undefined {
    this.#take(blank)
    const sign = this.#text[this.#at]
    if (sign === '"') return this.#string()
    if (sign === '{' || sign === '[') {
      if (++this.#depth > depthMax) return undefined
      this.#at += 1
      const value = sign === '{' ? this.#object() : this.#array()
      this.#depth -= 1
      return value
    }
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    const number = this.#take(numberText)
    return number === undefined || number === '' ? undefined : new JsonNumber(number)
  }

  #string(): string | undefined {
    const found = this.#take(stringText)
    if (found === undefined) return undefined
    return found.includes('\\') ? (JSON.parse(found) as string) : found.slice(1, -1)
  }

  #array(): Json | undefined {
    const items: Json[] = []
    if (this.#sign(']')) return items
    do {
      const item = this.#value()
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#sign(','))
    return this.#sign(']') ? items : undefined
  }

  #object(): Json | undefined {
    const entries: (readonly [string, Json])[] = []
    if (this.#sign('}')) return new JsonObject(entries)
    do {
      this.#take(blank)
      const key = this.#string()
      if (key === undefined || !this.#sign(':')) return undefined
      const value = this.#value()
      if (value === undefined) return undefined
      entries.push([key, value])
    } while (this.#sign(','))
    return this.#sign('}') ? new JsonObject(entries) : undefined
  }

  #sign(sign: string): boolean {
    this.#take(blank)
    if (this.#text[this.#at] !== sign) return false
    this.#at += 1
    return true
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at += found[0].length
    return found[0]
  }
}

/** Undefined for what is no JSON. */
export const readJson = (text: string): Json | undefined => new Reader(text).whole()

/** What a path leads to, keys and places; of several keys of one name the first. Undefined where it leads nowhere. */
export const readJsonAt = (text: string, path: readonly string[]): Json | undefined => new Reader(text).at(path)

export function writeJson(value: Json): string {
  if (typeof value === 'string') return writeString(value)
  if (value instanceof JsonNumber) return value.written
  if (value instanceof JsonObject)
    return `{${value.entries.map(([key, item]) => `${writeString(key)}:${writeJson(item)}`).join(',')}}`
  return value === null || typeof value === 'boolean' ? String(value) : `[${value.map(writeJson).join(',')}]`
}

/** As a value of the type JSON is kept: keys in order, of several of one name the last. */
export function inOrder(value: Json): Json {
  if (value instanceof JsonObject) {
    const last = new Map(value.entries.map(([key, item]) => [key, inOrder(item)]))
    return new JsonObject([...last].sort(([one], [other]) => (one < other ? -1 : 1)))
  }
  return Array.isArray(value) ? value.map(inOrder) : value
}

/** Of several keys of one name the last counts, in the place of the first. */
export function withoutRepeats(value: Json): Json {
  if (value instanceof JsonObject) {
    const last = new Map(value.entries.map(([key, item]) => [key, withoutRepeats(item)]))
    return new JsonObject([...last])
  }
  return Array.isArray(value) ? value.map(withoutRepeats) : value
}

const writeString = (text: string): string =>
  JSON.stringify(text).replace(/\\u([0-9a-f]{4})/g, (_, code: string) => `\\u${code.toUpperCase()}`)
