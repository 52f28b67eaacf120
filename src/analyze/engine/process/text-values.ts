// The text of a field as a value of a simple type: what Hive's text SerDes take for one, as an expression of DuckDB and,
// for lines that are read in this process, through the same expression over its JSON. What does not fit is NULL.

import { duckNameOfHive } from '../../sql/typing/names.ts'

/** Undefined for a type that is made of others. */
export function textValue(type: string, text: string): string | undefined {
  const duck = duckNameOfHive(type)
  if (/[[(]/.test(duck) && !/^DECIMAL\([^)]*\)$/.test(duck)) return undefined
  switch (duck) {
    case 'VARCHAR':
      return text
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      // A fraction is cut off, not rounded.
      return `TRY_CAST(regexp_extract(${text}, '^([+-]?[0-9]+)(\\.[0-9]*)?$', 1) AS ${duck})`
    case 'BOOLEAN':
      return `CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END`
    case 'DATE':
      return `CASE WHEN regexp_full_match(${text}, '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}') THEN TRY_CAST(${text} AS DATE) END`
    case 'TIMESTAMP':
      return `CASE WHEN regexp_full_match(${text}, '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\\.[0-9]{1,9})?)?') THEN TRY_CAST(${text} AS TIMESTAMP) END`
    case 'BLOB':
      return `try(from_base64(${text}))`
    default:
      return `CASE WHEN NOT regexp_matches(${text}, '\\s') THEN TRY_CAST(${text} AS ${duck}) END`
  }
}
