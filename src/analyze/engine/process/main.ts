// Where the child process of the engine begins. It starts whenever somebody waits for a first query, so the compiled form of
// what it loads is kept by Node from the start before.

import { enableCompileCache, flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

// Functions of the parser are checked when they are first called and not all of them now.
setFlagsFromString('--wasm-lazy-validation')
enableCompileCache()
// Nothing here speaks to a network, and who only asks whether these are there makes Node load them.
for (const name of ['fetch', 'Request', 'Response', 'WebSocket', 'EventSource'])
  Reflect.deleteProperty(globalThis, name)
// An instance of DuckDB opens in a thread while the rest is loaded.
await import('./opened.ts')
await import('./serve.ts')
// The child ends by being killed, which would keep nothing.
flushCompileCache()
