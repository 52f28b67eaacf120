/**
 * What the signature rooms see of a request, and how they read its query and headers. Strings are as node:http gives
 * them: one character a byte (latin1), nothing decoded.
 */

export interface SignedRequest {
  readonly method: string
  /** Raw, still percent-encoded, without the query. */
  readonly path: string
  /** Raw, without the question mark. */
  readonly query: string
  /** Names in lower case; several values of one name joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
}

const authority = new Set(['host', ':authority'])

/**
 * A header that is there; names come from strangers (`constructor` is no header). HTTP/2 calls the host `:authority`,
 * and whichever of the two was signed, the other may be what arrived.
 */
export function headerOf(request: SignedRequest, name: string): string | undefined {
  if (Object.hasOwn(request.headers, name)) return request.headers[name]
  if (!authority.has(name)) return undefined
  const other = name === 'host' ? ':authority' : 'host'
  return Object.hasOwn(request.headers, other) ? request.headers[other] : undefined
}

/** The query cut at `&` and the first `=`, undecoded. */
export function queryPairs(query: string): readonly (readonly [name: string, value: string])[] {
  const pairs: [string, string][] = []
  for (const piece of query.split('&')) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    pairs.push(equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)])
  }
  return pairs
}

/** The bytes behind `%41` and `+`, one character a byte; a stray `%` stands for itself. */
export function percentDecoded(text: string): string {
  if (!/[%+]/.test(text)) return text
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** The first value of a query parameter, decoded. */
export function queryParameter(pairs: ReturnType<typeof queryPairs>, name: string): string | undefined {
  for (const [key, value] of pairs) if (key === name) return percentDecoded(value)
  return undefined
}
