/** What a subcommand is, and how its options are read: strictly, each mistake named. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Terminal } from '../world/terminal.ts'

export interface Command {
  readonly help: string
  run(words: readonly string[], terminal: Terminal): Promise<number>
}

/** Loaded when they are called, so that `biwa up` reads nothing of the demo. */
export type Commands = Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>>

/** The command was called wrongly: exit code 2. */
export class UsageMistake extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>

/** Options only; anything else that stands on the line is refused. */
export const readOptions = <const T extends Options>(words: readonly string[], options: T) =>
  parsed(() => parseArgs({ args: [...words], options, strict: true, allowPositionals: false }).values)

/** Options and one name, which must be there. */
export function readNamed<const T extends Options>(words: readonly string[], what: string, options: T) {
  const { name, options: values } = readMaybeNamed(words, what, options)
  if (name === undefined) throw new UsageMistake(`Say which ${what}.`)
  return { name, options: values }
}

/** Options and at most one name. */
export function readMaybeNamed<const T extends Options>(words: readonly string[], what: string, options: T) {
  const { values, positionals } = parsed(() =>
    parseArgs({ args: [...words], options, strict: true, allowPositionals: true }),
  )
  const [name, more] = positionals
  if (more !== undefined) throw new UsageMistake(`One ${what} at a time: '${name}' or '${more}'.`)
  return { name, options: values }
}

/** Options and at most one directory. */
export function readDirectory<const T extends Options>(words: readonly string[], options: T) {
  const { values, positionals } = parsed(() =>
    parseArgs({ args: [...words], options, strict: true, allowPositionals: true }),
  )
  const [directory, more] = positionals
  if (more !== undefined) throw new UsageMistake(`One directory at a time: '${directory}' or '${more}'.`)
  return { directory, options: values }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new UsageMistake(`${(error as Error).message.split('. To specify')[0]}.`.replace(/\.\.$/, '.'))
  }
}

export function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535)
    throw new UsageMistake(`--port takes a number from 0 to 65535, not '${text}'.`)
  return port
}

export function readChoice<const T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text)
  if (found === undefined) throw new UsageMistake(`--${option} takes ${choices.join(' or ')}, not '${text}'.`)
  return found
}

export function readAccount(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new UsageMistake(`--account takes the 12 digits of an AWS account, not '${text}'.`)
  return text
}

export function readRegion(text: string): string {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(text))
    throw new UsageMistake(`--region takes a region such as ap-northeast-1, not '${text}'.`)
  return text
}

export function readInstant(option: string, text: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds
  } catch {
    throw new UsageMistake(
      `--${option} takes an instant with its offset, such as 2025-10-15T00:00:00+09:00, not '${text}'.`,
    )
  }
}
