// What is set anew between the queries of an instance, and only where it changes.
//
//   reading ahead   whether DuckDB reads the column chunks of a row group whole, before it looks into them, or in pieces as it goes.
//                   In pieces a scan with a filter reads the heads of pages byte by byte: tens of thousands of reads, each counted.
//                   Whole, every thread holds what it has of a row group, which files with large ones are not allowed: those are
//                   read in pieces.
//   threads         how many processors this child may have. Threads of several children on one processor take it from each
//                   other while they look for work.

import { literal } from '../../sql/text.ts'

/** The settings that may be changed after an instance is locked; a statement of a user's cannot be one that changes them. */
const reading = 'prefetch_all_parquet_files'
const threading = 'threads'
/** DuckDB's own memory beside what is read ahead. */
const memoryShare = 1 / 4

export const changedWhileLocked = `SET allowed_configs = [${literal(reading)}, ${literal(threading)}]`

/** What the task at hand may take, as the lake's process says with each. */
export interface Share {
  threads: number
}

export class Tuning {
  readonly #fileBytesMax: number
  readonly #share: Share
  #readsAhead = false
  #threads: number

  /** Of an instance that was opened with these limits. */
  constructor(
    { threads, memoryBytesMax }: { readonly threads: number; readonly memoryBytesMax: number },
    share: Share,
  ) {
    // No row group is larger than its file.
    this.#fileBytesMax = (memoryBytesMax * memoryShare) / threads
    this.#threads = threads
    this.#share = share
  }

  /** What is to be run before files of at most so many bytes are read. */
  before(fileBytes: number): readonly string[] {
    const statements: string[] = []
    const readsAhead = fileBytes <= this.#fileBytesMax
    if (readsAhead !== this.#readsAhead) statements.push(`SET GLOBAL ${reading} = ${readsAhead}`)
    this.#readsAhead = readsAhead
    if (this.#share.threads !== this.#threads) statements.push(`SET GLOBAL ${threading} = ${this.#share.threads}`)
    this.#threads = this.#share.threads
    return statements
  }
}
