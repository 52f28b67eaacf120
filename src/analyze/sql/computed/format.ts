// format(): Java's Formatter. The arguments come as texts with the kind of each, since they are of different types.
// https://trino.io/docs/current/functions/conversion.html
import { type ComputedTable, ComputeFault, computed, invalid } from './computed.ts'
import { clockField } from './format-clock.ts'

interface Specifier {
  readonly flags: string
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly conversion: string
}

const specifier = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([tT]?[A-Za-z%])/g

const unsupported = (what: string): ComputeFault =>
  new ComputeFault(`NOT_SUPPORTED: ${what} in a format string is not supported by this engine yet`)

export const formats: ComputedTable = {
  athena_format: computed(['VARCHAR', 'VARCHAR[]', 'VARCHAR[]'], 'VARCHAR', (format, kinds, values) => {
    let [next, last] = [0, -1]
    const wrong = (what: string) => invalid(`Invalid format string: ${format} (${what})`)
    if (format.replace(specifier, '').includes('%')) throw wrong("UnknownFormatConversion: Conversion = '%'")
    return format.replace(
      specifier,
      (
        text: string,
        index?: string,
        same?: string,
        flags = '',
        width?: string,
        precision?: string,
        conversion = '',
      ) => {
        const asked: Specifier = {
          flags,
          width: width === undefined ? undefined : Number(width),
          precision: precision === undefined ? undefined : Number(precision),
          conversion,
        }
        check(asked, text, wrong)
        if (conversion === '%') return padded('%', asked)
        if (conversion === 'n') return '\n'
        const at = same !== undefined ? last : index !== undefined ? Number(index) - 1 : next++
        last = at
        const kind = kinds[at]
        if (kind === undefined || kind === null || at < 0)
          throw wrong(`MissingFormatArgument: Format specifier '${text}'`)
        return padded(shown(asked, kind, values[at] ?? null, wrong), asked)
      },
    )
  }),
}

type Wrong = (what: string) => Error

