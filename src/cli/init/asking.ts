/**
 * Questions, one after the other: an option answers one beforehand, an empty line takes what stands in brackets, and a wrong
 * answer is asked for again with the reason. Where nobody sits, the answers are the lines of the input.
 */
import { DefinitionMistake } from '../../define/mistake.ts'
import type { Terminal } from '../../world/terminal.ts'
import { UsageMistake } from '../command.ts'

export interface Question<T> {
  /** Its option's name. */
  readonly option: string
  readonly words: string
  /** Taken when the answer is empty. */
  readonly otherwise: string
  /** Throws a DefinitionMistake for a wrong answer. */
  readonly read: (text: string) => T | Promise<T>
}

export class Asking {
  readonly #terminal: Terminal
  readonly #given: Readonly<Record<string, string | undefined>>
  readonly #takesDefaults: boolean
  readonly #used = new Set<string>()
  #lines: AsyncIterator<string> | undefined
  #heading: string | undefined

  constructor(terminal: Terminal, given: Readonly<Record<string, string | undefined>>, takesDefaults: boolean) {
    this.#terminal = terminal
    this.#given = given
    this.#takesDefaults = takesDefaults
  }

  /** Printed before the next question that is asked. */
  chapter(heading: string): void {
    this.#heading = heading
  }

  async ask<T>(question: Question<T>): Promise<T> {
    const { option, otherwise, read } = question
    this.#used.add(option)
    const given = this.#given[option]
    if (given !== undefined) return this.#insist(option, read, given)
    if (this.#takesDefaults) return this.#insist(option, read, otherwise)
    if (this.#heading !== undefined) this.#terminal.out(`\n${this.#heading}\n`)
    this.#heading = undefined
    for (;;) {
      const text = await this.#line(question)
      try {
        return await read(text === '' ? otherwise : text)
      } catch (error) {
        if (!(error instanceof DefinitionMistake)) throw error
        this.#terminal.err(`    ${error.message}\n`)
      }
    }
  }

  /** Options that answered no question, since it was not asked. */
  get unused(): readonly string[] {
    return Object.keys(this.#given).filter(option => this.#given[option] !== undefined && !this.#used.has(option))
  }

  /** Lets go of the input. */
  async end(): Promise<void> {
    await this.#lines?.return?.()
  }

  async #insist<T>(option: string, read: Question<T>['read'], text: string): Promise<T> {
    try {
      return await read(text.trim())
    } catch (error) {
      if (error instanceof DefinitionMistake) throw new UsageMistake(`--${option}: ${error.message}`)
      throw error
    }
  }

  async #line({ option, words, otherwise }: Question<unknown>): Promise<string> {
    this.#terminal.out(`  ${words} [${otherwise}] `)
    this.#lines ??= this.#terminal.typed()
    const { done, value } = await this.#lines.next()
    if (done === true) {
      this.#terminal.out('\n')
      throw new UsageMistake(
        `The answers end before this one. Answer it with --${option}, or take what is proposed with --yes.`,
      )
    }
    if (!this.#terminal.interactive) this.#terminal.out(`${value}\n`)
    return value.trim()
  }
}
