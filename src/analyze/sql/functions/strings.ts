// Texts. https://trino.io/docs/current/functions/string.html
// athena_… are macros of the session (sql/macros.ts) or computed by the engine's process (sql/computed/).
import { at, EngineFault } from '../../engine/fault.ts'
import { literal } from '../text.ts'
import { mapOf, varchar } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

/** Blanks as Java knows them: Unicode's, but none of those that keep words together. */
const blanks = literal(
  `\t\n\x0B\f\r\x1C\x1D\x1E\x1F \u1680${String.fromCodePoint(...Array.from({ length: 11 }, (_, index) => 0x2000 + index).filter(code => code !== 0x2007))}\u2028\u2029\u205F\u3000`,
)

const trimmed = (name: string, sides: string) =>
  scalar(
    ['(char(x)) -> char(x)', `${name}($1, ${blanks})`],
    ['(char(x), varchar) -> char(x)', `athena_trim_characters($1, $2, '${sides}')`],
    ['(varchar(x)) -> varchar(x)', `${name}($1, ${blanks})`],
    ['(varchar(x), varchar) -> varchar(x)', `athena_trim_characters($1, $2, '${sides}')`],
  )

/** From the end for a negative start; nothing for a start that is not in the text. */
const part = () =>
  scalar(
    ['(char(x), bigint) -> char(x)', "rtrim(athena_tail($1, $2), ' ')"],
    ['(char(x), bigint, bigint) -> char(x)', "rtrim(athena_part($1, $2, $3), ' ')"],
    ['(varchar(x), bigint) -> varchar(x)', 'athena_tail($1, $2)'],
    ['(varchar(x), bigint, bigint) -> varchar(x)', 'athena_part($1, $2, $3)'],
    ['(varbinary, bigint) -> varbinary', 'athena_part_binary($1, $2, 9223372036854775807)'],
    ['(varbinary, bigint, bigint) -> varbinary', 'athena_part_binary($1, $2, $3)'],
  )

/** A part that is NULL makes the whole NULL: unlike DuckDB's concat. */
const joined: Writer = parts => {
  severalOf(parts, '')
  return typed(`(${parts.map(item => item.sql).join(' || ')})`, varchar)
}

/** Without a place, as Athena says it. */
function severalOf(parts: readonly Argument[], of: string): void {
  if (parts.length > 1) return
  throw new EngineFault('semantic', `INVALID_FUNCTION_ARGUMENT: There must be two or more concatenation arguments${of}`)
}

const joinedArrays: Writer = parts => {
  severalOf(parts, ' to concat')
  const sql = parts.reduce((before, { sql: next }) => (before === '' ? next : `athena_joined(${before}, ${next})`), '')
  return typed(sql, parts[0]?.type ?? varchar)
}

const forms = ['NFC', 'NFD', 'NFKC', 'NFKD']

/** The form is a word, which the parser takes for a column. */
const normalized: Writer = ([, form], position) => {
  const name = form?.text ?? ''
  if (!forms.includes(name))
    throw new EngineFault(
      'semantic',
      `TYPE_MISMATCH: ${at(position, `normalize takes one of ${forms.join(', ')}`)}`,
      position,
    )
  return typed(`athena_normalize($1, '${name}')`, varchar)
}

const varcharMax = 2147483647

/** Between all characters of the text, and at both its ends, there may come the replacement. */
const replaced: Writer = ([text, , replacement]) => {
  const sql = 'athena_replace($1, $2, $3)'
  const [length, more] = [text?.type, replacement?.text]
  if (length?.kind !== 'varchar' || length.length === undefined || more === undefined) return typed(sql, varchar)
  const most = length.length + [...more].length * (length.length + 1)
  return typed(sql, { kind: 'varchar', length: Math.min(varcharMax, most) })
}

