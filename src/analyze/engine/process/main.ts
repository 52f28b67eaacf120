// Where the child process of the engine begins. It starts whenever somebody waits for a first query, so what takes long goes
// on at once: the parser compiles in a thread while the rest is loaded, whose compiled form Node keeps from the start before.

import { enableCompileCache, flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'

// Functions of the parser are checked when they are first called and not all of them now.
setFlagsFromString('--wasm-lazy-validation')
enableCompileCache()
// Nothing here speaks to a network, and who only asks whether these are there makes Node load them.
for (const name of ['fetch', 'Request', 'Response', 'WebSocket', 'EventSource'])
  Reflect.deleteProperty(globalThis, name)
const parser = import('./polyglot.ts')
await import('./serve.ts')
await parser
// The child ends by being killed, which would keep nothing.
flushCompileCache()
