/** The three spellings of an instant on AWS's wires; milliseconds since 1970 UTC inside. */

export type TimestampFormat = 'epoch' | 'iso8601' | 'http-date'

/** Undefined when it is no instant. Readers are lenient about the format, as AWS's are: clients disagree. */
export function parseTimestamp(raw: unknown, format: TimestampFormat): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? Math.round(raw * 1000) : undefined
  if (typeof raw !== 'string' || raw === '') return undefined
  if (format === 'epoch' && /^-?\d+(\.\d+)?$/.test(raw)) return Math.round(Number(raw) * 1000)
  const looksLikeDate = /^\d{4}-\d{2}-\d{2}/.test(raw) || /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} /.test(raw)
  if (!looksLikeDate) return undefined
  const withZone = /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(raw) ? `${raw}Z` : raw
  const at = Date.parse(withZone)
  return Number.isNaN(at) ? undefined : at
}

export function formatTimestamp(at: number, format: TimestampFormat): string | number {
  if (format === 'epoch') return at / 1000
  const date = new Date(at)
  return format === 'http-date' ? date.toUTCString() : date.toISOString()
}
