// Addresses of the internet. https://trino.io/docs/current/functions/ipaddress.html
// One is its sixteen bytes, which are in its order; an address of version 4 is the one of version 6 that stands for it.
import { type ComputedTable, ComputeFault, computed, invalid } from './computed.ts'

const wrong = (what: string): ComputeFault => new ComputeFault(`INVALID_CAST_ARGUMENT: ${what}`)
/** ::ffff:0:0/96 */
const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
const isMapped = (bytes: Uint8Array): boolean => mapped.every((byte, index) => bytes[index] === byte)

function fourBytes(text: string): readonly number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some(part => !/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined
  return parts.map(Number)
}

/** Groups of four digits on one side of `::`; the last may be an address of version 4. */
function groups(text: string): readonly number[] | undefined {
  if (text === '') return []
  const found: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const four = index === parts.length - 1 ? fourBytes(part) : undefined
    if (four !== undefined) found.push(...four)
    else if (/^[0-9a-fA-F]{1,4}$/.test(part))
      found.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff)
    else return undefined
  }
  return found
}

/** Undefined for what is no address. */
export function addressIn(text: string): Uint8Array | undefined {
  const four = fourBytes(text)
  if (four !== undefined) return Uint8Array.from([...mapped, ...four])
  const [head = '', tail, more] = text.split('::')
  const [first, last] = [groups(head), groups(tail ?? '')]
  if (first === undefined || last === undefined || more !== undefined || !text.includes(':')) return undefined
  const missing = 16 - first.length - last.length
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined
  return Uint8Array.from([...first, ...new Array<number>(missing).fill(0), ...last])
}

/** The longest run of noughts is left out, of runs of one length the first. */
function textOf(bytes: Uint8Array): string {
  if (isMapped(bytes)) return bytes.slice(12).join('.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts = Array.from({ length: 8 }, (_, index) => view.getUint16(index * 2))
  let [from, length] = [-1, 1]
  for (let start = 0; start < 8; start++) {
    let end = start
    while (parts[end] === 0) end++
    if (end - start > length) [from, length] = [start, end - start]
  }
  const shown = (some: readonly number[]) => some.map(part => part.toString(16)).join(':')
  return from < 0 ? shown(parts) : `${shown(parts.slice(0, from))}::${shown(parts.slice(from + length))}`
}

function isIn(network: string, address: Uint8Array): boolean {
  const [base, bits, more] = network.split('/')
  if (base === undefined || bits === undefined || more !== undefined) throw invalid('Invalid CIDR')
  const bytes = addressIn(base)
  if (bytes === undefined) throw invalid('Invalid network IP address')
  const isFour = isMapped(bytes)
  const length = Number(bits)
  if (!/^\d+$/.test(bits) || length > (isFour ? 32 : 128)) throw invalid('Invalid prefix length')
  if (isFour !== isMapped(address)) return false
  const prefix = isFour ? length + 96 : length
  return bytes.every((byte, index) => {
    const mask = 0xff & (0xff00 >> Math.max(0, Math.min(8, prefix - index * 8)))
    return (byte & mask) === ((address[index] ?? 0) & mask)
  })
}

export const ipAddresses: ComputedTable = {
  athena_ip_contains: computed(['VARCHAR', 'BLOB'], 'BOOLEAN', isIn),
  athena_ip_in: computed(['VARCHAR'], 'BLOB', text => {
    const bytes = addressIn(text)
    if (bytes === undefined) throw wrong(`Cannot cast value to IPADDRESS: ${text}`)
    return bytes
  }),
  athena_ip_of: computed(['BLOB'], 'BLOB', bytes => {
    if (bytes.length === 4) return Uint8Array.from([...mapped, ...bytes])
    if (bytes.length !== 16) throw wrong(`Invalid InetAddress binary length: ${bytes.length}`)
    return bytes
  }),
  athena_ip_text: computed(['BLOB'], 'VARCHAR', textOf),
}
