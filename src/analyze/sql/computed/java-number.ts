// Numbers as Java writes them: 100.0, 1.0E10, 1.0E-4; and as CAST(… AS varchar) does: 1.0E2.

export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 0.001 && size < 10_000_000) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`
}

/** One digit before the point, at most so many behind it; half goes to the even digit. A nought has no point. */
export function scientificText(value: number, fractionMax: number): string {
  if (Number.isNaN(value) || !Number.isFinite(value)) return doubleText(value)
  if (value === 0) return Object.is(value, -0) ? '-0E0' : '0E0'
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential().split('e')
  const { digits, carried } = roundedDigits(mantissa.replace('.', ''), fractionMax + 1)
  const sign = value < 0 ? '-' : ''
  return `${sign}${digits[0]}.${digits.slice(1).replace(/0+$/, '') || '0'}E${Number(exponent) + (carried ? 1 : 0)}`
}

function roundedDigits(digits: string, size: number): { readonly digits: string; readonly carried: boolean } {
  if (digits.length <= size) return { digits, carried: false }
  const [kept, rest] = [BigInt(digits.slice(0, size)), digits.slice(size)]
  const half = `5${'0'.repeat(rest.length - 1)}`
  const up = rest > half || (rest === half && kept % 2n === 1n)
  const rounded = String(up ? kept + 1n : kept)
  return { digits: rounded.slice(0, size), carried: rounded.length > size }
}
