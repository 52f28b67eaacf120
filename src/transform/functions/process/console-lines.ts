/**
 * The console of a function: each call is one line, `time TAB request TAB level TAB text`, as AWS writes them. What goes
 * to stdout and stderr past the console stays as it is.
 */
import { format } from 'node:util'

const levels = {
  trace: 'TRACE',
  debug: 'DEBUG',
  log: 'INFO',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
} as const

let requestId: string | undefined

export const setRequest = (id: string | undefined): void => {
  requestId = id
}

export const logLine = (level: string, text: string): void => {
  // A carriage return keeps a text of several lines one entry.
  const line = [new Date().toISOString(), requestId ?? 'undefined', level, text].join('\t').replaceAll('\n', '\r')
  process.stdout.write(`${line}\n`)
}

export function captureConsole(): void {
  for (const [name, level] of Object.entries(levels) as [keyof typeof levels, string][])
    console[name] = (...values: readonly unknown[]) => logLine(level, format(...values))
}
