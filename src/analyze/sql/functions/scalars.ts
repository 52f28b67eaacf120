// Strings, numbers, conditions, binaries and JSON. athena_… are macros of the session (sql/macros.ts).

import type { FunctionTable } from './template.ts'

export const strings: FunctionTable = {
  chr: 'chr($1)',
  codepoint: 'unicode($1)',
  // Athena's concat is NULL when any part is; DuckDB's skips it.
  concat: { least: 2, most: 254, write: parts => `(${parts.map(part => part.sql).join(' || ')})` },
  concat_ws: {
    least: 2,
    most: 254,
    write: parts =>
      `CASE WHEN ${parts[0]?.sql} IS NULL THEN NULL ELSE concat_ws(${parts.map(part => part.sql).join(', ')}) END`,
  },
  hamming_distance: 'hamming($1, $2)',
  length: 'length($1)',
  levenshtein_distance: 'levenshtein($1, $2)',
  lower: 'lower($1)',
  lpad: 'lpad($1, CAST($2 AS INTEGER), $3)',
  ltrim: 'ltrim($1)',
  normalize: 'nfc_normalize($1)',
  regexp_count: 'len(regexp_extract_all($1, $2))',
  // No match is NULL in Athena and an empty text in DuckDB.
  regexp_extract: [
    'CASE WHEN regexp_matches($1, $2) THEN regexp_extract($1, $2) END',
    'CASE WHEN regexp_matches($1, $2) THEN regexp_extract($1, $2, $3) END',
  ],
  regexp_extract_all: ['regexp_extract_all($1, $2)', 'regexp_extract_all($1, $2, $3)'],
  regexp_like: 'regexp_matches($1, $2)',
  // Athena names a group $1, DuckDB \1.
  regexp_replace: [
    "regexp_replace($1, $2, '', 'g')",
    String.raw`regexp_replace($1, $2, regexp_replace($3, '\$(\d)', '\\\1', 'g'), 'g')`,
  ],
  regexp_split: 'string_split_regex($1, $2)',
  replace: ["replace($1, $2, '')", 'replace($1, $2, $3)'],
  reverse: 'reverse($1)',
  rpad: 'rpad($1, CAST($2 AS INTEGER), $3)',
  rtrim: 'rtrim($1)',
  split: 'string_split($1, $2)',
  // Beyond the last part Athena says NULL, DuckDB's own split_part an empty text.
  split_part: 'string_split($1, $2)[$3]',
  starts_with: 'starts_with($1, $2)',
  strpos: 'strpos($1, $2)',
  substr: ['substring($1, $2)', 'substring($1, $2, $3)'],
  substring: ['substring($1, $2)', 'substring($1, $2, $3)'],
  translate: 'translate($1, $2, $3)',
  trim: 'trim($1)',
  upper: 'upper($1)',
  uuid: 'CAST(uuid() AS VARCHAR)',
}

export const numbers: FunctionTable = {
  abs: 'abs($1)',
  acos: 'acos($1)',
  asin: 'asin($1)',
  atan: 'atan($1)',
  atan2: 'atan2($1, $2)',
  bitwise_and: '($1 & $2)',
  bitwise_left_shift: '($1 << CAST($2 AS INTEGER))',
  bitwise_not: '(~ $1)',
  bitwise_or: '($1 | $2)',
  bitwise_xor: 'xor($1, $2)',
  cbrt: 'cbrt($1)',
  ceil: 'cast_to_type(ceil($1), $1)',
  ceiling: 'cast_to_type(ceil($1), $1)',
  cos: 'cos($1)',
  cosh: 'cosh($1)',
  degrees: 'degrees($1)',
  e: 'exp(1)',
  exp: 'exp($1)',
  floor: 'cast_to_type(floor($1), $1)',
  greatest: {
    least: 1,
    most: 254,
    write: parts =>
      nullIfAny(
        'greatest',
        parts.map(part => part.sql),
      ),
  },
  infinity: "CAST('Infinity' AS DOUBLE)",
  is_finite: 'isfinite(CAST($1 AS DOUBLE))',
  is_infinite: 'isinf(CAST($1 AS DOUBLE))',
  is_nan: 'isnan(CAST($1 AS DOUBLE))',
  least: {
    least: 1,
    most: 254,
    write: parts =>
      nullIfAny(
        'least',
        parts.map(part => part.sql),
      ),
  },
  ln: 'ln($1)',
  log: 'log($1, $2)',
  log10: 'log10($1)',
  log2: 'log2($1)',
  mod: 'athena_modulus($1, $2)',
  nan: "CAST('NaN' AS DOUBLE)",
  pi: 'pi()',
  pow: 'pow($1, $2)',
  power: 'pow($1, $2)',
  radians: 'radians($1)',
  rand: ['random()', 'CAST(floor(random() * $1) AS BIGINT)'],
  random: ['random()', 'CAST(floor(random() * $1) AS BIGINT)'],
  round: ['round($1)', 'round($1, CAST($2 AS INTEGER))'],
  sign: 'cast_to_type(sign($1), $1)',
  sin: 'sin($1)',
  sinh: 'sinh($1)',
  sqrt: 'sqrt($1)',
  tan: 'tan($1)',
  tanh: 'tanh($1)',
  truncate: 'trunc($1)',
}

function nullIfAny(name: string, parts: readonly string[]): string {
  const anyNull = parts.map(part => `${part} IS NULL`).join(' OR ')
  return `CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${parts.join(', ')}) END`
}

export const conditions: FunctionTable = {
  coalesce: 'coalesce($*)',
  if: ['CASE WHEN $1 THEN $2 END', 'CASE WHEN $1 THEN $2 ELSE $3 END'],
  nullif: 'nullif($1, $2)',
  try: 'try($1)',
}

/** Athena's digests are binaries of binaries; DuckDB's are hexadecimal texts. */
export const binaries: FunctionTable = {
  from_base64: 'from_base64($1)',
  from_hex: 'unhex($1)',
  from_utf8: 'decode($1)',
  md5: 'unhex(md5($1))',
  sha1: 'unhex(sha1($1))',
  sha256: 'unhex(sha256($1))',
  to_base64: 'to_base64($1)',
  to_hex: 'hex($1)',
  to_utf8: 'encode($1)',
}

export const json: FunctionTable = {
  json_array_length: 'CAST(json_array_length($1) AS BIGINT)',
  json_extract: 'json_extract($1, $2)',
  // Only a scalar has a scalar text; of an object or an array Athena says NULL.
  json_extract_scalar:
    "CASE WHEN json_type($1, $2) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string($1, $2) END",
  json_format: 'CAST(CAST($1 AS JSON) AS VARCHAR)',
  json_parse: 'json($1)',
}
