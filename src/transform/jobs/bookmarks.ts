// What a job has taken and what it wrote from it. Glue remembers a time and the objects around it; this remembers every
// object, in the ledger, because a clock that is set back must not lose one, and because a rewound job is to replace
// what it wrote instead of writing it twice.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { noBookmark } from './faults.ts'
import type { Objects } from './ports.ts'
import type { Selection, Taken } from './selection.ts'

export interface Bookmark {
  /** Changes with every change of the bookmark. */
  readonly version: number
  /** The run that moved it last. */
  readonly run: number | null
  /** How many runs moved it. */
  readonly runs: number
}

export interface ContextState {
  readonly context: string
  readonly objects: number
  readonly lastModifiedAt: number
}

export interface WrittenObject {
  readonly bucket: string
  readonly key: string
  readonly blob: string
}

const none: Bookmark = { version: 0, run: null, runs: 0 }

export class Bookmarks {
  readonly #ledger: Ledger
  readonly #s3: Pick<Objects, 'latest' | 'remove'>

  constructor({ ledger, s3 }: { readonly ledger: Ledger; readonly s3: Pick<Objects, 'latest' | 'remove'> }) {
    this.#ledger = ledger
    this.#s3 = s3
  }

  of(job: number, reader: Pick<Transaction, 'get'> = this.#ledger): Bookmark {
    return reader.get<Bookmark>('SELECT version, run, runs FROM glue_job_bookmark WHERE job = ?', job) ?? none
  }

  /** Objects taken and not to be taken again, by where they were read; those of the runs up to `run` where it is given. */
  contexts(job: number, run = Number.MAX_SAFE_INTEGER): readonly ContextState[] {
    return this.#ledger.all<ContextState>(
      `SELECT context, count(*) AS objects, max(modified_at) AS lastModifiedAt FROM glue_job_input
       WHERE job = ? AND done = 1 AND run <= ? GROUP BY context ORDER BY context`,
      job,
      run,
    )
  }

  /** Inside the commit that publishes `written`: from here these inputs are taken, and by nobody else. */
  record(
    write: Transaction,
    job: number,
    run: number,
    { selections, written }: { readonly selections: readonly Selection[]; readonly written: readonly WrittenObject[] },
  ): void {
    for (const selection of selections) {
      for (const taken of selection.taken) this.#take(write, job, run, taken)
      for (const { object, context } of selection.kept)
        write.run(
          'UPDATE glue_job_input SET done = 1 WHERE job = ? AND context = ? AND bucket = ? AND key = ?',
          job,
          context,
          object.bucket,
          object.key,
        )
    }
    for (const { bucket, key, blob } of written)
      write.run('INSERT INTO glue_job_output VALUES (?, ?, ?, ?, ?)', job, run, bucket, key, blob)
    this.#move(write, job, run)
  }

  /** Removes what these runs wrote, unless somebody has put something else there. Returns how many objects went. */
  removeOutputs(write: Transaction, job: number, runs: readonly number[]): number {
    let removed = 0
    for (const run of runs) {
      const sql = 'SELECT bucket, key, blob FROM glue_job_output WHERE job = ? AND run = ?'
      for (const { bucket, key, blob } of write.all<WrittenObject & Record<string, string>>(sql, job, run)) {
        if (this.#s3.latest(bucket, key)?.blob !== blob) continue
        this.#s3.remove(write, bucket, key)
        removed++
      }
      write.run('DELETE FROM glue_job_output WHERE job = ? AND run = ?', job, run)
    }
    return removed
  }

  outputs(job: number, run: number): readonly WrittenObject[] {
    const sql = 'SELECT bucket, key, blob FROM glue_job_output WHERE job = ? AND run = ? ORDER BY bucket, key'
    return this.#ledger.all<WrittenObject>(sql, job, run)
  }

  /** Everything, or all that the runs after `run` took, is to be taken again. */
  reset(write: Transaction, job: number, jobName: string, run = 0): void {
    if (this.of(job, write).version === 0) throw noBookmark(jobName)
    write.run('UPDATE glue_job_input SET done = 0 WHERE job = ? AND run > ?', job, run)
    this.#move(write, job, run === 0 ? null : run)
  }

  /** The job is gone: what it wrote stays, nobody remembers from what. */
  forget(write: Transaction, job: number): void {
    for (const table of ['glue_job_input', 'glue_job_output', 'glue_job_bookmark'])
      write.run(`DELETE FROM ${table} WHERE job = ?`, job)
  }

  #take(write: Transaction, job: number, run: number, { object, context }: Taken): void {
    write.run(
      `INSERT INTO glue_job_input VALUES (?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE
       SET modified_at = excluded.modified_at, etag = excluded.etag, run = excluded.run, done = 1`,
      job,
      context,
      object.bucket,
      object.key,
      object.modifiedAt,
      object.etag,
      run,
    )
  }

  #move(write: Transaction, job: number, run: number | null): void {
    write.run(
      `INSERT INTO glue_job_bookmark VALUES (?, 1, ?, ?) ON CONFLICT DO UPDATE
       SET version = version + 1, run = excluded.run, runs = runs + excluded.runs`,
      job,
      run,
      run === null ? 0 : 1,
    )
  }
}
