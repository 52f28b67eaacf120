// Aggregates and window functions. https://trino.io/docs/current/functions/aggregate.html, …/window.html
import { quotient } from '../operators.ts'
import { bigint, decimal, mapOf, unknown } from '../typing/type.ts'
import { typed } from '../value.ts'
import { aggregate, type FunctionEntry, type FunctionTable, window } from './entry.ts'

const ofDouble = (template: string): FunctionEntry => aggregate(['(double) -> double', template])
const ofTwo = (template: string): FunctionEntry => aggregate(['(double, double) -> double', template])

export const aggregates: FunctionTable = {
  any_value: aggregate(['(T) -> T', 'any_value($1)']),
  approx_distinct: aggregate(
    ['(T) -> bigint', '{approx_count_distinct($1)}'],
    ['(T, double) -> bigint', '{approx_count_distinct($1)}'],
  ),
  approx_percentile: aggregate(
    ['(N, double) -> N', 'approx_quantile($1, $2)'],
    ['(N, array(double)) -> array(N)', 'approx_quantile($1, $2)'],
  ),
  arbitrary: aggregate(['(T) -> T', 'any_value($1)']),
  array_agg: aggregate(['(T) -> array(T)', 'list($1)']),
  avg: aggregate(
    [
      '(decimal(p,s)) -> decimal(p,s)',
      ([part]) => {
        const type = part?.type.kind === 'decimal' ? part.type : decimal(38, 0)
        const scale = type.kind === 'decimal' ? type.scale : 0
        const sum = `CAST({sum($1)} * CAST(1${'0'.repeat(scale)} AS DECIMAL(38,0)) AS HUGEINT)`
        return typed(quotient(sum, 'CAST({count($1)} AS HUGEINT)', type, scale), type)
      },
    ],
    ['(bigint) -> double', 'avg($1)'],
    ['(real) -> real', 'CAST({avg($1)} AS FLOAT)'],
    ['(double) -> double', 'avg($1)'],
  ),
  bitwise_and_agg: aggregate(['(bigint) -> bigint', 'bit_and($1)']),
  bitwise_or_agg: aggregate(['(bigint) -> bigint', 'bit_or($1)']),
  bitwise_xor_agg: aggregate(['(bigint) -> bigint', 'bit_xor($1)']),
  bool_and: aggregate(['(boolean) -> boolean', 'bool_and($1)']),
  bool_or: aggregate(['(boolean) -> boolean', 'bool_or($1)']),
  corr: ofTwo('corr($1, $2)'),
  count: aggregate(['() -> bigint', 'count(*)'], ['(T) -> bigint', 'count($1)']),
  count_if: aggregate(['(boolean) -> bigint', 'CAST({count_if($1)} AS BIGINT)']),
  covar_pop: ofTwo('covar_pop($1, $2)'),
  covar_samp: ofTwo('covar_samp($1, $2)'),
  every: aggregate(['(boolean) -> boolean', 'bool_and($1)']),
  geometric_mean: ofDouble('geomean($1)'),
  histogram: aggregate([
    '(T) -> map(T, bigint)',
    ([part]) => typed('CAST({histogram($1)} AS MAP(VARCHAR, BIGINT))', mapOf(part?.type ?? unknown, bigint)),
  ]),
  kurtosis: ofDouble('kurtosis($1)'),
  listagg: aggregate(
    ['(varchar) -> varchar', "{string_agg($1, '')}"],
    ['(varchar, varchar) -> varchar', 'string_agg($1, $2)'],
  ),
  max: aggregate(['(O) -> O', 'max($1)'], ['(O, bigint) -> array(O)', 'max($1, $2)']),
  max_by: aggregate(['(T, O) -> T', 'arg_max_null($1, $2)'], ['(T, O, bigint) -> array(T)', 'arg_max($1, $2, $3)']),
  min: aggregate(['(O) -> O', 'min($1)'], ['(O, bigint) -> array(O)', 'min($1, $2)']),
  min_by: aggregate(['(T, O) -> T', 'arg_min_null($1, $2)'], ['(T, O, bigint) -> array(T)', 'arg_min($1, $2, $3)']),
  regr_intercept: ofTwo('regr_intercept($1, $2)'),
  regr_slope: ofTwo('regr_slope($1, $2)'),
  skewness: ofDouble('skewness($1)'),
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
  ),
  var_pop: ofDouble('var_pop($1)'),
  var_samp: ofDouble('var_samp($1)'),
  variance: ofDouble('var_samp($1)'),
  // GROUPING takes the grouping columns and no modifier.
  grouping: aggregate(['(?...) -> bigint', 'grouping($*)']),

  cume_dist: window(['() -> double', 'cume_dist()']),
  dense_rank: window(['() -> bigint', 'dense_rank()']),
  first_value: window(['(T) -> T', 'first_value($1)']),
  lag: window(['(T) -> T', 'lag($1)'], ['(T, bigint) -> T', 'lag($1, $2)'], ['(T, bigint, T) -> T', 'lag($1, $2, $3)']),
  last_value: window(['(T) -> T', 'last_value($1)']),
  lead: window(
    ['(T) -> T', 'lead($1)'],
    ['(T, bigint) -> T', 'lead($1, $2)'],
    ['(T, bigint, T) -> T', 'lead($1, $2, $3)'],
  ),
  nth_value: window(['(T, bigint) -> T', 'nth_value($1, $2)']),
  ntile: window(['(bigint) -> bigint', 'ntile($1)']),
  percent_rank: window(['() -> double', 'percent_rank()']),
  rank: window(['() -> bigint', 'rank()']),
  row_number: window(['() -> bigint', 'row_number()']),
}
