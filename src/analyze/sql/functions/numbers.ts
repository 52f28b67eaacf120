// Numbers and conditions. https://trino.io/docs/current/functions/math.html, …/bitwise.html, …/conditional.html
import { duckName } from '../typing/names.ts'
import { decimal, type Type } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type Argument, type FunctionTable, scalar } from './entry.ts'

const ofDouble = (template: string) => scalar(['(double) -> double', template])

/** ceil, floor and round without digits: of a decimal, a decimal without a fraction. */
const rounded = (template: string) =>
  scalar(
    ['(bigint) -> bigint', '$1'],
    ['(integer) -> integer', '$1'],
    ['(smallint) -> smallint', '$1'],
    ['(tinyint) -> tinyint', '$1'],
    ['(decimal(p,s)) -> decimal(p,s)', ([part]) => wholeDecimal(template, part)],
    ['(double) -> double', template],
    ['(real) -> real', `CAST(${template} AS FLOAT)`],
  )

function wholeDecimal(template: string, part: Argument | undefined) {
  const { precision, scale } = part?.type.kind === 'decimal' ? part.type : { precision: 38, scale: 0 }
  const type: Type = decimal(Math.min(38, precision - scale + Math.min(1, scale)), 0)
  return typed(`CAST(${template} AS ${duckName(type)})`, type)
}

const anyNull = (parts: readonly Argument[], name: string) =>
  `CASE WHEN ${parts.map(part => `${part.sql} IS NULL`).join(' OR ')} THEN NULL ELSE ${name}($*) END`

const ofAll = (name: string) =>
  scalar(['(O, O...) -> O', parts => typed(anyNull(parts, name), parts[0]?.type ?? decimal(1, 0))])

export const numbers: FunctionTable = {
  abs: scalar(['(N) -> N', 'abs($1)']),
  acos: ofDouble('acos($1)'),
  asin: ofDouble('asin($1)'),
  atan: ofDouble('atan($1)'),
  atan2: scalar(['(double, double) -> double', 'atan2($1, $2)']),
  bitwise_and: scalar(['(bigint, bigint) -> bigint', '($1 & $2)']),
  bitwise_left_shift: scalar(['(bigint, bigint) -> bigint', '($1 << CAST($2 AS INTEGER))']),
  bitwise_not: scalar(['(bigint) -> bigint', '(~ $1)']),
  bitwise_or: scalar(['(bigint, bigint) -> bigint', '($1 | $2)']),
  bitwise_right_shift: scalar(['(bigint, bigint) -> bigint', '($1 >> CAST($2 AS INTEGER))']),
  bitwise_xor: scalar(['(bigint, bigint) -> bigint', 'xor($1, $2)']),
  cbrt: ofDouble('cbrt($1)'),
  ceil: rounded('ceil($1)'),
  ceiling: rounded('ceil($1)'),
  cos: ofDouble('cos($1)'),
  cosh: ofDouble('cosh($1)'),
  degrees: ofDouble('degrees($1)'),
  e: scalar(['() -> double', 'exp(1)']),
  exp: ofDouble('exp($1)'),
  floor: rounded('floor($1)'),
  greatest: ofAll('greatest'),
  infinity: scalar(['() -> double', "CAST('Infinity' AS DOUBLE)"]),
  is_finite: scalar(['(double) -> boolean', 'isfinite($1)']),
  is_infinite: scalar(['(double) -> boolean', 'isinf($1)']),
  is_nan: scalar(['(double) -> boolean', 'isnan($1)']),
  least: ofAll('least'),
  ln: ofDouble('ln($1)'),
  log: scalar(['(double, double) -> double', 'log($1, $2)']),
  log10: ofDouble('log10($1)'),
  log2: ofDouble('log2($1)'),
  mod: scalar(
    ['(bigint, bigint) -> bigint', 'athena_whole_modulus($1, $2)'],
    ['(integer, integer) -> integer', 'athena_whole_modulus($1, $2)'],
    ['(double, double) -> double', 'athena_double_modulus($1, $2)'],
  ),
  nan: scalar(['() -> double', "CAST('NaN' AS DOUBLE)"]),
  pi: scalar(['() -> double', 'pi()']),
  pow: scalar(['(double, double) -> double', 'pow($1, $2)']),
  power: scalar(['(double, double) -> double', 'pow($1, $2)']),
  radians: ofDouble('radians($1)'),
  rand: scalar(['() -> double', 'random()'], ['(bigint) -> bigint', 'CAST(floor(random() * $1) AS BIGINT)']),
  random: scalar(['() -> double', 'random()'], ['(bigint) -> bigint', 'CAST(floor(random() * $1) AS BIGINT)']),
  round: scalar(
    ...[...Object.values(rounded('round($1)').overloads)].map(({ signature, write }) => [signature, write] as const),
    ['(N, bigint) -> N', 'round($1, CAST($2 AS INTEGER))'],
  ),
  sign: scalar(['(double) -> double', 'CAST(sign($1) AS DOUBLE)'], ['(N) -> N', 'cast_to_type(sign($1), $1)']),
  sin: ofDouble('sin($1)'),
  sinh: ofDouble('sinh($1)'),
  sqrt: ofDouble('sqrt($1)'),
  tan: ofDouble('tan($1)'),
  tanh: ofDouble('tanh($1)'),
  truncate: scalar(
    ['(double) -> double', 'trunc($1)'],
    ['(decimal(p,s)) -> decimal(p,s)', ([part]) => wholeDecimal('trunc($1)', part)],
  ),
}

