// Whether DuckDB reads the column chunks of a row group whole, before it looks into them, or in pieces as it goes. In pieces a
// scan with a filter reads the heads of pages byte by byte: tens of thousands of reads, each counted. Whole, every thread
// holds what it has of a row group, which files with large ones are not allowed: those are read in pieces.

import { literal } from '../../sql/text.ts'

/** The one setting that may be changed after an instance is locked; a statement of a user's cannot be one that changes it. */
const setting = 'prefetch_all_parquet_files'
/** DuckDB's own memory beside what is read ahead. */
const memoryShare = 1 / 4

export const changedWhileLocked = `SET allowed_configs = [${literal(setting)}]`

export class ReadAhead {
  readonly #fileBytesMax: number
  #isOn = false

  constructor({ threads, memoryBytesMax }: { readonly threads: number; readonly memoryBytesMax: number }) {
    // No row group is larger than its file.
    this.#fileBytesMax = (memoryBytesMax * memoryShare) / threads
  }

  /** What is to be run before files of at most so many bytes are read. */
  before(fileBytes: number): readonly string[] {
    const isOn = fileBytes <= this.#fileBytesMax
    if (isOn === this.#isOn) return []
    this.#isOn = isOn
    return [`SET GLOBAL ${setting} = ${isOn}`]
  }
}
