/**
 * What Node's permission model leaves open to the code of a process and a function must not do: signal other processes
 * (the lake among them: `_debugProcess` would open its debugger), change their priority, and reach local services over
 * sockets in the file system. To be called before any code of the function is loaded.
 */

import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import os from 'node:os'

type Callable = (...values: readonly unknown[]) => unknown

export function guard(): void {
  guardSignals()
  const priority = os.setPriority
  os.setPriority = ((...values: readonly number[]) => {
    const [pid = 0, wanted] = values.length === 1 ? [0, values[0]] : values
    if (pid !== 0 && pid !== process.pid) throw denied('os.setPriority', 'of another process')
    priority(0, wanted ?? 0)
  }) as typeof os.setPriority
  guardPaths(net.Socket.prototype, 'connect')
  guardPaths(net.Server.prototype, 'listen')
  syncBuiltinESMExports()
}

function guardSignals(): void {
  const inner = process as unknown as Record<string, unknown>
  const send = (inner._kill as (pid: number, signal: number) => number).bind(process)
  for (const name of ['_kill', '_debugProcess', '_debugEnd']) delete inner[name]
  process.kill = (pid, signal = 'SIGTERM') => {
    if (pid !== process.pid) throw denied('process.kill', 'of another process')
    const number = typeof signal === 'number' ? signal : (os.constants.signals as Record<string, number>)[signal]
    if (number === undefined) throw new TypeError(`Unknown signal: ${signal}`)
    send(process.pid, number)
    return true
  }
}

/** Ports are open to a function, files that are sockets are not. */
function guardPaths(prototype: object, name: 'connect' | 'listen'): void {
  const inner = prototype as Record<string, Callable>
  const open = inner[name] as Callable
  inner[name] = function guarded(this: unknown, ...values: readonly unknown[]) {
    // Node's own callers hand over [options, callback] in one array.
    const [first] = Array.isArray(values[0]) ? values[0] : values
    const isPath = typeof first === 'string' && !/^\d+$/.test(first)
    const options = typeof first === 'object' && first !== null ? (first as { readonly path?: unknown }) : {}
    if (isPath || (options.path !== undefined && options.path !== null)) throw denied(`net ${name}`, 'by a path')
    return open.apply(this, values as unknown[])
  }
}

const denied = (what: string, which: string): Error =>
  Object.assign(new Error(`${what} ${which} is not open to a function.`), { code: 'ERR_ACCESS_DENIED' })
