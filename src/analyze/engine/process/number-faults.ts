// DuckDB's errors about numbers that are too large, in Athena's words.
import { doubleText } from '../../sql/computed/java-number.ts'
import type { EngineFaultKind } from '../fault.ts'

interface Rule {
  readonly pattern: RegExp
  readonly kind: EngineFaultKind
  readonly say: (found: RegExpExecArray) => string
}

const integers: Readonly<Record<string, string>> = {
  INT8: 'tinyint',
  INT16: 'smallint',
  INT32: 'integer',
  INT64: 'bigint',
}

const leasts: Readonly<Record<string, string>> = {
  '-128': 'tinyint',
  '-32768': 'smallint',
  '-2147483648': 'integer',
  '-9223372036854775808': 'bigint',
}

const range = (text: string) => `NUMERIC_VALUE_OUT_OF_RANGE: ${text}`
const cast = (text: string) => `INVALID_CAST_ARGUMENT: ${text}`
const data = (pattern: RegExp, say: Rule['say']): Rule => ({ pattern, kind: 'data', say })
const isFloat = (text: string) => /[.e]|nan|inf/i.test(text)
const floatText = (text: string) => doubleText(Number(text.replace(/^(-?)inf$/, '$1Infinity')))

export const numberRules: readonly Rule[] = [
  data(/Overflow in (addition|subtraction|multiplication) of (INT\d+) \((-?\d+) ([-+*]) (-?\d+)\)/, found =>
    range(`${integers[found[2] ?? '']} ${found[1]} overflow: ${found[3]} ${found[4]} ${found[5]}`),
  ),
  data(/Overflow in (?:addition|subtraction|multiplication) of (?:DECIMAL|HUGEINT|INT128)/, () =>
    range('Decimal overflow'),
  ),
  data(/Overflow in negation of/, () => range('negation overflow')),
  data(/Overflow on abs\((-\d+)\)/, found =>
    range(`Value ${found[1]} is out of range for abs(${leasts[found[1] ?? '']})`),
  ),
  data(/Type (?:INT\d+|UINT\d+|HUGEINT|INT128) with value (\S+) can't be cast .* destination type (INT\d+)/, found =>
    range(`Out of range for ${integers[found[2] ?? '']}: ${found[1]}`),
  ),
  data(/Type (?:DOUBLE|FLOAT) with value (\S+) can't be cast .* destination type (INT\d+)/, found => {
    const name = integers[found[2] ?? '']
    const value = floatText(found[1] ?? '')
    if (value === 'NaN') return cast(`Cannot cast double NaN to ${name}`)
    return name === 'bigint' ? cast(`Unable to cast ${value} to bigint`) : range(`Out of range for ${name}: ${value}`)
  }),
  data(/Casting value "(\S+)" to type DECIMAL\((\d+),(\d+)\) failed/, found =>
    cast(`Cannot cast DECIMAL '${found[1]}' to DECIMAL(${found[2]}, ${found[3]})`),
  ),
  data(/Could not cast value (\S+) to DECIMAL\((\d+),(\d+)\)/, found => {
    const value = found[1] ?? ''
    const shown = isFloat(value) ? `DOUBLE '${floatText(value)}'` : `BIGINT '${value}'`
    return cast(`Cannot cast ${shown} to DECIMAL(${found[2]}, ${found[3]})`)
  }),
  data(/Failed to cast decimal value/, () => cast('Cannot cast the decimal: it is out of range')),
]
