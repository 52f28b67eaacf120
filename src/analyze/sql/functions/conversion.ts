// Conversions. https://trino.io/docs/current/functions/conversion.html
import { at, EngineFault } from '../../engine/fault.ts'
import { textIn } from '../convert-text.ts'
import { literal } from '../text.ts'
import { isClock, isInteger, isText } from '../typing/coercion.ts'
import { isSimple, nameOf, type Type, varchar } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

const spans = ['interval day to second', 'interval year to month'] as const

/** What kind of value Java's Formatter is given; undefined for types that Athena does not format. */
function kindOf(type: Type): string | undefined {
  if (isText(type)) return 'text'
  if (isInteger(type)) return 'integer'
  if (type.kind === 'decimal' || isClock(type)) return type.kind
  if (isSimple(type, 'boolean', 'date')) return type.kind === 'simple' ? type.name : undefined
  if (isSimple(type, 'json', 'uuid', 'ipaddress', 'unknown', ...spans)) return 'text'
  return isSimple(type, 'real', 'double') ? 'double' : undefined
}

const format: Writer = (parts, position) => {
  const given = parts.slice(1).map((part: Argument) => {
    const kind = kindOf(part.type)
    const text = isSimple(part.type, 'json') ? part.sql : isSimple(part.type, 'unknown') ? 'NULL' : textIn(part)
    if (kind === undefined || text === undefined)
      throw new EngineFault(
        'unsupported',
        `NOT_SUPPORTED: ${at(position, `Type not supported for formatting: ${nameOf(part.type)}`)}`,
        position,
      )
    return { kind, text }
  })
  const kinds = given.map(({ kind }) => literal(kind)).join(', ')
  const texts = given.map(({ text }) => `CAST(${text} AS VARCHAR)`).join(', ')
  return typed(`athena_format($1, [${kinds}], [${texts}])`, varchar)
}

export const conversions: FunctionTable = {
  format: scalar(['(varchar, ?...) -> varchar', format]),
  format_number: scalar(
    ['(bigint) -> varchar', 'athena_format_number($1)'],
    ['(double) -> varchar', 'athena_format_number(CAST(trunc($1) AS BIGINT))'],
  ),
  human_readable_seconds: scalar(['(double) -> varchar', 'athena_readable_seconds($1)']),
  parse_data_size: scalar(['(varchar) -> decimal(38,0)', 'CAST(athena_data_size($1) AS DECIMAL(38,0))']),
  parse_presto_data_size: scalar(['(varchar) -> decimal(38,0)', 'CAST(athena_data_size($1) AS DECIMAL(38,0))']),
  typeof: scalar(['(?) -> varchar', ([part]) => typed(literal(nameOf(part?.type ?? varchar)), varchar)]),
}
