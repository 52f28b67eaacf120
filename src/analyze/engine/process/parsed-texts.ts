// What the parser made of texts: given with a task, where another child of this machine has parsed them before, and told with
// its outcome, as the first use of the parser costs a tenth of a second, which a new child's first task would wait for; and
// what this child parsed of late, as people and programs say the same again. As JSON from the moment on at which it is made:
// whoever reads a tree may change it.

import type { ParsedText } from '../protocol.ts'

type Kind = ParsedText['kind']

const ofLateMax = 200
/** Of one; those that programs write can be of any size. */
const charactersMax = 64 * 1024

class ParsedTexts {
  readonly #ofLate = new Map<string, ParsedText>()
  #given = new Map<string, ParsedText>()
  /** Undefined where nobody asks to be told. */
  #used: ParsedText[] | undefined
  #isNew = false

  begin(given: readonly ParsedText[] | undefined): void {
    this.#given = new Map((given ?? []).map(one => [keyOf(one.kind, one.text), one]))
    this.#used = given === undefined ? undefined : []
    this.#isNew = false
  }

  /** `make` is for a text that is not known. */
  async of<T>(kind: Kind, text: string, make: () => Promise<T>): Promise<T> {
    const key = keyOf(kind, text)
    const given = this.#given.get(key)
    const known = given ?? this.#ofLate.get(key)
    if (known !== undefined) {
      this.#used?.push(known)
      this.#isNew ||= given === undefined
      // It is what `make` gave for this text, in a process of the same build.
      return JSON.parse(known.json) as T
    }
    const made = await make()
    if (this.#used === undefined && text.length > charactersMax) return made
    const parsed = { kind, text, json: JSON.stringify(made) }
    this.#used?.push(parsed)
    this.#isNew = true
    if (text.length + parsed.json.length <= charactersMax) this.#keep(key, parsed)
    return made
  }

  #keep(key: string, parsed: ParsedText): void {
    this.#ofLate.set(key, parsed)
    const [oldest] = this.#ofLate.keys()
    if (this.#ofLate.size > ofLateMax && oldest !== undefined) this.#ofLate.delete(oldest)
  }

  /** All that the task used, where some of it had not been given. */
  told(): { readonly parsed?: readonly ParsedText[] } {
    return this.#isNew && this.#used !== undefined ? { parsed: this.#used } : {}
  }
}

const keyOf = (kind: Kind, text: string): string => `${kind} ${text}`

/** A child has one task at a time. */
export const parsedTexts = new ParsedTexts()
