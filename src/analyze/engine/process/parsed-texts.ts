// What the parser made of the texts of the task that runs: given with the task, where a child of this machine has parsed them
// before, or told with its outcome. The first use of the parser costs a tenth of a second, which a new child's first task
// would wait for. As JSON from the moment on at which it is made: whoever reads a tree may change it.

import type { ParsedText } from '../protocol.ts'

type Kind = ParsedText['kind']

class ParsedTexts {
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
    const given = this.#given.get(keyOf(kind, text))
    if (given !== undefined) {
      this.#used?.push(given)
      // It is what `make` gave for this text, in a process of the same build.
      return JSON.parse(given.json) as T
    }
    const made = await make()
    if (this.#used === undefined) return made
    this.#used.push({ kind, text, json: JSON.stringify(made) })
    this.#isNew = true
    return made
  }

  /** All that the task used, where some of it had not been given. */
  told(): { readonly parsed?: readonly ParsedText[] } {
    return this.#isNew && this.#used !== undefined ? { parsed: this.#used } : {}
  }
}

const keyOf = (kind: Kind, text: string): string => `${kind} ${text}`

/** A child has one task at a time. */
export const parsedTexts = new ParsedTexts()
