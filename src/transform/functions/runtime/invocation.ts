/** The answer of one invocation, and how AWS tells of one that went wrong: error documents, and the lines of its log. */
import type { FunctionVersion } from '../version.ts'
import type { Outcome } from './environment.ts'
import type { LogTail } from './log-tail.ts'

/** The contract of those who run functions inside the lake. */
export interface Invocation {
  readonly payload: Uint8Array
  readonly error?: 'Handled' | 'Unhandled'
  /** The error's type and message, when there is one. */
  readonly message?: string
  readonly durationMilliseconds: number
  readonly logTail: string
}

export interface ErrorReport {
  readonly errorType: string
  readonly errorMessage: string
}

/** `Runtime exited with error: signal: killed`: the names of Go's os package, in which AWS's runtime supervisor is written. */
const signals: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
  SIGILL: 'illegal instruction',
  SIGBUS: 'bus error',
}

export function exitReport(
  requestId: string,
  outcome: Extract<Outcome, { kind: 'ended' }>,
  version: FunctionVersion,
): ErrorReport {
  if (outcome.reason === 'timeout') return timeoutReport(requestId, version)
  const { storageMebibytes } = version.settings
  const how =
    outcome.reason === 'storage'
      ? `Runtime exited with error: more than ${storageMebibytes} MB written to the temporary directory`
      : outcome.signal !== null
        ? `Runtime exited with error: signal: ${signals[outcome.signal] ?? outcome.signal}`
        : outcome.code === 0
          ? 'Runtime exited without providing a reason'
          : `Runtime exited with error: exit status ${outcome.code}`
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${how}` }
}

export const timeoutReport = (requestId: string, { settings }: FunctionVersion): ErrorReport => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${settings.timeoutSeconds.toFixed(2)} seconds`,
})

/** What a function's own error says of itself; it is JSON unless the function has forged it. */
export function reportOf(body: Uint8Array): ErrorReport {
  try {
    const { errorType, errorMessage } = JSON.parse(Buffer.from(body).toString('utf8')) as Partial<ErrorReport>
    return { errorType: String(errorType), errorMessage: String(errorMessage) }
  } catch {
    return { errorType: 'Error', errorMessage: 'The function failed, and its error is no JSON.' }
  }
}

export interface Figures {
  readonly durationMilliseconds: number
  readonly usedBytes: number
  /** Of an environment that was started for this invocation. */
  readonly initMilliseconds?: number
}

/** END and REPORT, tab-separated as AWS has them. Every figure was measured. */
export function closeLog(
  log: LogTail,
  requestId: string,
  version: FunctionVersion,
  figures: Figures,
  error: ErrorReport | undefined,
): void {
  const status =
    error === undefined
      ? []
      : error.errorType === 'Sandbox.Timedout'
        ? ['Status: timeout']
        : ['Status: error', `Error Type: ${error.errorType}`]
  log.line(`END RequestId: ${requestId}`)
  log.line(
    [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${figures.durationMilliseconds.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(figures.durationMilliseconds)} ms`,
      `Memory Size: ${version.settings.memoryMebibytes} MB`,
      `Max Memory Used: ${Math.ceil(figures.usedBytes / 1024 ** 2)} MB`,
      ...(figures.initMilliseconds === undefined ? [] : [`Init Duration: ${figures.initMilliseconds.toFixed(2)} ms`]),
      ...status,
      '',
    ].join('\t'),
  )
}
