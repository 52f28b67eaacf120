/**
 * The lake's own paths beside AWS's. Bucket names cannot begin with an underscore, so nothing of S3 is hidden.
 *
 *     GET  /_biwa/health     also /_localstack/health, which tools of this world ask
 *     GET  /_biwa/metrics    what every part counted, as Prometheus text; with enforced authentication the root key is
 *                            asked for, as HTTP's basic user name and password
 *     POST /_biwa/reset      empties the lake, where `--allow-reset` was given
 *     GET  /_biwa/clock      {"now": "2025-10-15T00:00:00Z", "clock": "simulated"}
 *     POST /_biwa/clock      {"advance": "PT5M"} or {"advanceTo": "…Z"}: moves a simulated clock; answers when all that
 *                            fell due has run, with its names in order
 *
 * A web page that the user visits can send requests to loopback. Browsers say where a request comes from; what comes
 * from another site, or under a foreign host name (DNS rebinding), is turned away in open mode, where a key proves nothing.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { Fault } from './fault.ts'
import { type HttpRequest, type HttpResponse, readWhole } from './message.ts'

export interface ControlNeeds {
  readonly version: string
  readonly services: readonly string[]
  /** Undefined unless the server was started with `--allow-reset`. */
  readonly reset?: () => Promise<void>
  readonly metrics: () => string
  /** Whoever reads the metrics must show it; undefined when anybody may. */
  readonly metricsKey?: () => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }>
  readonly now: () => number
  /** Undefined when the clock is the system's. */
  readonly advanceTo?: (at: number) => Promise<readonly string[]>
}

/** The answer, or undefined when the request is for AWS's side, as nearly all are: for these, `needs` is not asked for. */
export function control(
  request: HttpRequest,
  { open, needs }: { readonly open: boolean; readonly needs: () => ControlNeeds },
): Promise<HttpResponse> | undefined {
  const stranger = open ? strangerReason(request) : undefined
  if (stranger) return Promise.resolve(answer(403, { message: stranger }))
  const ours = request.path.startsWith('/_biwa/') || request.path === '/_localstack/health'
  return ours ? answerOurs(request, needs()) : undefined
}

async function answerOurs(request: HttpRequest, needs: ControlNeeds): Promise<HttpResponse> {
  if (request.path === '/_biwa/health' || request.path === '/_localstack/health') {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(405, { message: `${request.path} takes GET.` })
    const services = Object.fromEntries(needs.services.map(name => [name, 'running']))
    return answer(200, { services, edition: 'biwa', version: needs.version })
  }
  if (request.path === '/_biwa/metrics') return metrics(request, needs)
  if (request.path === '/_biwa/reset') {
    if (request.method !== 'POST') return answer(405, { message: '/_biwa/reset takes POST.' })
    if (!needs.reset)
      return answer(403, { message: 'Nothing was reset: this server was started without --allow-reset.' })
    await needs.reset()
    return answer(200, { reset: true })
  }
  if (request.path === '/_biwa/clock') return clock(request, needs)
  return answer(404, {
    message: `There is nothing at ${request.path.slice(0, 128)}. Biwa's own paths are /_biwa/health, /_biwa/metrics, /_biwa/clock and /_biwa/reset.`,
  })
}

async function metrics(request: HttpRequest, needs: ControlNeeds): Promise<HttpResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answer(405, { message: '/_biwa/metrics takes GET.' })
  const key = await needs.metricsKey?.()
  if (key && !shows(request.headers.authorization, `${key.accessKeyId}:${key.secretAccessKey}`)) {
    const message =
      'The metrics are shown to who gives the root key as basic user name and password; `biwa env` prints it.'
    const refused = answer(401, { message })
    return { ...refused, headers: { ...refused.headers, 'www-authenticate': 'Basic realm="biwa"' } }
  }
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: needs.metrics() }
}

/** Compared in constant time: the hashes have one length. */
function shows(authorization: string | undefined, credentials: string): boolean {
  const given = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const digest = (text: string) => hash('sha256', text, 'buffer')
  return timingSafeEqual(digest(Buffer.from(given, 'base64').toString()), digest(credentials))
}

async function clock(request: HttpRequest, needs: ControlNeeds): Promise<HttpResponse> {
  const state = () => ({ now: new Date(needs.now()).toISOString(), clock: needs.advanceTo ? 'simulated' : 'system' })
  if (request.method === 'GET') return answer(200, state())
  if (request.method !== 'POST') return answer(405, { message: '/_biwa/clock takes GET and POST.' })
  if (!needs.advanceTo)
    return answer(409, {
      message: "This lake runs on the system's clock, which nobody moves. Start it with --clock simulated.",
    })
  let at: number
  try {
    const body = JSON.parse(Buffer.from(await readWhole(request.body, 4096)).toString('utf8')) as Record<
      string,
      unknown
    >
    at = targetOf(body, needs.now())
  } catch (error) {
    const why =
      error instanceof Fault
        ? error.message
        : 'The body must be {"advance": "PT5M"} or {"advanceTo": "2025-10-15T00:05:00Z"}.'
    return answer(400, { message: why })
  }
  if (at < needs.now()) return answer(400, { message: `Time only goes on: it is ${state().now} already.` })
  const ran = await needs.advanceTo(at)
  return answer(200, { ...state(), ran })
}

/** Throws when the body says neither, both, or what is no duration or instant. */
function targetOf(body: Readonly<Record<string, unknown>>, now: number): number {
  const { advance, advanceTo, ...others } = body
  if (Object.keys(others).length > 0 || (advance === undefined) === (advanceTo === undefined))
    throw new Error('one of both')
  if (advanceTo !== undefined) return Temporal.Instant.from(String(advanceTo)).epochMilliseconds
  return now + Temporal.Duration.from(String(advance)).total({ unit: 'millisecond', relativeTo: '1970-01-01' })
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
