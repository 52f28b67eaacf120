/** Requests signed by hand, to be altered before they are sent: what no honest client would send. */
import { createHash, createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import { region } from './lake.ts'

export interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface Raw {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly text: string
}

class Sha256 {
  readonly #hash: { update(data: string | Uint8Array): unknown; digest(): Buffer }
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', key as Uint8Array)
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
  reset(): void {}
}

export interface Signing {
  readonly key: Key
  readonly service: string
  readonly region?: string
  readonly at?: Date
  /** Seconds; in the query instead of in the header. */
  readonly presign?: number
}

export async function signed(url: string, wanted: Partial<Raw>, how: Signing): Promise<Raw> {
  const signer = new SignatureV4({
    service: how.service,
    region: how.region ?? region,
    credentials: how.key,
    sha256: Sha256,
    uriEscapePath: how.service !== 's3',
  })
  const { pathname, searchParams } = new URL(wanted.path ?? '/', url)
  const request = {
    method: wanted.method ?? 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host: new URL(url).host, ...wanted.headers },
    body: wanted.body ?? '',
  }
  const signingDate = how.at ?? new Date()
  const made =
    how.presign === undefined
      ? await signer.sign(request, { signingDate })
      : await signer.presign(request, { signingDate, expiresIn: how.presign })
  const { headers, query } = made as { headers: Record<string, string>; query?: Record<string, string> }
  const pairs = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return {
    method: request.method,
    path: pathname + (pairs.length > 0 ? `?${pairs.join('&')}` : ''),
    headers: headers as Record<string, string>,
    body: request.body,
  }
}

export function send(url: string, { method, path, headers, body }: Raw): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers: { ...headers } }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}
