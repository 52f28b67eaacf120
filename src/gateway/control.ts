/**
 * The lake's own paths beside AWS's. Bucket names cannot begin with an underscore, so nothing of S3 is hidden.
 *
 *     GET  /_biwa/health     also /_localstack/health, which tools of this world ask
 *     GET  /_biwa/metrics    what every part counted, as Prometheus text; with enforced authentication the root key is
 *                            asked for, as HTTP's basic user name and password
 *     POST /_biwa/reset      empties the lake, where `--allow-reset` was given
 *     GET  /_biwa/clock      {"now": "2025-10-14T15:00:00.000Z", "clock": "simulated", "next": {"name": …, "at": …}}
 *     POST /_biwa/clock      {"advance": "PT5M"} or {"advanceTo": "…Z"}: moves a simulated clock; answers when all that
 *                            fell due has run and what it started has ended, with "ran": [{"name": …, "at": …}] in order
 *
 *     POST /_biwa/definition {"act": "plan" | "apply" | "planDown" | "down", "definition": …}: what `biwa up <lake.ts>`, `diff` and
 *                            `down` ask of a lake that runs; with enforced authentication as the root key
 *
 * A web page that the user visits can send requests to loopback. Browsers say where a request comes from; what comes
 * from another site, or under a foreign host name (DNS rebinding), is turned away in open mode, where a key proves nothing.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { LakeMistake } from '../world/mistake.ts'
import { Fault } from './fault.ts'
import { type HttpRequest, type HttpResponse, readWhole } from './message.ts'

export interface ControlNeeds {
  readonly version: string
  readonly services: readonly string[]
  /** Undefined unless the server was started with `--allow-reset`. */
  readonly reset?: () => Promise<void>
  readonly metrics: () => string
  /** Whoever reads the metrics or defines the lake must show it; undefined when anybody may. */
  readonly rootKey?: () => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }>
  readonly clock: ControlledClock
  readonly isSimulated: boolean
  /** Does with a definition what the body says. Rejects with a LakeMistake or a Fault for what is the caller's. */
  readonly define: (body: Readonly<Record<string, unknown>>) => Promise<object>
  /** For what is nobody's mistake but the lake's: keeps it under an id, and gives what its caller hears. */
  readonly failed: (request: HttpRequest, error: unknown) => Fault
}

interface Due {
  readonly name: string
  readonly at: string
}

/** Moving it rejects with a LakeMistake for what is no time to move to, and for the system's clock. */
export interface ControlledClock {
  date(): Date
  next(): Due | undefined
  advance(by: string): Promise<readonly Due[]>
  advanceTo(instant: string): Promise<readonly Due[]>
}

/** The answer, or undefined when the request is for AWS's side, as nearly all are: for these, `needs` is not asked for. */
export function control(
  request: HttpRequest,
  { open, needs }: { readonly open: boolean; readonly needs: () => ControlNeeds },
): Promise<HttpResponse> | undefined {
  const stranger = open ? strangerReason(request) : undefined
  if (stranger) return Promise.resolve(answer(403, { message: stranger }))
  const ours = request.path.startsWith('/_biwa/') || request.path === '/_localstack/health'
  return ours ? answered(request, needs()) : undefined
}

async function answered(request: HttpRequest, needs: ControlNeeds): Promise<HttpResponse> {
  try {
    return await answerOurs(request, needs)
  } catch (error) {
    if (error instanceof LakeMistake) return answer(400, { message: error.message })
    const { status, message } = error instanceof Fault ? error : needs.failed(request, error)
    return answer(status, { message })
  }
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
      return answer(403, {
        message: 'Nothing was reset: this lake was opened without allowReset (biwa up --allow-reset).',
      })
    await needs.reset()
    return answer(200, { reset: true })
  }
  if (request.path === '/_biwa/clock') return clock(request, needs)
  if (request.path === '/_biwa/definition') return definition(request, needs)
  return answer(404, {
    message: `There is nothing at ${request.path.slice(0, 128)}. Biwa's own paths are /_biwa/health, /_biwa/metrics, /_biwa/clock, /_biwa/definition and /_biwa/reset.`,
  })
}

