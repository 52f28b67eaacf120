// Files of text that are not UTF-8, written anew for DuckDB, which refuses them: what is no character becomes U+FFFD, as it
// does in Athena. Whether a file is one is looked at only once DuckDB has refused some, so that sound files cost nothing; a blob
// never changes, so what was found is remembered.

import { writeText } from './files.ts'
import { keptOfLake } from './kept-of-lake.ts'
import { damaged, type TextFile, textStream } from './text-stream.ts'

/** DuckDB's words for such a file. */
export const isNotUtf8 = (cause: unknown): boolean => String(cause).includes('This file is not utf-8 encoded')

const found = new Map<string, boolean>()
const foundMax = 20_000
keptOfLake(() => found.clear())

/** Of those that were found not to be UTF-8 before. */
export const isKnownBroken = ({ blob }: TextFile): boolean => found.get(blob) === false

/** Where the text of each file lies now that is not UTF-8: in plain files of the directory, by where it lay. */
export async function mendedText(files: readonly TextFile[], directory: string): Promise<ReadonlyMap<string, string>> {
  const mended = new Map<string, string>()
  for (const one of files) {
    if (mended.has(one.file)) continue
    const isSound = found.get(one.blob) ?? (await isUtf8(one))
    if (found.size >= foundMax) found.clear()
    found.set(one.blob, isSound)
    if (isSound) continue
    const copy = `${directory}/mended-${mended.size}`
    // What looks like a mark of the order of bytes stays: DuckDB takes it away from this file as from others.
    await writeText(copy, decoded(one, new TextDecoder('utf-8', { ignoreBOM: true })))
    mended.set(one.file, copy)
  }
  return mended
}

async function isUtf8(file: TextFile): Promise<boolean> {
  try {
    for await (const _ of decoded(file, new TextDecoder('utf-8', { fatal: true })));
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return false
    throw cause
  }
}

async function* decoded(file: TextFile, decoder: TextDecoder): AsyncIterable<string> {
  using stream = textStream(file.file, file.compression)
  const chunks = stream.bytes[Symbol.asyncIterator]()
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw damaged(file, cause)
    })
    yield decoder.decode(next.done ? undefined : next.value, { stream: next.done !== true })
    if (next.done) return
  }
}
