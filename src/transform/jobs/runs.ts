// The records of runs: one row a run, from STARTING to its end. What a run does is in `course.ts`.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { type Arguments, type Run, type RunNumbers, type RunState, underWayStates } from './job.ts'

interface RunRow {
  readonly number: number
  readonly id: string
  readonly job: number
  readonly name: string
  readonly state: RunState
  readonly attempt: number
  readonly previous_run: string | null
  readonly trigger_name: string | null
  readonly request: string
  readonly started_at: number
  readonly modified_at: number
  readonly completed_at: number | null
  readonly execution_milliseconds: number
  readonly error: string | null
  readonly detail: string | null
  readonly numbers: string | null
}

export interface NewRun {
  readonly id: string
  readonly jobId: number
  readonly attempt: number
  readonly previousRunId?: string | undefined
  readonly triggerName?: string | undefined
  readonly isUnattended: boolean
  readonly arguments: Arguments
  readonly timeoutMinutes: number
  readonly kept: Readonly<Record<string, unknown>>
  readonly startedAt: number
}

export interface Ending {
  readonly state: RunState
  readonly at: number
  readonly executionMilliseconds: number
  readonly errorMessage?: string | undefined
  readonly stateDetail?: string | undefined
  readonly numbers?: RunNumbers | undefined
}

const select = 'SELECT r.*, j.name FROM glue_job_run r JOIN glue_job j ON j.id = r.job'
const underWay = `state IN ('${underWayStates.join("', '")}')`

export class Runs {
  readonly #ledger: Ledger

  constructor({ ledger }: { readonly ledger: Ledger }) {
    this.#ledger = ledger
  }

  find(jobId: number, id: string): Run | undefined {
    const row = this.#ledger.get<RunRow>(`${select} WHERE r.job = ? AND r.id = ?`, jobId, id)
    return row && runOf(row)
  }

  byNumber(number: number): Run | undefined {
    const row = this.#ledger.get<RunRow>(`${select} WHERE r.number = ?`, number)
    return row && runOf(row)
  }

  /** Newest first, those before the run of this number. */
  before(jobId: number, number: number, limit: number): readonly Run[] {
    const sql = `${select} WHERE r.job = ? AND r.number < ? ORDER BY r.number DESC LIMIT ?`
    return this.#ledger.all<RunRow>(sql, jobId, number, limit).map(runOf)
  }

  /** Of all jobs. */
  underWay(): readonly Run[] {
    return this.#ledger.all<RunRow>(`${select} WHERE r.${underWay} ORDER BY r.number`).map(runOf)
  }

  underWayCount(reader: Pick<Transaction, 'get'>, jobId: number): number {
    const sql = `SELECT count(*) AS n FROM glue_job_run WHERE job = ? AND ${underWay}`
    return reader.get<{ n: number }>(sql, jobId)?.n ?? 0
  }

  add(write: Transaction, run: NewRun): number {
    write.run(
      `INSERT INTO glue_job_run (id, job, state, attempt, previous_run, trigger_name, request, started_at, modified_at, execution_milliseconds)
       VALUES (?, ?, 'STARTING', ?, ?, ?, ?, ?, ?, 0)`,
      run.id,
      run.jobId,
      run.attempt,
      run.previousRunId ?? null,
      run.triggerName ?? null,
      JSON.stringify({
        ...{ arguments: run.arguments, timeoutMinutes: run.timeoutMinutes, kept: run.kept },
        ...(run.isUnattended && { isUnattended: true }),
      }),
      run.startedAt,
      run.startedAt,
    )
    return write.get<{ number: number }>('SELECT number FROM glue_job_run WHERE id = ?', run.id)?.number ?? 0
  }

  /** False when the run has ended already, or its job is gone. */
  turn(write: Transaction, number: number, state: RunState, at: number): boolean {
    const sql = `UPDATE glue_job_run SET state = ?, modified_at = ? WHERE number = ? AND ${underWay}`
    return write.run(sql, state, at, number) > 0
  }

  /** False when the run has ended already, or its job is gone. */
  end(write: Transaction, number: number, ending: Ending): boolean {
    return (
      write.run(
        `UPDATE glue_job_run SET state = ?, modified_at = ?, completed_at = ?, execution_milliseconds = ?, error = ?,
           detail = ?, numbers = ? WHERE number = ? AND ${underWay}`,
        ending.state,
        ending.at,
        ending.at,
        Math.round(ending.executionMilliseconds),
        ending.errorMessage ?? null,
        ending.stateDetail ?? null,
        ending.numbers ? JSON.stringify(ending.numbers) : null,
        number,
      ) > 0
    )
  }

  /** Drops the records of runs that ended before `at`. What they took and wrote stays remembered. */
  dropEndedBefore(write: Transaction, jobId: number, at: number): void {
    write.run('DELETE FROM glue_job_run WHERE job = ? AND completed_at < ?', jobId, at)
  }

  dropAll(write: Transaction, jobId: number): void {
    write.run('DELETE FROM glue_job_run WHERE job = ?', jobId)
  }
}

function runOf(row: RunRow): Run {
  const request = JSON.parse(row.request) as Pick<Run, 'arguments' | 'timeoutMinutes' | 'kept'> & Partial<Run>
  return {
    number: row.number,
    id: row.id,
    jobId: row.job,
    jobName: row.name,
    attempt: row.attempt,
    previousRunId: row.previous_run ?? undefined,
    triggerName: row.trigger_name ?? undefined,
    state: row.state,
    isUnattended: false,
    ...request,
    startedAt: row.started_at,
    modifiedAt: row.modified_at,
    completedAt: row.completed_at ?? undefined,
    executionMilliseconds: row.execution_milliseconds,
    errorMessage: row.error ?? undefined,
    stateDetail: row.detail ?? undefined,
    numbers: row.numbers === null ? undefined : (JSON.parse(row.numbers) as RunNumbers),
  }
}