function check({ flags, width, precision, conversion }: Specifier, text: string, wrong: Wrong): void {
  const twice = [...flags].find((flag, index) => flags.indexOf(flag) !== index)
  if (twice !== undefined) throw wrong(`DuplicateFormatFlags: Flags = '${twice}'`)
  if (flags.includes('-') && flags.includes('0')) throw wrong(`IllegalFormatFlags: Flags = '${flags}'`)
  if (flags.includes('+') && flags.includes(' ')) throw wrong(`IllegalFormatFlags: Flags = '${flags}'`)
  if (conversion === 'n' && width !== undefined) throw wrong(`IllegalFormatWidth: ${width}`)
  if (/[-0]/.test(flags) && width === undefined) throw wrong(`MissingFormatWidth: ${text}`)
  if (/[dxXo]/.test(conversion) && precision !== undefined) throw wrong(`IllegalFormatPrecision: ${precision}`)
  const odd = /[sSbB]/.test(conversion) ? /[+ ,(0]/.exec(flags)?.[0] : undefined
  if (odd !== undefined) throw wrong(`FormatFlagsConversionMismatch: Conversion = ${conversion}, Flags = ${odd}`)
}

function padded(text: string, { flags, width = 0 }: Specifier): string {
  const missing = width - [...text].length
  if (missing <= 0) return text
  return flags.includes('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}

const javaNames: Readonly<Record<string, string>> = {
  integer: 'java.lang.Long',
  double: 'java.lang.Double',
  decimal: 'java.math.BigDecimal',
  boolean: 'java.lang.Boolean',
  date: 'java.time.LocalDate',
  timestamp: 'java.time.LocalDateTime',
  time: 'java.time.LocalTime',
  instant: 'java.time.ZonedDateTime',
}

function shown(asked: Specifier, kind: string, value: string | null, wrong: Wrong): string {
  const { conversion, precision } = asked
  const mismatch = () => wrong(`IllegalFormatConversion: ${conversion} != ${javaNames[kind] ?? 'java.lang.String'}`)
  const cut = (text: string) => (precision === undefined ? text : [...text].slice(0, precision).join(''))
  const letter = conversion[0] ?? ''
  if (letter === 's' || letter === 'S') {
    const text = cut(value === null ? 'null' : plainText(kind, value))
    return letter === 'S' ? text.toUpperCase() : text
  }
  if (letter === 'b' || letter === 'B') {
    const text = cut(String(value !== null && (kind !== 'boolean' || value === 'true')))
    return letter === 'B' ? text.toUpperCase() : text
  }
  if (letter === 'h' || letter === 'H') {
    const text = cut(value === null ? 'null' : hashText(kind, value))
    return letter === 'H' ? text.toUpperCase() : text
  }
  if (!'dxXofeEgGtTcC'.includes(letter)) throw unsupported(`%${conversion}`)
  if (value === null) return cut('null')
  if (letter === 't' || letter === 'T') {
    if (kind !== 'date' && kind !== 'timestamp' && kind !== 'time' && kind !== 'instant') throw mismatch()
    const [clock, wall] =
      kind === 'instant' ? (['timestamp', value.replace(/ [^ ]+$/, '')] as const) : ([kind, value] as const)
    const text = clockField(conversion[1] ?? '', clock, wall)
    if (text === undefined) throw unsupported(`%${conversion} of a ${kind}`)
    return letter === 'T' ? text.toUpperCase() : text
  }
  if (letter === 'c' || letter === 'C') {
    if (kind !== 'integer') throw mismatch()
    const text = String.fromCodePoint(Number(value))
    return letter === 'C' ? text.toUpperCase() : text
  }
  if ('feEgG'.includes(letter)) {
    if (kind !== 'double' && kind !== 'decimal') throw mismatch()
    return letter === 'g' || letter === 'G' ? general(asked, value) : fraction(asked, value)
  }
  if (kind !== 'integer') throw mismatch()
  const number = BigInt(value)
  if (letter === 'd') return signed(asked, number < 0n, String(number < 0n ? -number : number))
  const bits = BigInt.asUintN(64, number).toString(letter === 'o' ? 8 : 16)
  const sign = asked.flags.includes('#') ? (letter === 'o' ? '0' : '0x') : ''
  const text = sign + (asked.flags.includes('0') ? bits.padStart((asked.width ?? 0) - sign.length, '0') : bits)
  return letter === 'X' ? text.toUpperCase() : text
}

/** As Java's own classes write themselves: a time without what is zero at its end. */
function plainText(kind: string, value: string): string {
  if (kind === 'instant') {
    const [, wall = '', zone = ''] = /^(.*) ([^ ]+)$/.exec(value) ?? []
    if (zone !== 'UTC' && !/^[+-]/.test(zone)) throw unsupported(`%s of an instant of the zone ${zone}`)
    return plainText('timestamp', wall) + (zone === 'UTC' ? 'Z[UTC]' : zone)
  }
  if (kind !== 'timestamp' && kind !== 'time') return value
  return value
    .replace(' ', 'T')
    .replace(/\.(\d{3})?(\d{3})?0*$/, (part: string) => (/^\.0*$/.test(part) ? '' : part))
    .replace(/:00$/, (seconds, _at: number, all: string) => (all.split(':').length === 3 ? '' : seconds))
}

/** So many digits, as they are or with an exponent where they would be far from the point. */
function general(asked: Specifier, value: string): string {
  if (asked.flags.includes('#')) throw unsupported('The flag # with %g')
  const precision = Math.max(1, asked.precision ?? 6)
  const size = Math.abs(Number(value))
  const rounded = Number(size.toPrecision(precision))
  if (size === 0 || (rounded >= 1e-4 && rounded < 10 ** precision)) {
    const before = size === 0 ? 1 : Math.floor(Math.log10(rounded)) + 1
    return fraction({ ...asked, conversion: 'f', precision: precision - before }, value)
  }
  return fraction({ ...asked, conversion: asked.conversion === 'G' ? 'E' : 'e', precision: precision - 1 }, value)
}

/** Java's hash of the value, in hexadecimal digits. */
function hashText(kind: string, value: string): string {
  const hex = (hash: number) => (hash >>> 0).toString(16)
  if (kind === 'boolean') return hex(value === 'true' ? 1231 : 1237)
  if (kind === 'integer')
    return hex(Number(BigInt.asIntN(32, BigInt(value) ^ (BigInt.asUintN(64, BigInt(value)) >> 32n))))
  if (kind !== 'text') throw unsupported(`%h of a ${kind}`)
  let hash = 0
  for (let index = 0; index < value.length; index++) hash = (Math.imul(hash, 31) + value.charCodeAt(index)) | 0
  return hex(hash)
}

/** Digits are rounded half up as they are written, not as the machine has them. */
function fraction(asked: Specifier, value: string): string {
  if (!/\d/.test(value))
    return signed({ ...asked, flags: asked.flags.replace('0', '') }, value.startsWith('-'), value.replace('-', ''))
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:E(-?\d+))?$/.exec(value)
  if (found === null) throw unsupported(`The number ${value}`)
  const [, minus, whole = '', part = '', power = '0'] = found
  const digits = BigInt(whole + part)
  const scale = part.length - Number(power)
  const precision = asked.precision ?? 6
  if (asked.conversion === 'f') return signed(asked, minus === '-', fixed(digits, scale, precision))
  if (digits === 0n) return signed(asked, minus === '-', `${fixed(0n, 0, precision)}e+00`)
  let exponent = String(digits).length - 1 - scale
  let text = fixed(digits, scale + exponent, precision)
  if (text.startsWith('10')) {
    exponent += 1
    text = fixed(digits, scale + exponent, precision)
  }
  const shown = `${text}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return signed(asked, minus === '-', asked.conversion === 'E' ? shown.toUpperCase() : shown)
}

/** digits / 10^scale with so many digits behind the point. */
function fixed(digits: bigint, scale: number, precision: number): string {
  const shift = precision - scale
  const divisor = 10n ** BigInt(Math.max(0, -shift))
  const scaled = shift >= 0 ? digits * 10n ** BigInt(shift) : (digits + divisor / 2n) / divisor
  const text = String(scaled).padStart(precision + 1, '0')
  return precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`
}

function signed({ flags, width = 0 }: Specifier, isNegative: boolean, text: string): string {
  const grouped = flags.includes(',') ? text.replace(/^\d+/, whole => whole.replace(/\B(?=(\d{3})+$)/g, ',')) : text
  const [before, behind] = isNegative
    ? flags.includes('(')
      ? ['(', ')']
      : ['-', '']
    : [flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '', '']
  const filled = flags.includes('0') ? grouped.padStart(width - before.length - behind.length, '0') : grouped
  return before + filled + behind
}
