// The library that parses, without what its own loading brings along: fetch, and a second copy of its 22 MB of WebAssembly.
// The compiling goes on in another thread while whoever imports this is still being loaded.

import { fileURLToPath } from 'node:url'
import * as library from '@polyglot-sql/sdk/manual'
import { whole } from './files.ts'

const source = fileURLToPath(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm'))
// It takes the bytes as well as a place to fetch them from, though its types do not say so.
await library.init({ wasmUrl: whole(source) as unknown as URL })

/** Its types are found by the library's first name only. */
export const { parse, tokenize } = library as unknown as typeof import('@polyglot-sql/sdk')
