/**
 * The lake's own paths beside AWS's: `GET /_biwa/health` (and `/_localstack/health`, which tools of this world ask), and
 * `POST /_biwa/reset` where it was allowed. Bucket names cannot begin with an underscore, so nothing of S3 is hidden.
 *
 * A web page that the user visits can send requests to loopback. Browsers say where a request comes from; what comes
 * from another site, or under a foreign host name (DNS rebinding), is turned away in open mode, where a key proves nothing.
 */
import type { HttpRequest, HttpResponse } from './message.ts'

export interface ControlNeeds {
  readonly version: string
  readonly services: readonly string[]
  readonly open: boolean
  /** Undefined unless the server was started with `--allow-reset`. */
  readonly reset?: () => Promise<void>
}

/** The answer, or undefined when the request is for AWS's side. */
export async function control(request: HttpRequest, needs: ControlNeeds): Promise<HttpResponse | undefined> {
  const stranger = needs.open ? strangerReason(request) : undefined
  if (stranger) return answer(403, { message: stranger })
  const ours = request.path.startsWith('/_biwa/') || request.path === '/_localstack/health'
  if (!ours) return undefined
  if (request.path === '/_biwa/health' || request.path === '/_localstack/health') {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(405, { message: `${request.path} takes GET.` })
    const services = Object.fromEntries(needs.services.map(name => [name, 'running']))
    return answer(200, { services, edition: 'biwa', version: needs.version })
  }
  if (request.path === '/_biwa/reset') {
    if (request.method !== 'POST') return answer(405, { message: '/_biwa/reset takes POST.' })
    if (!needs.reset)
      return answer(403, { message: 'Nothing was reset: this server was started without --allow-reset.' })
    await needs.reset()
    return answer(200, { reset: true })
  }
  return answer(404, {
    message: `There is nothing at ${request.path.slice(0, 128)}. Biwa's own paths are /_biwa/health and /_biwa/reset.`,
  })
}

const answer = (status: number, body: object): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const loopback =
  /^(localhost|(.+\.)?localhost|(.+\.)?localhost\.localstack\.cloud|127(\.\d{1,3}){3}|\[::1\]|(.+\.)?amazonaws\.com)$/

function strangerReason(request: HttpRequest): string | undefined {
  const host = (request.headers.host ?? 'localhost').replace(/:\d+$/, '').toLowerCase()
  if (!loopback.test(host))
    return `The host name '${host.slice(0, 128)}' is none of this machine's own. Without enforced authentication Biwa answers to localhost and loopback addresses only; use those, or start it with --auth enforced.`
  const origin = request.headers.origin
  const foreignOrigin = origin !== undefined && origin !== 'null' && !loopback.test(originHost(origin))
  if (foreignOrigin || request.headers['sec-fetch-site'] === 'cross-site')
    return 'A web page of another site sent this request. Without enforced authentication Biwa does not answer those.'
  return undefined
}

function originHost(origin: string): string {
  try {
    return new URL(origin).hostname
  } catch {
    return origin
  }
}
