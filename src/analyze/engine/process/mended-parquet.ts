// Parquet files with texts that are not UTF-8, which DuckDB refuses as a whole, once more as files in which texts are only bytes:
// what is no character becomes U+FFFD then, as it does in Athena. Which files have such texts is known once DuckDB has met one,
// so that sound files cost nothing; a blob never changes, so what was found is remembered.

import { textsAsBytes } from '../../../formats/parquet-as-bytes.ts'
import { NotParquet, parquetFooterBytes, parquetTrailerBytes } from '../../../formats/parquet-footer.ts'
import { copiedWith, size, tail } from './files.ts'
import { keptOfLake } from './kept-of-lake.ts'
import type { LocalFile } from './scan.ts'

const pattern = /Invalid string encoding found in Parquet file "([^"]+)"/

/** The file that DuckDB names as one with such a text. */
export const fileWithBrokenText = (cause: unknown): string | undefined => pattern.exec(String(cause))?.[1]

const broken = new Set<string>()
const brokenMax = 20_000
keptOfLake(() => broken.clear())

export function keepBroken({ blob }: LocalFile): void {
  if (broken.size >= brokenMax) broken.clear()
  broken.add(blob)
}

export const hasBrokenText = ({ blob }: LocalFile): boolean => broken.has(blob)

/** A copy in the directory, and the name by which its schema is known. Undefined where it cannot be made. */
export async function asBytes(file: LocalFile, copy: string): Promise<LocalFile | undefined> {
  try {
    const footer = tail(file.file, parquetTrailerBytes, (trailer, bytes) => parquetFooterBytes(trailer, bytes))
    const changed = textsAsBytes(footer)
    await copiedWith(file.file, copy, changed, size(file.file) - parquetTrailerBytes - changed.length)
    return { ...file, file: copy, blob: `${file.blob} as bytes` }
  } catch (cause) {
    if (cause instanceof NotParquet) return undefined
    throw cause
  }
}
