/** Calls of Kinesis's operations on a running server, signed with its key. What goes wrong is said in a sentence. */
import { createHmac, hash } from 'node:crypto'
import { LakeMistake } from '../../lake.ts'
import { reachableUrl, type ServerFile } from '../server-file.ts'

/** What a server answers with AWS's own error. */
export class Refusal extends LakeMistake {
  readonly code: string

  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/** Throws a Refusal, or a LakeMistake when nobody answers. */
export type Call = <T>(operation: string, input: Readonly<Record<string, unknown>>) => Promise<T>

export const callsTo =
  (server: ServerFile, { now, signal }: { readonly now: () => number; readonly signal: AbortSignal }): Call =>
  async <T>(operation: string, input: Readonly<Record<string, unknown>>): Promise<T> => {
    const url = reachableUrl(server)
    const body = JSON.stringify(input)
    const headers = signed({ server, host: new URL(url).host, operation, body, now: now() })
    let text: string
    let ok: boolean
    try {
      const answer = await fetch(url, { method: 'POST', headers, body, signal })
      ok = answer.ok
      text = await answer.text()
    } catch (cause) {
      if (signal.aborted) throw cause
      const why = (cause as Error).cause ?? cause
      throw new LakeMistake(`${url} does not answer (${(why as Error).message}). Is 'biwa up' still running there?`)
    }
    const content = parsed(text)
    if (ok) return content as T
    const code = String(content.__type ?? 'the server refused it').replace(/^.*#/, '')
    throw new Refusal(code, String(content.message ?? content.Message ?? text.slice(0, 500)))
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
  readonly host: string
  readonly operation: string
  readonly body: string
  readonly now: number
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signed({ server, host, operation, body, now }: Unsigned): Record<string, string> {
  const { accessKeyId, secretAccessKey } = server.key ?? { accessKeyId: 'test', secretAccessKey: 'test' }
  const timestamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const date = timestamp.slice(0, 8)
  const scope = `${date}/${server.region}/kinesis/aws4_request`
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    host,
    'x-amz-date': timestamp,
    'x-amz-target': `Kinesis_20131202.${operation}`,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const names = Object.keys(headers).join(';')
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${hash('sha256', body)}`
  const key = [date, server.region, 'kinesis', 'aws4_request'].reduce<string | Buffer>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    `AWS4${secretAccessKey}`,
  )
  const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash('sha256', canonical)}`
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const { host: _, ...sent } = headers
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
