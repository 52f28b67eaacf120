// Aggregates and window functions. https://trino.io/docs/current/functions/aggregate.html, …/window.html
import { unsupported } from '../ast.ts'
import { isNested } from '../equality.ts'
import { quotient } from '../operators.ts'
import { inKeyOrder } from '../same-maps.ts'
import { isInteger, isText } from '../typing/coercion.ts'
import { duckName } from '../typing/names.ts'
import { arrayOf, bigint, decimal, isSimple, mapOf, nameOf, type Type, unknown, varbinary } from '../typing/type.ts'
import { typed } from '../value.ts'
import { type Argument, aggregate, applied, type FunctionEntry, type FunctionTable, type Writer } from './entry.ts'
import { extremes } from './extremes.ts'
import { ofError, weightedPercentiles } from './sketches.ts'

const ofDouble = (template: string): FunctionEntry => aggregate(['(double) -> double', template])
/** Of what has no such number nothing is told. */
const ofTwo = (template: string): FunctionEntry =>
  aggregate(['(double, double) -> double', `athena_finite({${template}})`])

/**
 * Counted exactly: the engine's own sketch is a fifth off where Athena's is exact, for few values, and where Athena's is
 * within two hundredths, for many. Of what is long only the hashes are kept apart.
 */
const distinctCount: Writer = ([part, error]) => {
  const type = typeOf(part)
  const isLong = isText(type) || isNested(type) || isSimple(type, 'varbinary', 'json')
  const key = isLong ? `CASE WHEN $1 IS NOT NULL THEN hash(${inKeyOrder('$1', type)}) END` : '$1'
  const counted = `{count(DISTINCT ${key})}`
  return typed(error === undefined ? counted : ofError(counted), bigint)
}

/** Counted exactly, whatever the capacity asked for; of those that are as frequent, the least first. */
const mostFrequent = `athena_most({histogram($2)}, $1, $3)`

/** So few values are each known: Athena's sketch gives one of them, the engine's what lies between two. */
const knownMax = 75

/** `share` of the values are below it. */
const known = (share: string): string =>
  `({min($1, ${knownMax})})[CAST(least({count($1)}, greatest(1, floor(${share} * {count($1)}) + 1)) AS BIGINT)]`

const percentiles = (type: 'bigint' | 'real' | 'double') =>
  [
    [
      `(${type}, double) -> ${type}`,
      `CASE WHEN {count($1)} <= ${knownMax} AND $2 BETWEEN 0 AND 1 THEN ${known('$2')} ELSE {approx_quantile($1, CAST($2 AS FLOAT))} END`,
    ],
    [
      `(${type}, array(double)) -> array(${type})`,
      `CASE WHEN {count($1)} = 0 THEN NULL WHEN {count($1)} <= ${knownMax} AND list_min($2) >= 0 AND list_max($2) <= 1
         THEN list_transform($2, athena_share -> ${known('athena_share')}) ELSE {approx_quantile($1, CAST($2 AS FLOAT[]))} END`,
    ],
    ...weightedPercentiles(type),
  ] as const

/** DuckDB's is the sample's, Athena's that of the values themselves. */
const skewness =
  'CAST({skewness($1)} AS DOUBLE) * ({count($1)} - 2) / sqrt(CAST({count($1)} AS DOUBLE) * ({count($1)} - 1))'

/** Of counts, in bits; nothing has none. */
const entropy = `greatest(0.0, coalesce((ln(nullif({sum($1)}, 0)) -
  {sum(CASE WHEN $1 > 0 THEN $1 * ln($1) ELSE 0 END)} / nullif({sum($1)}, 0)) / ln(2), 0.0))`

/** What a NULL adds. */
const nullShare = '-7046029288634856825'

/** The sum of the values' hashes, whatever their order. */
const checksum: Writer = ([part], position) => {
  const type = typeOf(part)
  const hash =
    isInteger(type) || isSimple(type, 'boolean', 'unknown')
      ? 'athena_checksum_whole(CAST($1 AS BIGINT))'
      : isSimple(type, 'date')
        ? "athena_checksum_whole(date_diff('day', DATE '1970-01-01', $1))"
        : isText(type)
          ? 'athena_checksum_binary(encode($1))'
          : isSimple(type, 'varbinary')
            ? 'athena_checksum_binary($1)'
            : isSimple(type, 'double')
              ? 'athena_checksum_double($1)'
              : type.kind === 'timestamp'
                ? 'athena_checksum_whole(epoch_us($1))'
                : undefined
  if (hash === undefined) throw unsupported(`checksum of ${nameOf(type)}`, position)
  return typed(`athena_checksum_bytes(CAST({sum(coalesce(${hash}, ${nullShare}))} AS VARCHAR))`, varbinary)
}

