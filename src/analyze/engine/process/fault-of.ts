// DuckDB's errors in Athena's words. What has no counterpart keeps DuckDB's text behind GENERIC_INTERNAL_ERROR, without
// the paths of this machine.

import { at, EngineFault, type EngineFaultKind, type Position } from '../fault.ts'
import { numberRules } from './number-faults.ts'

interface Rule {
  readonly pattern: RegExp
  readonly kind: EngineFaultKind
  /** What we said ourselves: it holds no path of this machine, though a text of the statement may look like one. */
  readonly isOwn?: true
  readonly say: (found: RegExpExecArray, where: (name: string) => Position | undefined) => string
}

/** What our own readers of files say, which name objects and no paths of this machine. */
const ownWords = /^(?:Invalid Input Error: )?(HIVE_[A-Z_]+: .*)$/s

export const exhausted = 'EXHAUSTED_RESOURCES: Query exhausted resources at this scale factor'

const rules: readonly Rule[] = [
  { pattern: /Invalid Input Error: (EXHAUSTED_RESOURCES: .*)/s, kind: 'resource', say: () => exhausted },
  // Said by the functions that the engine's process computes itself.
  {
    pattern: /Invalid Input Error: (NOT_SUPPORTED: .*)/s,
    kind: 'unsupported',
    isOwn: true,
    say: found => found[1] ?? '',
  },
  {
    pattern: /Invalid Input Error: ([A-Z]+_[A-Z_]+: .*)/s,
    kind: 'data',
    isOwn: true,
    say: found => found[1] ?? '',
  },
  ...numberRules,
  {
    // Messages that the macros raise by casting them to a BOOLEAN.
    pattern:
      /Could not convert string '((?:DIVISION_BY_ZERO|INVALID_FUNCTION_ARGUMENT|NOT_SUPPORTED|NUMERIC_VALUE_OUT_OF_RANGE|SUBQUERY_MULTIPLE_ROWS|GENERIC_INTERNAL_ERROR|EXCEEDED_FUNCTION_MEMORY_LIMIT): .*)' to BOOL/s,
    kind: 'data',
    isOwn: true,
    say: found => found[1] ?? '',
  },
  {
    pattern: /Map keys must be unique/,
    kind: 'data',
    say: () => 'INVALID_FUNCTION_ARGUMENT: Duplicate map keys are not allowed',
  },
  {
    pattern: /APPROXIMATE QUANTILE can only take parameters/,
    kind: 'data',
    say: () => 'INVALID_FUNCTION_ARGUMENT: Percentile must be between 0 and 1',
  },
  {
    pattern: /Invalid input for MIN\/MAX: n value must be > 0/,
    kind: 'data',
    say: () => 'INVALID_FUNCTION_ARGUMENT: second argument of max_n/min_n must be positive',
  },
  {
    pattern: /Argument for ntile must be greater than zero/,
    kind: 'data',
    say: () => 'INVALID_FUNCTION_ARGUMENT: Buckets must be greater than 0',
  },
  {
    pattern: /Map keys can not be NULL/,
    kind: 'data',
    say: () => 'INVALID_FUNCTION_ARGUMENT: map key cannot be null',
  },
  {
    pattern: /The map key list does not align with the map value list/,
    kind: 'data',
    say: () => 'INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length',
  },
  {
    pattern: /Binder Error: (?:Referenced column|Table "[^"]*" does not have a column named) "([^"]+)"/,
    kind: 'semantic',
    say: (found, where) =>
      `COLUMN_NOT_FOUND: ${at(where(found[1] ?? ''), `Column '${found[1]}' cannot be resolved or requester is not authorized to access requested resources`)}`,
  },
  {
    pattern: /Binder Error: Referenced table "([^"]+)" not found/,
    kind: 'semantic',
    say: found => `TABLE_NOT_FOUND: Relation '${found[1]}' is not in this FROM`,
  },
  {
    pattern: /Binder Error: Ambiguous reference to column name "([^"]+)"/,
    kind: 'semantic',
    say: (found, where) => `AMBIGUOUS_NAME: ${at(where(found[1] ?? ''), `Column '${found[1]}' is ambiguous`)}`,
  },
  {
    pattern: /Binder Error: column "?([^" ]+)"? must appear in the GROUP BY clause/,
    kind: 'semantic',
    say: (found, where) =>
      `EXPRESSION_NOT_AGGREGATE: ${at(where(found[1] ?? ''), `'${found[1]}' must be an aggregate expression or appear in GROUP BY clause`)}`,
  },
  {
    pattern:
      /Binder Error: (?:No function matches the given name and argument types|Cannot compare values of type|Cannot mix values of type) '?(.*)/,
    kind: 'semantic',
    say: found => `TYPE_MISMATCH: Cannot apply: ${(found[1] ?? '').split("'")[0]}`,
  },
  {
    // What was written for DuckDB was no statement, or named what is not there: no statement of a user can do that.
    pattern: /(?:Parser|Catalog) Error: (.*)/s,
    kind: 'data',
    say: found => `GENERIC_INTERNAL_ERROR: the engine does not know its own statement: ${firstLine(found[0])}`,
  },
  {
    pattern: /Binder Error: (.*)/s,
    kind: 'semantic',
    say: found => `TYPE_MISMATCH: ${firstLine(found[1])}`,
  },
  {
    pattern: /Could not convert string "(.*?)" to (DECIMAL\(\d+,\d+\))/s,
    kind: 'data',
    say: found => `INVALID_CAST_ARGUMENT: Cannot cast '${found[1]}' to ${found[2]}`,
  },
  {
    pattern: /Could not convert string '(.*?)' to ([A-Z0-9]+)/s,
    kind: 'data',
    say: found => `INVALID_CAST_ARGUMENT: Cannot cast '${found[1]}' to ${found[2]}`,
  },
  {
    pattern: /Conversion Error: (.*)/s,
    kind: 'data',
    say: found => `INVALID_CAST_ARGUMENT: ${firstLine(found[1])}`,
  },
  {
    pattern: /Out of Range Error: (.*)/s,
    kind: 'data',
    say: found => `NUMERIC_VALUE_OUT_OF_RANGE: ${firstLine(found[1])}`,
  },
  {
    pattern: /Out of Memory Error|failed to (?:pin|allocate)|max_temp_directory_size/i,
    kind: 'resource',
    say: () => exhausted,
  },
  {
    pattern: /More than one row returned by a subquery/,
    kind: 'data',
    say: () => 'SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows',
  },
  {
    pattern: /incorrectly set page offsets/,
    kind: 'data',
    say: () => 'HIVE_BAD_DATA: a file of the table cannot be read: the offsets of its pages are wrong',
  },
  {
    // The last four are said of a Parquet file whose footer or pages are not what they say they are.
    pattern:
      /Malformed JSON|CSV Error|Parquet|GZIP|gzip|Snappy|magic bytes|unexpected end|TProtocolException|Invalid Error: (?:don't know what type|invalid TType|Out of buffer)|Could not read enough bytes/,
    kind: 'data',
    say: (_, where) => `HIVE_BAD_DATA: ${at(where(''), 'a file of the table cannot be read')}`,
  },
]

