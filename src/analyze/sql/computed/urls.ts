// Parts of URLs (RFC 2396, as java.net.URI reads them) and the encoding of forms.
// https://trino.io/docs/current/functions/url.html
import { type ComputedTable, computed, invalid } from './computed.ts'

interface Url {
  readonly scheme: string
  readonly host: string
  readonly port: string | undefined
  readonly path: string
  readonly query: string
  readonly fragment: string
}

/** Of what a URL may hold unescaped; anything beyond ASCII may stand too, but no space or control. */
const legal = /^(?:[A-Za-z0-9\-_.!~*'();/?:@&=+$,[\]#]|%[0-9A-Fa-f]{2}|[^\p{ASCII}\p{Z}\p{C}])*$/u

/** Undefined where Athena finds no URL and says NULL. */
function read(text: string): Url | undefined {
  if (!legal.test(text)) return undefined
  const found = /^(?:([A-Za-z][A-Za-z0-9+\-.]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([^#]*))?$/u.exec(text)
  if (found === null) return undefined
  const [, scheme = '', authority, path = '', query = '', fragment = ''] = found
  if (scheme === '' && /^[^/?#]*:/.test(text)) return undefined
  const empty = { scheme, host: '', port: undefined, query, fragment }
  // `mailto:a@b` has no path, only a part that is its scheme's own.
  if (authority === undefined) return { ...empty, path: scheme !== '' && !path.startsWith('/') ? '' : path }
  const server =
    /^(?:[^@]*@)?((?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?|\[[^\]]*\])(?::(\d*))?$/.exec(
      authority,
    )
  return { ...empty, path, host: server?.[1] ?? '', port: server?.[2] || undefined }
}

const part = (name: 'scheme' | 'host' | 'path' | 'query' | 'fragment') =>
  computed(['VARCHAR'], 'VARCHAR', text => {
    const found = read(text)?.[name]
    if (found === undefined) return null
    return name === 'path' || name === 'query' || name === 'fragment' ? withoutEscapes(found) : found
  })

/** Escapes that are no UTF-8 become the sign for what cannot be read. */
function withoutEscapes(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, run =>
    new TextDecoder().decode(Uint8Array.from(run.slice(1).split('%'), pair => Number.parseInt(pair, 16))),
  )
}

const decoded = (text: string): string => {
  if (/%(?![0-9A-Fa-f]{2})/.test(text))
    throw invalid(`URLDecoder: Illegal hex characters in escape (%) pattern: ${text}`)
  return withoutEscapes(text.replaceAll('+', ' '))
}

export const urls: ComputedTable = {
  athena_url_protocol: part('scheme'),
  athena_url_host: part('host'),
  athena_url_path: part('path'),
  athena_url_query: part('query'),
  athena_url_fragment: part('fragment'),
  athena_url_port: computed(['VARCHAR'], 'BIGINT', text => {
    const port = read(text)?.port
    return port === undefined ? null : BigInt(port)
  }),
  athena_url_parameter: computed(['VARCHAR', 'VARCHAR'], 'VARCHAR', (text, name) => {
    for (const piece of read(text)?.query.split('&') ?? []) {
      const [key = '', ...rest] = piece.split('=')
      if (decoded(key) === name && piece !== '') return decoded(rest.join('='))
    }
    return null
  }),
  athena_url_encode: computed(['VARCHAR'], 'VARCHAR', text =>
    encodeURIComponent(text)
      .replace(/[!'()~]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  ),
  athena_url_decode: computed(['VARCHAR'], 'VARCHAR', decoded),
}
