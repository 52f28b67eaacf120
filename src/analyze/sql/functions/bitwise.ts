// Bits. https://trino.io/docs/current/functions/bitwise.html
import { type FunctionTable, scalar } from './entry.ts'

const widths = { tinyint: 8, smallint: 16, integer: 32, bigint: 64 } as const
const types = { tinyint: 'TINYINT', smallint: 'SMALLINT', integer: 'INTEGER', bigint: 'BIGINT' } as const
const names = ['tinyint', 'smallint', 'integer', 'bigint'] as const

/** A shift keeps the type, so its width decides what is lost. */
const shift = (name: string) =>
  scalar(
    ...names.map(
      type => [`(${type}, bigint) -> ${type}`, `CAST(${name}($1, $2, ${widths[type]}) AS ${types[type]})`] as const,
    ),
  )

export const bitwise: FunctionTable = {
  bit_count: scalar(['(bigint, bigint) -> bigint', 'athena_bit_count($1, $2)']),
  bitwise_and: scalar(['(bigint, bigint) -> bigint', '($1 & $2)']),
  bitwise_left_shift: shift('athena_shift_left'),
  bitwise_not: scalar(['(bigint) -> bigint', '(~ $1)']),
  bitwise_or: scalar(['(bigint, bigint) -> bigint', '($1 | $2)']),
  bitwise_right_shift: shift('athena_shift_right'),
  bitwise_right_shift_arithmetic: shift('athena_shift_right_arithmetic'),
  bitwise_xor: scalar(['(bigint, bigint) -> bigint', 'xor($1, $2)']),
}