export const conditions: FunctionTable = {
  coalesce: scalar(['(T, T...) -> T', 'coalesce($*)']),
  if: scalar(
    ['(boolean, T) -> T', 'CASE WHEN $1 THEN $2 END'],
    ['(boolean, T, T) -> T', 'CASE WHEN $1 THEN $2 ELSE $3 END'],
  ),
  nullif: scalar(['(T, T) -> T', 'nullif($1, $2)']),
  try: scalar(['(T) -> T', 'try($1)']),
}

/** Athena's digests are binaries of binaries; DuckDB's are hexadecimal texts. */
export const binaries: FunctionTable = {
  from_base64: scalar(['(varchar) -> varbinary', 'from_base64($1)']),
  from_hex: scalar(['(varchar) -> varbinary', 'unhex($1)']),
  from_utf8: scalar(['(varbinary) -> varchar', 'decode($1)']),
  md5: scalar(['(varbinary) -> varbinary', 'unhex(md5($1))']),
  sha1: scalar(['(varbinary) -> varbinary', 'unhex(sha1($1))']),
  sha256: scalar(['(varbinary) -> varbinary', 'unhex(sha256($1))']),
  to_base64: scalar(['(varbinary) -> varchar', 'to_base64($1)']),
  to_hex: scalar(['(varbinary) -> varchar', 'hex($1)']),
  to_utf8: scalar(['(varchar) -> varbinary', 'encode($1)']),
}

export const jsons: FunctionTable = {
  json_array_length: scalar(
    ['(varchar) -> bigint', 'CAST(json_array_length($1) AS BIGINT)'],
    ['(json) -> bigint', 'CAST(json_array_length($1) AS BIGINT)'],
  ),
  json_extract: scalar(
    ['(json, varchar) -> json', 'json_extract($1, $2)'],
    ['(varchar, varchar) -> json', 'json_extract($1, $2)'],
  ),
  // Only a scalar has a scalar text; of an object or an array Athena says NULL.
  json_extract_scalar: scalar(
    [
      '(json, varchar) -> varchar',
      "CASE WHEN json_type($1, $2) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string($1, $2) END",
    ],
    [
      '(varchar, varchar) -> varchar',
      "CASE WHEN json_type($1, $2) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string($1, $2) END",
    ],
  ),
  json_format: scalar(['(json) -> varchar', 'CAST($1 AS VARCHAR)']),
  json_parse: scalar(['(varchar) -> json', 'json($1)']),
}
