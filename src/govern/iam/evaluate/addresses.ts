/** IP addresses and ranges of IAM's IpAddress operators: version 4 and 6, CIDR notation. */

interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

function version4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function version6(text: string): bigint | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const embedded = tail?.[2] === undefined ? undefined : version4(tail[2])
  if (tail && embedded === undefined) return undefined
  const whole =
    embedded === undefined ? text : `${tail?.[1]}${(embedded >> 16n).toString(16)}:${(embedded & 0xffffn).toString(16)}`
  const halves = whole.split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string | undefined): string[] => (half === undefined || half === '' ? [] : half.split(':'))
  const head = groups(halves[0])
  const rest = groups(halves[1])
  const gap = 8 - head.length - rest.length
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined
  const all = [...head, ...Array.from({ length: gap }, () => '0'), ...rest]
  if (!all.every(group => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

function parse(text: string): Address | undefined {
  const four = version4(text)
  if (four !== undefined) return { bits: 32, value: four }
  const six = text.includes(':') ? version6(text) : undefined
  return six === undefined ? undefined : { bits: 128, value: six }
}

/** Is the address in the range `10.0.0.0/8`, or the one address that is written without a slash? */
export function inRange(address: string, range: string): boolean {
  const [base = '', length] = range.split('/')
  const given = parse(address)
  const wanted = parse(base)
  if (!given || !wanted || given.bits !== wanted.bits) return false
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > wanted.bits)) return false
  const shift = BigInt(wanted.bits - Number(length ?? wanted.bits))
  return given.value >> shift === wanted.value >> shift
}