const typeOf = (part: Argument | undefined): Type => part?.type ?? unknown

/** The fold of a list, without items that are NULL. */
const reduced: Writer = ([value, start, step, combine], position) => {
  if (step?.lambda === undefined || combine === undefined) throw unsupported('reduce_agg', position)
  const [state, item] = [typeOf(start), typeOf(value)]
  const pair = (first: string, second: string) =>
    `struct_pack(s := CAST(${first} AS ${duckName(state)}), x := CAST(${second} AS ${duckName(item)}))`
  const items = `list_transform(list_filter({list($1)}, athena_i -> athena_i IS NOT NULL), athena_i -> ${pair('NULL', 'athena_i')})`
  const next = pair(applied(step.lambda, ['athena_s.s', 'athena_x.x']), 'NULL')
  return typed(`(list_reduce(${items}, (athena_s, athena_x) -> ${next}, ${pair('$2', 'NULL')})).s`, state)
}

/** A value that is NULL is none, and neither is one whose weight is. */
const buckets = (weight: string): string => {
  const kept = `$2 IS NOT NULL AND ${weight} IS NOT NULL`
  const list = (sql: string) =>
    `list_filter({list(CASE WHEN ${kept} THEN ${sql} END)}, athena_i -> athena_i IS NOT NULL)`
  const made = `athena_numeric_histogram(CAST({max($1)} AS DOUBLE), ${list('$2')}, ${list(`CAST(${weight} AS DOUBLE)`)})`
  return `list_transform([${made}], athena_l -> CASE WHEN len(athena_l) > 0 THEN map(
    list_transform(range(1, len(athena_l), 2), athena_i -> athena_l[athena_i]),
    list_transform(range(2, len(athena_l) + 1, 2), athena_i -> athena_l[athena_i])) END)[1]`
}

const pairs = '{list(struct_pack(k := $1, v := $2))}'

