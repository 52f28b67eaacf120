// What went wrong with a statement, said as Athena says it (the text is shown as StateChangeReason as it is).
// It carries no AWS error class: those belong to the services that use the engine.

/**
 * - syntax, semantic: the statement is wrong, with the place where it is known
 * - unsupported: the statement is right in Athena, this engine does not do it (the text names what)
 * - data: a file or a value could not be read, divided, cast …
 * - resource: too much memory or disk; timeout: the deadline; cancelled: the caller's signal or the engine's end
 * - crashed: the child process died
 */
export type EngineFaultKind =
  | 'syntax'
  | 'semantic'
  | 'unsupported'
  | 'data'
  | 'resource'
  | 'crashed'
  | 'timeout'
  | 'cancelled'

/** Both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export class EngineFault extends Error {
  override readonly name = 'EngineFault'
  readonly kind: EngineFaultKind
  readonly position?: Position

  constructor(kind: EngineFaultKind, message: string, position?: Position, cause?: unknown) {
    super(shortened(message), cause === undefined ? undefined : { cause })
    this.kind = kind
    if (position !== undefined) this.position = position
  }
}

/** A value or a name that a message quotes may be of any length, and the message is kept with the query's history. */
const messageCharactersMax = 4096

const shortened = (message: string): string =>
  message.length <= messageCharactersMax ? message : `${message.slice(0, messageCharactersMax).toWellFormed()}…`

/** 'line 1:8: …', the form in which Trino names a place. */
export function at(position: Position | undefined, text: string): string {
  return position === undefined ? text : `line ${position.line}:${position.column}: ${text}`
}