export const strings: FunctionTable = {
  chr: scalar(['(bigint) -> varchar(1)', 'athena_chr($1)']),
  codepoint: scalar(['(varchar(1)) -> integer', 'CAST(athena_codepoint($1) AS INTEGER)']),
  concat: scalar(
    ['(varchar(x)...) -> varchar', joined],
    [
      '(varbinary...) -> varbinary',
      parts => ({ ...joined(parts, undefined), type: { kind: 'simple', name: 'varbinary' } }),
    ],
    ['(array(E)...) -> array(E)', joinedArrays],
    ['(array(E), E) -> array(E)', 'athena_appended($1, $2)'],
    ['(E, array(E)) -> array(E)', 'athena_prepended($1, $2)'],
  ),
  concat_ws: scalar(
    ['(varchar, varchar, varchar...) -> varchar', 'CASE WHEN $1 IS NULL THEN NULL ELSE concat_ws($*) END'],
    ['(varchar, array(varchar)) -> varchar', 'array_to_string($2, $1)'],
  ),
  ends_with: scalar(['(varchar, varchar) -> boolean', 'ends_with($1, $2)']),
  from_utf8: scalar(
    ['(varbinary) -> varchar', 'athena_from_utf8($1, chr(65533))'],
    ['(varbinary, varchar) -> varchar', 'athena_from_utf8($1, $2)'],
    ['(varbinary, bigint) -> varchar', 'athena_from_utf8($1, athena_chr($2))'],
  ),
  hamming_distance: scalar(['(varchar, varchar) -> bigint', 'athena_hamming($1, $2)']),
  length: scalar(['(varchar) -> bigint', 'length($1)'], ['(varbinary) -> bigint', 'octet_length($1)']),
  levenshtein_distance: scalar(['(varchar, varchar) -> bigint', 'athena_levenshtein($1, $2)']),
  lower: scalar(['(char(x)) -> char(x)', 'lower($1)'], ['(varchar(x)) -> varchar(x)', 'lower($1)']),
  lpad: scalar(
    ['(varchar, bigint, varchar) -> varchar', 'athena_pad($1, $2, $3, true)'],
    ['(varbinary, bigint, varbinary) -> varbinary', 'athena_pad_binary($1, $2, $3, true)'],
  ),
  ltrim: trimmed('ltrim', 'left'),
  luhn_check: scalar(['(varchar) -> boolean', 'athena_luhn($1)']),
  normalize: scalar(['(varchar) -> varchar', 'nfc_normalize($1)'], ['(varchar, varchar) -> varchar', normalized]),
  position: scalar(['(varchar, varchar) -> bigint', 'strpos($2, $1)']),
  replace: scalar(
    ['(varchar(x), varchar) -> varchar(x)', "replace($1, $2, '')"],
    ['(varchar(x), varchar, varchar) -> varchar', replaced],
  ),
  reverse: scalar(
    ['(varchar(x)) -> varchar(x)', 'athena_reverse($1)'],
    ['(varbinary) -> varbinary', "unhex(array_to_string(list_reverse(regexp_extract_all(hex($1), '..')), ''))"],
    ['(array(E)) -> array(E)', 'list_reverse($1)'],
  ),
  rpad: scalar(
    ['(varchar, bigint, varchar) -> varchar', 'athena_pad($1, $2, $3, false)'],
    ['(varbinary, bigint, varbinary) -> varbinary', 'athena_pad_binary($1, $2, $3, false)'],
  ),
  rtrim: trimmed('rtrim', 'right'),
  soundex: scalar(['(varchar) -> varchar(4)', 'athena_soundex($1)']),
  split: scalar(
    ['(varchar(x), varchar) -> array(varchar(x))', 'athena_split_all($1, $2)'],
    ['(varchar(x), varchar, bigint) -> array(varchar(x))', 'athena_split($1, $2, $3)'],
  ),
  split_part: scalar(['(varchar(x), varchar, bigint) -> varchar(x)', 'athena_piece($1, $2, $3)']),
  split_to_map: scalar([
    '(varchar, varchar, varchar) -> map(varchar, varchar)',
    'list_transform([athena_split_map($1, $2, $3)], x -> map(x[1], x[2]))[1]',
  ]),
  split_to_multimap: scalar([
    '(varchar, varchar, varchar) -> map(varchar, array(varchar))',
    () =>
      typed(
        `list_transform([athena_split_multimap($1, $2, $3)], x -> map(x[1], x[2:]))[1]`,
        mapOf(varchar, { kind: 'array', of: varchar }),
      ),
  ]),
  starts_with: scalar(['(varchar, varchar) -> boolean', 'starts_with($1, $2)']),
  strpos: scalar(
    ['(varchar, varchar) -> bigint', 'strpos($1, $2)'],
    ['(varchar, varchar, bigint) -> bigint', 'athena_strpos($1, $2, $3)'],
  ),
  substr: part(),
  substring: part(),
  to_utf8: scalar(['(varchar) -> varbinary', 'encode($1)']),
  translate: scalar(['(varchar, varchar, varchar) -> varchar', 'athena_translate($1, $2, $3)']),
  trim: trimmed('trim', 'both'),
  upper: scalar(['(char(x)) -> char(x)', 'athena_upper($1)'], ['(varchar(x)) -> varchar(x)', 'athena_upper($1)']),
  uuid: scalar(['() -> uuid', 'uuid()']),
}
