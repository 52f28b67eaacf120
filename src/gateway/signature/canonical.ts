/**
 * The canonical request of Signature Version 4: the one spelling of a request that client and server both hash.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 *     method \n path \n query \n name:value \n … \n \n signed names \n payload hash
 *
 * S3 takes the path as it was sent; every other service resolves dots and doubled slashes and encodes it a second time.
 */
import { headerOf, queryPairs, type SignedRequest } from './request.ts'

const plain = /^[A-Za-z0-9\-._~]*$/
const plainPath = /^[A-Za-z0-9\-._~/]*$/

const hexOf = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
const encodedByte = (character: string): string => hexOf[character.charCodeAt(0) & 0xff] ?? '%00'

/** `%61` becomes `a`, `(` becomes `%28`, `%2f` becomes `%2F`: the same bytes in their one spelling. */
function respelled(text: string): string {
  return text.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/g, piece => {
    if (piece === '+') return '%20'
    if (piece.length === 1) return encodedByte(piece)
    const character = String.fromCharCode(Number.parseInt(piece.slice(1), 16))
    return plain.test(character) ? character : piece.toUpperCase()
  })
}

/** `.` and `..` resolved, doubled slashes made one; a slash at the end stays, and none is added, as AWS's signers have it. */
function normalised(path: string): string {
  if (path !== '' && !/\/\.{0,2}(?=\/|$)/.test(path)) return path
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`
}

export function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path === '' ? '/' : path
  const resolved = normalised(path)
  if (plainPath.test(resolved)) return resolved
  return resolved.replace(/[^A-Za-z0-9\-._~/]/g, encodedByte)
}

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

export function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs: [string, string][] = []
  for (const [name, value] of queryPairs(query)) {
    if (name === 'X-Amz-Signature') continue
    pairs.push([plain.test(name) ? name : respelled(name), plain.test(value) ? value : respelled(value)])
  }
  pairs.sort((left, right) => byText(left[0], right[0]) || byText(left[1], right[1]))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

function canonicalHeaders(request: SignedRequest, names: readonly string[]): string {
  let text = ''
  for (const name of names) {
    const value = headerOf(request, name)?.trim() ?? ''
    text += `${name}:${value.includes('  ') ? value.replace(/ {2,}/g, ' ') : value}\n`
  }
  return text
}

export function canonicalRequest(
  request: SignedRequest,
  signed: { readonly service: string; readonly signedHeaders: readonly string[]; readonly payloadHash: string },
): string {
  const path = canonicalPath(request.path, signed.service)
  const headers = canonicalHeaders(request, signed.signedHeaders)
  const names = signed.signedHeaders.join(';')
  return `${request.method}\n${path}\n${canonicalQuery(request.query)}\n${headers}\n${names}\n${signed.payloadHash}`
}
