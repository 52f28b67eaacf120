/** Calls of AWS's operations on a running server, signed with its key. What goes wrong is said in a sentence. */
import { createHmac, hash } from 'node:crypto'
import { LakeMistake } from '../world/mistake.ts'
import { reachableUrl, type ServerFile } from './server-file.ts'

/** What a server answers with AWS's own error. */
export class Refusal extends LakeMistake {
  readonly code: string

  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/** A service that speaks JSON: its name in signatures, its prefix in X-Amz-Target, its version of JSON. */
export interface JsonService {
  readonly name: string
  readonly target: string
}

export const kinesis: JsonService = { name: 'kinesis', target: 'Kinesis_20131202' }
export const athena: JsonService = { name: 'athena', target: 'AmazonAthena' }
export const glue: JsonService = { name: 'glue', target: 'AWSGlue' }

/** Throws a Refusal, or a LakeMistake when nobody answers. */
export type Call = <T>(operation: string, input: Readonly<Record<string, unknown>>) => Promise<T>

export interface CallOptions {
  readonly now: () => number
  readonly signal: AbortSignal
}

export const callsTo =
  (server: ServerFile, service: JsonService, options: CallOptions): Call =>
  async <T>(operation: string, input: Readonly<Record<string, unknown>>): Promise<T> => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${service.target}.${operation}`,
    }
    const body = JSON.stringify(input)
    const { ok, text } = await answerTo(
      { server, service: service.name, method: 'POST', path: '/', headers, body },
      options,
    )
    const content = parsed(text)
    if (ok) return content as T
    const code = String(content.__type ?? 'the server refused it').replace(/^.*#/, '')
    throw new Refusal(code, String(content.message ?? content.Message ?? text.slice(0, 500)))
  }

/** S3's answer to a GET, as text. `query` is in the order of its names. */
export async function getFromS3(
  server: ServerFile,
  path: string,
  query: Readonly<Record<string, string>>,
  options: CallOptions,
): Promise<string> {
  const headers = { 'x-amz-content-sha256': hash('sha256', '') }
  const { ok, text } = await answerTo({ server, service: 's3', method: 'GET', path, query, headers, body: '' }, options)
  if (ok) return text
  const part = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  throw new Refusal(part('Code') ?? 'the server refused it', part('Message') ?? text.slice(0, 500))
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return { message: text.slice(0, 500) }
  }
}

interface Unsigned {
  readonly server: ServerFile
  readonly service: string
  readonly method: 'GET' | 'POST'
  /** Encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

async function answerTo(
  unsigned: Unsigned,
  { now, signal }: CallOptions,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const { method, path, body } = unsigned
  const url = reachableUrl(unsigned.server)
  const query = queryText(unsigned)
  const headers = signed(unsigned, new URL(url).host, now())
  try {
    const sent = { method, headers, signal, ...(method === 'POST' && { body }) }
    const answer = await fetch(`${url}${path}${query === '' ? '' : `?${query}`}`, sent)
    return { ok: answer.ok, text: await answer.text() }
  } catch (cause) {
    if (signal.aborted) throw cause
    const why = (cause as Error).cause ?? cause
    throw new LakeMistake(`${url} does not answer (${(why as Error).message}). Is 'biwa up' still running there?`)
  }
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

const queryText = ({ query = {} }: Unsigned): string =>
  Object.entries(query)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&')

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signed(unsigned: Unsigned, host: string, now: number): Record<string, string> {
  const { server, service, method, path, body } = unsigned
  const { accessKeyId, secretAccessKey } = server.key ?? { accessKeyId: 'test', secretAccessKey: 'test' }
  const timestamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const date = timestamp.slice(0, 8)
  const scope = `${date}/${server.region}/${service}/aws4_request`
  const sent = { ...unsigned.headers, 'x-amz-date': timestamp }
  const all = Object.entries({ ...sent, host }).sort(([one], [other]) => (one < other ? -1 : 1))
  const lines = all.map(([name, value]) => `${name}:${value}\n`)
  const names = all.map(([name]) => name).join(';')
  const canonical = `${method}\n${path}\n${queryText(unsigned)}\n${lines.join('')}\n${names}\n${hash('sha256', body)}`
  const key = [date, server.region, service, 'aws4_request'].reduce<string | Buffer>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    `AWS4${secretAccessKey}`,
  )
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical)}`
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