async function metrics(request: HttpRequest, needs: ControlNeeds): Promise<HttpResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answer(405, { message: '/_biwa/metrics takes GET.' })
  const refused = await stopped(request, needs, 'The metrics are shown')
  if (refused) return refused
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: needs.metrics() }
}

/** The answer for who must show the root key and does not. */
async function stopped(
  request: HttpRequest,
  { rootKey }: ControlNeeds,
  what: string,
): Promise<HttpResponse | undefined> {
  const key = await rootKey?.()
  if (!key || shows(request.headers.authorization, `${key.accessKeyId}:${key.secretAccessKey}`)) return undefined
  const message = `${what} to who gives the root key as basic user name and password; \`biwa env\` prints it.`
  const refused = answer(401, { message })
  return { ...refused, headers: { ...refused.headers, 'www-authenticate': 'Basic realm="biwa"' } }
}

const definitionBytesMax = 16 * 1024 * 1024

async function definition(request: HttpRequest, needs: ControlNeeds): Promise<HttpResponse> {
  if (request.method !== 'POST') return answer(405, { message: '/_biwa/definition takes POST.' })
  const refused = await stopped(request, needs, 'A lake is defined')
  if (refused) return refused
  const text = Buffer.from(await readWhole(request.body, definitionBytesMax)).toString()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return answer(400, { message: 'The body is no JSON. `biwa up <lake.ts>` sends what is meant here.' })
  }
  return answer(200, await needs.define(Object(body) as Readonly<Record<string, unknown>>))
}

/** Compared in constant time: the hashes have one length. */
function shows(authorization: string | undefined, credentials: string): boolean {
  const given = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const digest = (text: string) => hash('sha256', text, 'buffer')
  return timingSafeEqual(digest(Buffer.from(given, 'base64').toString()), digest(credentials))
}

async function clock(request: HttpRequest, { clock, isSimulated }: ControlNeeds): Promise<HttpResponse> {
  const state = () => ({
    now: clock.date().toISOString(),
    clock: isSimulated ? 'simulated' : 'system',
    ...(isSimulated && { next: clock.next() ?? null }),
  })
  if (request.method === 'GET' || request.method === 'HEAD') return answer(200, state())
  if (request.method !== 'POST') return answer(405, { message: '/_biwa/clock takes GET and POST.' })
  if (!isSimulated)
    return answer(409, {
      message:
        "This lake runs on the system's clock, which nobody moves. Open it with the clock 'simulated' (biwa up --clock simulated).",
    })
  const move = moveOf(await readWhole(request.body, 4096))
  if (!move)
    return answer(400, { message: 'The body must be {"advance": "PT5M"} or {"advanceTo": "2025-10-15T00:05:00Z"}.' })
  const ran = await (move.advance === undefined ? clock.advanceTo(move.advanceTo) : clock.advance(move.advance))
  return answer(200, { ...state(), ran })
}

type Move =
  | { readonly advance: string; readonly advanceTo?: undefined }
  | { readonly advance?: undefined; readonly advanceTo: string }

/** Undefined when the body says neither, both, or something else. */
function moveOf(bytes: Uint8Array): Move | undefined {
  let body: unknown
  try {
    body = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof body !== 'object' || body === null || Object.keys(body).length !== 1) return undefined
  if ('advance' in body && typeof body.advance === 'string') return { advance: body.advance }
  if ('advanceTo' in body && typeof body.advanceTo === 'string') return { advanceTo: body.advanceTo }
  return undefined
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
    return `The host name '${host.slice(0, 128)}' is none of this machine's own. Without enforced authentication Biwa answers to localhost and loopback addresses only; use those, or open the lake with auth 'enforced' (biwa up --auth enforced).`
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
