// The library that parses, loaded when the first text is to be parsed: its 22 MB of WebAssembly are read and compiled by other
// threads, which a task that needs no parser would share its processors with. Without what its own loading brings along:
// fetch, and a second copy of the WebAssembly.

import { fileURLToPath } from 'node:url'
import { whole } from './files.ts'

/** Its types are found by the library's first name only. */
export type Polyglot = Pick<typeof import('@polyglot-sql/sdk'), 'parse' | 'tokenize'>

let loading: Promise<Polyglot> | undefined

export function polyglot(): Promise<Polyglot> {
  loading ??= load()
  return loading
}

async function load(): Promise<Polyglot> {
  const source = whole(fileURLToPath(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm')))
  const library = await import('@polyglot-sql/sdk/manual')
  // It takes the bytes as well as a place to fetch them from, though its types do not say so.
  await library.init({ wasmUrl: (await source) as unknown as URL })
  return library as unknown as Polyglot
}
