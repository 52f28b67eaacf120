// Amounts as people write them: 12.3K, 2.5GB, 1 minute, 36 seconds.
// https://trino.io/docs/current/functions/conversion.html
import { type ComputedTable, ComputeFault, computed, invalid } from './computed.ts'

const units = ['', 'K', 'M', 'B', 'T', 'Q'] as const
const dataUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB']
const decimalMax = 10n ** 38n

const spans = [
  ['week', 604800n],
  ['day', 86400n],
  ['hour', 3600n],
  ['minute', 60n],
  ['second', 1n],
] as const

export const sizes: ComputedTable = {
  athena_format_number: computed(['BIGINT'], 'VARCHAR', count => {
    let value = Number(count)
    let unit = 0
    while (Math.abs(value) >= 1000 && unit < units.length - 1) {
      value /= 1000
      unit++
    }
    // Three digits that count; of a negative number always two behind the point, as in Athena.
    const text = value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
    return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text}${units[unit]}`
  }),
  athena_data_size: computed(['VARCHAR'], 'VARCHAR', text => {
    const found = /^(\d+\.?\d*|\.\d+)([A-Za-z]+)$/.exec(text)
    const unit = dataUnits.indexOf(found?.[2] ?? '')
    if (found?.[1] === undefined || unit < 0) throw invalid(`Invalid data size: '${text}'`)
    const [whole = '', part = ''] = found[1].split('.')
    const bytes = (BigInt(`${whole}${part}`) * 1024n ** BigInt(unit)) / 10n ** BigInt(part.length)
    if (bytes >= decimalMax)
      throw new ComputeFault(`NUMERIC_VALUE_OUT_OF_RANGE: Value out of range: '${text}' ('${bytes}B')`)
    return String(bytes)
  }),
  athena_readable_seconds: computed(['DOUBLE'], 'VARCHAR', seconds => {
    if (!Number.isFinite(seconds)) throw invalid(`Invalid argument found: ${seconds}`)
    let rest = BigInt(Math.round(Math.abs(seconds)))
    const parts: string[] = []
    for (const [name, size] of spans) {
      const amount = rest / size
      rest %= size
      if (amount > 0n || (name === 'second' && parts.length === 0))
        parts.push(`${amount} ${name}${amount === 1n ? '' : 's'}`)
    }
    return parts.join(', ')
  }),
}
