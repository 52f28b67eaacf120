/** The spellings of an instant on AWS's wires; milliseconds since 1970 UTC inside. */

/** `iso8601-seconds` is how the query protocol's services write it: `2026-01-01T00:00:00Z`. */
export type TimestampFormat = 'epoch' | 'iso8601' | 'iso8601-seconds' | 'http-date'

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
  if (format === 'http-date') return date.toUTCString()
  return format === 'iso8601-seconds' ? date.toISOString().replace(/\.\d+Z$/, 'Z') : date.toISOString()
}