export const aggregates: FunctionTable = {
  any_value: aggregate(['(T) -> T', 'any_value($1)']),
  approx_distinct: aggregate(['(T) -> bigint', distinctCount], ['(T, double) -> bigint', distinctCount]),
  approx_most_frequent: aggregate(
    ['(bigint, bigint, bigint) -> map(bigint, bigint)', mostFrequent],
    ['(bigint, varchar, bigint) -> map(varchar, bigint)', mostFrequent],
  ),
  approx_percentile: aggregate(...percentiles('bigint'), ...percentiles('real'), ...percentiles('double')),
  arbitrary: aggregate(['(T) -> T', 'any_value($1)']),
  array_agg: aggregate(['(T) -> array(T)', 'list($1)']),
  avg: aggregate(
    [
      '(decimal(p,s)) -> decimal(p,s)',
      ([part]) => {
        const type = part?.type.kind === 'decimal' ? part.type : decimal(38, 0)
        const scale = type.kind === 'decimal' ? type.scale : 0
        const sum = `CAST({sum($1)} * CAST(1${'0'.repeat(scale)} AS DECIMAL(38,0)) AS HUGEINT)`
        // Of nothing but NULLs it is NULL, and no division by zero.
        return typed(quotient(sum, 'CAST(nullif({count($1)}, 0) AS HUGEINT)', type, scale), type)
      },
    ],
    ['(bigint) -> double', 'avg($1)'],
    ['(real) -> real', 'CAST({avg($1)} AS FLOAT)'],
    ['(double) -> double', 'avg($1)'],
    [
      '(interval day to second) -> interval day to second',
      'to_milliseconds(CAST(floor({avg(epoch_us($1))} / 1000 + 0.5) AS BIGINT))',
    ],
    [
      '(interval year to month) -> interval year to month',
      'to_months(CAST(floor({avg(athena_month_count($1))} + 0.5) AS INTEGER))',
    ],
  ),
  bitwise_and_agg: aggregate(['(bigint) -> bigint', 'bit_and($1)']),
  bitwise_or_agg: aggregate(['(bigint) -> bigint', 'bit_or($1)']),
  bitwise_xor_agg: aggregate(['(bigint) -> bigint', 'bit_xor($1)']),
  bool_and: aggregate(['(boolean) -> boolean', 'bool_and($1)']),
  bool_or: aggregate(['(boolean) -> boolean', 'bool_or($1)']),
  checksum: aggregate(['(T) -> varbinary', checksum]),
  corr: ofTwo('corr($1, $2)'),
  count: aggregate(
    ['() -> bigint', 'count(*)'],
    ['(T) -> bigint', ([part]) => typed(`count(${inKeyOrder('$1', typeOf(part))})`, bigint)],
  ),
  count_if: aggregate(['(boolean) -> bigint', '{count(CASE WHEN $1 THEN 1 END)}']),
  covar_pop: ofTwo('covar_pop($1, $2)'),
  covar_samp: ofTwo('covar_samp($1, $2)'),
  entropy: ofDouble(entropy),
  every: aggregate(['(boolean) -> boolean', 'bool_and($1)']),
  geometric_mean: ofDouble('exp({avg(athena_ln($1))})'),
  histogram: aggregate([
    '(T) -> map(T, bigint)',
    ([part]) => {
      const type = mapOf(typeOf(part), bigint)
      return typed(`CAST({histogram($1)} AS ${duckName(type)})`, type)
    },
  ]),
  kurtosis: ofDouble('kurtosis($1)'),
  listagg: aggregate(
    ['(varchar) -> varchar', "athena_listed({string_agg($1, '')})"],
    ['(varchar, varchar) -> varchar', 'athena_listed({string_agg($1, $2)})'],
  ),
  // No statement can name it so: it is what the clause makes of listagg.
  'listagg on overflow truncate': aggregate([
    '(varchar, varchar, varchar, boolean) -> varchar',
    'athena_listed_cut({list($1)}, $2, $3, $4)',
  ]),
  map_agg: aggregate([
    '(K, V) -> map(K, V)',
    ([key, value]) => typed(`athena_map_of(${pairs})`, mapOf(typeOf(key), typeOf(value))),
  ]),
  map_union: aggregate([
    '(map(K, V)) -> map(K, V)',
    'athena_map_of(list_transform(flatten({list(map_entries($1))}), athena_i -> struct_pack(k := athena_i.key, v := athena_i.value)))',
  ]),
  ...extremes,
  multimap_agg: aggregate([
    '(K, V) -> map(K, array(V))',
    ([key, value]) => typed(`athena_multimap_of(${pairs})`, mapOf(typeOf(key), arrayOf(typeOf(value)))),
  ]),
  numeric_histogram: aggregate(
    ['(bigint, double) -> map(double, double)', buckets('1')],
    ['(bigint, double, double) -> map(double, double)', buckets('$3')],
  ),
  reduce_agg: aggregate(['(T, S, function(S, T, S), function(S, S, S)) -> S', reduced]),
  regr_intercept: ofTwo('regr_intercept($1, $2)'),
  regr_slope: ofTwo('regr_slope($1, $2)'),
  skewness: ofDouble(skewness),
  stddev: ofDouble('stddev_samp($1)'),
  stddev_pop: ofDouble('stddev_pop($1)'),
  stddev_samp: ofDouble('stddev_samp($1)'),
  sum: aggregate(
    ['(bigint) -> bigint', 'CAST({sum($1)} AS BIGINT)'],
    [
      '(decimal(p,s)) -> decimal(p,s)',
      ([part]) => typed('sum($1)', decimal(38, part?.type.kind === 'decimal' ? part.type.scale : 0)),
    ],
    ['(real) -> real', 'CAST({sum($1)} AS FLOAT)'],
    ['(double) -> double', 'sum($1)'],
    ['(interval day to second) -> interval day to second', 'to_microseconds(CAST({sum(epoch_us($1))} AS BIGINT))'],
    ['(interval year to month) -> interval year to month', 'to_months(CAST({sum(athena_month_count($1))} AS INTEGER))'],
  ),
  var_pop: ofDouble('var_pop($1)'),
  var_samp: ofDouble('var_samp($1)'),
  variance: ofDouble('var_samp($1)'),
  // GROUPING takes the grouping columns and no modifier.
  grouping: aggregate(['(?...) -> bigint', 'grouping($*)']),
}
