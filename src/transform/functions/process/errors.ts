/** Errors in the form that AWS's Node.js runtime answers with: `{ errorType, errorMessage, trace }`. */

export interface ErrorDocument {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

/** An error is to be read; one of megabytes is cut off. */
const messageCharactersMax = 100_000
const nameCharactersMax = 1_000

/** The runtime's own errors, as opposed to the function's. */
export class RuntimeError extends Error {
  constructor(
    name:
      | 'ImportModuleError'
      | 'HandlerNotFound'
      | 'MalformedHandlerName'
      | 'UserCodeSyntaxError'
      | 'CallbackHandlerDeprecated'
      | 'UnhandledPromiseRejection'
      | 'MarshalError',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause })
    this.name = `Runtime.${name}`
    if (cause instanceof Error && cause.stack !== undefined) this.stack = `${this.name}: ${message}\n${framesOf(cause)}`
  }
}

/** Told by the lake's side of the runtime, so it has no trace. */
export class TooLarge extends Error {
  override readonly name = 'Function.ResponseSizeTooLarge'
  override readonly stack = ''

  constructor(bytesMax: number) {
    super(`Response payload size exceeded maximum allowed payload size (${bytesMax} bytes).`)
  }
}

const framesOf = (error: Error): string => {
  const lines = (error.stack ?? '').split('\n')
  return lines
    .slice(
      Math.max(
        0,
        lines.findIndex(line => /^\s+at /.test(line)),
      ),
    )
    .join('\n')
}

export function documentOf(thrown: unknown): ErrorDocument {
  try {
    if (thrown instanceof TooLarge) return { errorType: thrown.name, errorMessage: thrown.message, trace: [] }
    if (isErrorLike(thrown))
      return {
        errorType: thrown.name.slice(0, nameCharactersMax),
        errorMessage: thrown.message.slice(0, messageCharactersMax),
        trace: thrown.stack.slice(0, messageCharactersMax).split('\n'),
      }
    return { errorType: typeof thrown, errorMessage: String(thrown).slice(0, messageCharactersMax), trace: [] }
  } catch {
    return {
      errorType: 'handled',
      errorMessage: 'What the function threw could not be read: its name, message or stack throws.',
      trace: [],
    }
  }
}

interface ErrorLike {
  readonly name: string
  readonly message: string
  readonly stack: string
}

const isErrorLike = (thrown: unknown): thrown is ErrorLike => {
  if (typeof thrown !== 'object' || thrown === null) return false
  const { name, message, stack } = thrown as Partial<ErrorLike>
  return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string'
}

/** For the log: with what else the error carries. */
export function loggedForm(thrown: unknown): string {
  const { errorType, errorMessage, trace } = documentOf(thrown)
  try {
    return JSON.stringify({ errorType, errorMessage, ...(thrown as object), stack: trace })
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace })
  }
}
