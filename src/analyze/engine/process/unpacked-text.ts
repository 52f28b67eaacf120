// Files of text that are packed in ways that DuckDB does not read, written plain for it: a piece at a time, and whole before the
// statement begins. A file that is cut off or damaged fails it, so that no row is missing without a word.

import { EngineFault } from '../fault.ts'
import { writeText } from './files.ts'
import { LineBound } from './text-soundness.ts'
import { damaged, isOwn, type TextFile, textStream } from './text-stream.ts'

/** Where the plain text of each of them lies: in files of the directory, by where the packed one lay. */
export async function unpackedText(
  files: readonly TextFile[],
  directory: string,
): Promise<ReadonlyMap<string, string>> {
  const unpacked = new Map<string, string>()
  for (const one of files) {
    if (!isOwn(one.compression) || unpacked.has(one.file)) continue
    const copy = `${directory}/unpacked-${unpacked.size}`
    await writeText(copy, plain(one))
    unpacked.set(one.file, copy)
  }
  return unpacked
}

async function* plain(file: TextFile): AsyncIterable<Buffer> {
  using text = textStream(file.file, file.compression)
  const bound = new LineBound(file.path)
  try {
    for await (const chunk of text.bytes) {
      bound.add(chunk)
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof EngineFault ? cause : damaged(file, cause)
  }
}