export function faultOf(cause: unknown, columns: ReadonlyMap<string, Position> = new Map()): EngineFault {
  if (cause instanceof EngineFault) return cause
  const own = ownWords.exec(cause instanceof Error ? cause.message : '')?.[1]
  if (own !== undefined) return new EngineFault('data', own, undefined, cause)
  const raw = cause instanceof Error ? cause.message : String(cause)
  const text = withoutPaths(raw)
  for (const rule of rules) {
    const found = rule.pattern.exec(rule.isOwn ? raw : text)
    if (found === null) continue
    const where = (name: string) => columns.get(name.toLowerCase())
    const position = where(found[1] ?? '')
    const said = rule.say(found, where)
    return new EngineFault(
      rule.kind,
      rule.kind === 'data' && said.endsWith('a file of the table cannot be read')
        ? `${said}: ${firstLine(text)}`
        : said,
      position,
      cause,
    )
  }
  return new EngineFault('data', `GENERIC_INTERNAL_ERROR: ${firstLine(text)}`, undefined, cause)
}

function firstLine(text: string | undefined): string {
  return (text ?? '').split('\n')[0]?.slice(0, 500) ?? ''
}

/** A user has no use for a path of the lake's machine, and no right to it. */
function withoutPaths(text: string): string {
  return text.replace(/(?:\/[\w.@+-]+){2,}/g, '<file>')
}
