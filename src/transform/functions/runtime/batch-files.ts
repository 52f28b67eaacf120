/** The files of one run of a job's module: its code in a directory of its own, what it reads, and the two that it writes. */
import { copyFile, realpath, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface BatchFiles {
  /** Real paths, as permissions are about those. */
  readonly root: string
  readonly temporary: string
  readonly input: string
  readonly output: string
  readonly deadLetters: string
  /** Inside the root. */
  readonly module: string
  /** When it is done: the same two files by the paths that the lake knows. */
  written(): Promise<{
    readonly output: { readonly file: string; readonly bytes: number }
    readonly deadLettersFile: string
  }>
}

export async function layOutBatch(
  code: string,
  of: {
    readonly module: { readonly text: string; readonly extension: string }
    readonly input: string
    readonly temporary: string
    readonly deadLettersBefore?: string | undefined
  },
): Promise<BatchFiles> {
  const module = `job${of.module.extension}`
  const [rows, letters] = [join(of.temporary, 'rows.json'), join(of.temporary, 'dead-letters.json')]
  await writeFile(join(code, module), of.module.text, { flag: 'wx', mode: 0o600 })
  await writeFile(rows, '', { flag: 'wx', mode: 0o600 })
  if (of.deadLettersBefore === undefined) await writeFile(letters, '', { flag: 'wx', mode: 0o600 })
  else await copyFile(of.deadLettersBefore, letters)
  const [root, temporary, input] = await Promise.all([realpath(code), realpath(of.temporary), realpath(of.input)])
  return {
    ...{ root, temporary, input, module },
    output: join(temporary, 'rows.json'),
    deadLetters: join(temporary, 'dead-letters.json'),
    written: async () => ({ output: { file: rows, bytes: (await stat(rows)).size }, deadLettersFile: letters }),
  }
}
