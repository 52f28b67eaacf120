// How a run ends when it does not succeed: which state, and what its record says.
import { EngineFault } from '../../analyze/engine/fault.ts'
import { Fault } from '../../gateway/fault.ts'
import { ModuleFailed } from '../functions/module-fault.ts'
import { logSentence } from './detail.ts'
import type { RunState } from './job.ts'

/** Why a run was ended from outside: stopped, out of time, or cut off by the end of the process. */
export class RunEnded extends Error {
  override readonly name = 'RunEnded'
  readonly state: RunState

  constructor(state: RunState, message: string) {
    super(message)
    this.state = state
  }
}

export interface Unsuccessful {
  readonly state: RunState
  readonly message: string
  readonly stateDetail?: string | undefined
  /** Neither the caller's doing nor asked for: worth the log. */
  readonly unexpected: boolean
}

export function endingOf(cause: unknown): Unsuccessful {
  if (cause instanceof RunEnded) return { state: cause.state, message: cause.message, unexpected: false }
  if (cause instanceof EngineFault)
    return { state: cause.kind === 'timeout' ? 'TIMEOUT' : 'FAILED', message: cause.message, unexpected: false }
  if (cause instanceof ModuleFailed)
    return {
      ...{ state: cause.isTimeout ? 'TIMEOUT' : 'FAILED', message: cause.message, unexpected: false },
      stateDetail: cause.log === '' ? undefined : logSentence(cause.log),
    }
  if (cause instanceof Fault) return { state: 'FAILED', message: `${cause.code}: ${cause.message}`, unexpected: false }
  const text = cause instanceof Error ? cause.message : String(cause)
  return {
    state: 'FAILED',
    message: `InternalServiceException: ${text}. Nothing was written; the lake's log says more. Start the run again.`,
    unexpected: true,
  }
}
