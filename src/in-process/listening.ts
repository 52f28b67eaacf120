/** The lake's servers: started, known by their addresses, stopped together. */
import { HttpServer } from '../gateway/http.ts'
import type { HttpRequest, HttpResponse } from '../gateway/message.ts'
import type { Log } from '../world/log.ts'
import { LakeMistake, refuseUnknown, shown } from '../world/mistake.ts'

export interface ListenOptions {
  /** 4566 unless given; 0 takes a free one. */
  readonly port?: number
  /** 127.0.0.1 unless given; others than loopback addresses only with `auth: 'enforced'`. */
  readonly host?: string
}

export interface Listening {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

interface ListenersNeeds {
  readonly loopbackOnly: boolean
  readonly log: Log
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>
}

const usualPort = 4566
const closeGraceMilliseconds = 5_000

export class Listeners {
  readonly #needs: ListenersNeeds
  readonly #servers = new Set<HttpServer>()
  /** For clients on this machine. */
  readonly #urls = new Set<string>()

  constructor(needs: ListenersNeeds) {
    this.#needs = needs
  }

  /** Where a client on this machine reaches the lake; undefined while it does not listen. */
  get url(): string | undefined {
    return this.#urls.values().next().value
  }

  async listen(options: ListenOptions): Promise<Listening> {
    refuseUnknown('listen', options, ['port', 'host'])
    const { port = usualPort, host = '127.0.0.1' } = options
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new LakeMistake(`port must be a whole number from 0 (a free one) to 65535, not ${shown(port)}.`)
    if (this.#needs.loopbackOnly && !isLoopback(host))
      throw new LakeMistake(
        `Without authentication Biwa listens on loopback addresses only, and ${host} is none. Use the host 127.0.0.1, or open the lake with auth 'enforced' (biwa up --auth enforced).`,
      )
    const server = new HttpServer(this.#needs.handle, error =>
      this.#needs.log.error('an answer could not be sent', error),
    )
    const bound = await server.listen(port, host)
    const urlOf = (name: string) => `http://${name.includes(':') ? `[${name}]` : name}:${bound}`
    const local = urlOf(host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host)
    this.#servers.add(server)
    this.#urls.add(local)
    const close = async () => {
      this.#servers.delete(server)
      this.#urls.delete(local)
      await server.close(closeGraceMilliseconds)
    }
    return { port: bound, url: urlOf(host), close }
  }

  /** Lets what is under way end. */
  async close(): Promise<void> {
    const servers = [...this.#servers]
    this.#servers.clear()
    this.#urls.clear()
    await Promise.all(servers.map(server => server.close(closeGraceMilliseconds)))
  }
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
