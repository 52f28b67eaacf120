// The plain values of jobs and their runs. What is here in AWS's spelling (`kept`) has no effect in this engine and is
// only returned as it was given; `api/` decides which members those are.

export interface Scope {
  readonly account: string
  readonly region: string
}

export type Arguments = Readonly<Record<string, string>>

export interface JobDefinition {
  readonly name: string
  readonly description?: string | undefined
  /** A role's name or ARN. */
  readonly role: string
  readonly command: {
    /** `glueetl`, `pythonshell`. */
    readonly name: string
    /** `s3://…` of the SQL. */
    readonly scriptLocation: string
    readonly pythonVersion?: string | undefined
    readonly runtime?: string | undefined
  }
  readonly defaultArguments: Arguments
  readonly nonOverridableArguments: Arguments
  readonly maxRetries: number
  readonly timeoutMinutes: number
  readonly maxConcurrentRuns: number
  readonly kept: Readonly<Record<string, unknown>>
}

export interface Job extends JobDefinition, Scope {
  /** Another for a job of the same name that was made later. */
  readonly id: number
  readonly createdAt: number
  readonly modifiedAt: number
}

export type RunState = 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED' | 'TIMEOUT'

export const underWayStates: readonly RunState[] = ['STARTING', 'RUNNING', 'STOPPING']

/** What a run measured; all zero when there was nothing to do. */
export interface RunNumbers {
  readonly objectsIn: number
  readonly bytesIn: number
  /** recordsIn = recordsOut + deadLetters. */
  readonly recordsIn: number
  readonly recordsOut: number
  readonly deadLetters: number
  readonly rowsWritten: number
  readonly filesWritten: number
  readonly bytesWritten: number
  readonly partitionsWritten: number
  readonly partitionsAdded: number
  readonly filesReplaced: number
  readonly engineMilliseconds: number
}

export interface RunRequest {
  readonly jobName: string
  readonly arguments?: Arguments | undefined
  readonly timeoutMinutes?: number | undefined
  /** The run to try once more: its arguments unless others are given. */
  readonly previousRunId?: string | undefined
  readonly triggerName?: string | undefined
  /** Whether a schedule or a trigger began it: then nobody asks what became of it. */
  readonly isUnattended?: boolean
  readonly kept?: Readonly<Record<string, unknown>> | undefined
}

export interface Run {
  /** Rises with every run in the lake. */
  readonly number: number
  readonly id: string
  readonly jobId: number
  readonly jobName: string
  /** 0 for the first. */
  readonly attempt: number
  readonly previousRunId?: string | undefined
  readonly triggerName?: string | undefined
  readonly isUnattended: boolean
  readonly state: RunState
  /** As they were given to this run, without the job's. */
  readonly arguments: Arguments
  readonly timeoutMinutes: number
  readonly kept: Readonly<Record<string, unknown>>
  readonly startedAt: number
  readonly modifiedAt: number
  readonly completedAt?: number | undefined
  /** Measured, from RUNNING on. */
  readonly executionMilliseconds: number
  readonly errorMessage?: string | undefined
  readonly stateDetail?: string | undefined
  readonly numbers?: RunNumbers | undefined
}

/** What triggers listen to. */
export interface RunEvent extends Scope {
  readonly jobName: string
  readonly runId: string
  readonly state: RunState
  readonly triggerName?: string | undefined
  /** Of an unattended run that ended as FAILED or TIMEOUT and is not tried again. */
  readonly failure?: { readonly message: string; readonly cause: unknown }
}
