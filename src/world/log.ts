// What the process tells whoever runs it: one line on stderr each. It is not the lake's audit trail or its metrics.

export interface Log {
  info(text: string, detail?: Readonly<Record<string, unknown>>): void
  warn(text: string, detail?: Readonly<Record<string, unknown>>): void
  error(text: string, cause?: unknown, detail?: Readonly<Record<string, unknown>>): void
}

export class ConsoleLog implements Log {
  constructor() {
    // Where stderr is a file on a full disk, what is to be said cannot be: a lake must not die of that.
    if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {})
  }

  info(text: string, detail?: Readonly<Record<string, unknown>>): void {
    print('info', text, detail)
  }

  warn(text: string, detail?: Readonly<Record<string, unknown>>): void {
    print('warn', text, detail)
  }

  error(text: string, cause?: unknown, detail?: Readonly<Record<string, unknown>>): void {
    print('error', cause === undefined ? text : `${text}: ${chainOf(cause)}`, detail)
  }
}

export class SilentLog implements Log {
  info(): void {}
  warn(): void {}
  error(): void {}
}

/** The messages of an error and of everything that caused it, then the stack of the innermost: where it began. */
function chainOf(cause: unknown): string {
  const messages: string[] = []
  let stack: string | undefined
  for (let current: unknown = cause; current !== undefined && messages.length < 8; ) {
    messages.push(current instanceof Error ? `${current.name}: ${current.message}` : String(current))
    stack = current instanceof Error ? current.stack : undefined
    current = current instanceof Error ? current.cause : undefined
  }
  const frames = (stack ?? '').split('\n').filter(line => line.trimStart().startsWith('at '))
  return [messages.join(' <- '), ...frames.slice(0, 6).map(line => line.trim())].join(' | ')
}

function print(level: string, text: string, detail?: Readonly<Record<string, unknown>>): void {
  const suffix =
    detail === undefined
      ? ''
      : ` ${JSON.stringify(detail, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`
  // A text may quote what a stranger sent: it must not be able to forge a second line or to steer a terminal.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is replaced
  const line = `${text}${suffix}`.replace(/[\u0000-\u001f\u007f-\u009f]/g, character =>
    character === '\n' ? ' | ' : ' ',
  )
  process.stderr.write(`${new Date().toISOString()} ${level} ${line}\n`)
}
