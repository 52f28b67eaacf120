/**
 * Leaves a process one address of the network, the lake's own, or none. To be called before any code of a job is loaded. As the
 * rest of what Node's permission model leaves open, it stops mistakes and not a determined attacker (decision 0009).
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

type Callable = (...values: readonly unknown[]) => unknown

export function allowOnly(endpoint: string | undefined): void {
  const url = endpoint === undefined ? undefined : new URL(endpoint)
  const port = url === undefined ? 0 : Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const hosts = url === undefined ? [] : [url.hostname.replace(/^\[|\]$/g, ''), url.hostname]
  const prototype = net.Socket.prototype as unknown as Record<string, Callable>
  const connect = prototype.connect as Callable
  prototype.connect = function guarded(this: unknown, ...values: readonly unknown[]) {
    const [first, second] = Array.isArray(values[0]) ? values[0] : values
    const to =
      typeof first === 'object' && first !== null
        ? (first as { readonly host?: unknown; readonly port?: unknown })
        : { port: first, host: second }
    const host = typeof to.host === 'string' ? to.host : 'localhost'
    if (!hosts.includes(host) || Number(to.port) !== port) throw denied(`${host}:${String(to.port)}`, endpoint)
    return connect.apply(this, values as unknown[])
  }
  const listen = () => {
    throw denied('a port of its own', endpoint)
  }
  net.Server.prototype.listen = listen
  for (const name of ['bind', 'connect', 'send'] as const)
    (dgram.Socket.prototype as unknown as Record<string, Callable>)[name] = listen
  guardNames(dns as unknown as Record<string, unknown>, hosts, endpoint)
  guardNames(dns.promises as unknown as Record<string, unknown>, hosts, endpoint)
  const resolvers = [dns.Resolver.prototype, dns.promises.Resolver.prototype] as unknown as Record<string, unknown>[]
  for (const resolver of resolvers) guardNames(resolver, [], endpoint)
  syncBuiltinESMExports()
}

/** Names that are looked up leave the machine too. */
function guardNames(functions: Record<string, unknown>, hosts: readonly string[], endpoint: string | undefined): void {
  for (const name of Object.keys(Object.getOwnPropertyDescriptors(functions))) {
    const inner = functions[name]
    if (typeof inner !== 'function' || !/^(lookup|lookupService|reverse|resolve\w*)$/.test(name)) continue
    functions[name] = function guarded(this: unknown, ...values: readonly unknown[]) {
      if (name === 'lookup' && hosts.includes(String(values[0])))
        return (inner as Callable).apply(this, values as unknown[])
      throw denied(`the name ${String(values[0])}`, endpoint)
    }
  }
}

const denied = (what: string, endpoint: string | undefined): Error =>
  Object.assign(
    new Error(
      `A job's module has no way to ${what}: it reaches ${endpoint === undefined ? 'no network, since the lake does not listen' : `the lake at ${endpoint} only`}.`,
    ),
    { code: 'ERR_ACCESS_DENIED' },
  )
