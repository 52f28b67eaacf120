// Texts and regular expressions. https://trino.io/docs/current/functions/string.html, …/regexp.html
// athena_… are macros of the session (sql/macros.ts).
import { varchar } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type FunctionTable, scalar } from './entry.ts'

export const strings: FunctionTable = {
  chr: scalar(['(bigint) -> varchar', 'chr(CAST($1 AS INTEGER))']),
  codepoint: scalar(['(varchar) -> integer', 'unicode($1)']),
  // Athena's concat is NULL when any part is; DuckDB's skips it.
  concat: scalar(
    ['(varchar, varchar...) -> varchar', parts => typed(`(${parts.map(part => part.sql).join(' || ')})`, varchar)],
    ['(array(E), array(E)...) -> array(E)', 'list_concat($*)'],
    ['(varbinary, varbinary) -> varbinary', '($1 || $2)'],
  ),
  concat_ws: scalar(
    ['(varchar, varchar...) -> varchar', 'CASE WHEN $1 IS NULL THEN NULL ELSE concat_ws($*) END'],
    ['(varchar, array(varchar)) -> varchar', 'array_to_string($2, $1)'],
  ),
  hamming_distance: scalar(['(varchar, varchar) -> bigint', 'CAST(hamming($1, $2) AS BIGINT)']),
  length: scalar(['(varchar) -> bigint', 'length($1)'], ['(varbinary) -> bigint', 'octet_length($1)']),
  levenshtein_distance: scalar(['(varchar, varchar) -> bigint', 'CAST(levenshtein($1, $2) AS BIGINT)']),
  lower: scalar(['(varchar) -> varchar', 'lower($1)']),
  lpad: scalar(['(varchar, bigint, varchar) -> varchar', 'lpad($1, CAST($2 AS INTEGER), $3)']),
  ltrim: scalar(['(varchar) -> varchar', 'ltrim($1)'], ['(varchar, varchar) -> varchar', 'ltrim($1, $2)']),
  normalize: scalar(['(varchar) -> varchar', 'nfc_normalize($1)']),
  position: scalar(['(varchar, varchar) -> bigint', 'strpos($2, $1)']),
  regexp_count: scalar(['(varchar, varchar) -> bigint', 'CAST(len(regexp_extract_all($1, $2)) AS BIGINT)']),
  // No match is NULL in Athena and an empty text in DuckDB.
  regexp_extract: scalar(
    ['(varchar, varchar) -> varchar', 'CASE WHEN regexp_matches($1, $2) THEN regexp_extract($1, $2) END'],
    [
      '(varchar, varchar, bigint) -> varchar',
      'CASE WHEN regexp_matches($1, $2) THEN regexp_extract($1, $2, CAST($3 AS INTEGER)) END',
    ],
  ),
  regexp_extract_all: scalar(
    ['(varchar, varchar) -> array(varchar)', 'regexp_extract_all($1, $2)'],
    ['(varchar, varchar, bigint) -> array(varchar)', 'regexp_extract_all($1, $2, CAST($3 AS INTEGER))'],
  ),
  regexp_like: scalar(['(varchar, varchar) -> boolean', 'regexp_matches($1, $2)']),
  // Athena names a group $1, DuckDB \1.
  regexp_replace: scalar(
    ['(varchar, varchar) -> varchar', "regexp_replace($1, $2, '', 'g')"],
    [
      '(varchar, varchar, varchar) -> varchar',
      String.raw`regexp_replace($1, $2, regexp_replace($3, '\$(\d)', '\\\1', 'g'), 'g')`,
    ],
  ),
  regexp_split: scalar(['(varchar, varchar) -> array(varchar)', 'string_split_regex($1, $2)']),
  replace: scalar(
    ['(varchar, varchar) -> varchar', "replace($1, $2, '')"],
    ['(varchar, varchar, varchar) -> varchar', 'replace($1, $2, $3)'],
  ),
  reverse: scalar(['(varchar) -> varchar', 'reverse($1)'], ['(array(E)) -> array(E)', 'list_reverse($1)']),
  rpad: scalar(['(varchar, bigint, varchar) -> varchar', 'rpad($1, CAST($2 AS INTEGER), $3)']),
  rtrim: scalar(['(varchar) -> varchar', 'rtrim($1)'], ['(varchar, varchar) -> varchar', 'rtrim($1, $2)']),
  split: scalar(['(varchar, varchar) -> array(varchar)', 'string_split($1, $2)']),
  // Beyond the last part Athena says NULL, DuckDB's own split_part an empty text.
  split_part: scalar(['(varchar, varchar, bigint) -> varchar', 'string_split($1, $2)[$3]']),
  starts_with: scalar(['(varchar, varchar) -> boolean', 'starts_with($1, $2)']),
  strpos: scalar(['(varchar, varchar) -> bigint', 'strpos($1, $2)']),
  substr: scalar(
    ['(varchar, bigint) -> varchar', 'substring($1, $2)'],
    ['(varchar, bigint, bigint) -> varchar', 'substring($1, $2, $3)'],
  ),
  substring: scalar(
    ['(varchar, bigint) -> varchar', 'substring($1, $2)'],
    ['(varchar, bigint, bigint) -> varchar', 'substring($1, $2, $3)'],
  ),
  translate: scalar(['(varchar, varchar, varchar) -> varchar', 'translate($1, $2, $3)']),
  trim: scalar(['(varchar) -> varchar', 'trim($1)'], ['(varchar, varchar) -> varchar', 'trim($1, $2)']),
  upper: scalar(['(varchar) -> varchar', 'upper($1)']),
  uuid: scalar(['() -> uuid', 'uuid()']),
}
