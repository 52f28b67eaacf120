// Numbers. https://trino.io/docs/current/functions/math.html
import { unscaled, unscaledTo } from '../operators.ts'
import { numberName } from '../typing/coercion.ts'
import { duckName } from '../typing/names.ts'
import { bigint, decimal, integer, type Type } from '../typing/type.ts'
import { typed, type Value } from '../value.ts'
import { type Argument, type FunctionTable, scalar, type Writer } from './entry.ts'

const ofDouble = (template: string) => scalar(['(double) -> double', template])
const ofThree = (name: string) => scalar(['(double, double, double) -> double', `${name}($1, $2, $3)`])

const integers = ['bigint', 'integer', 'smallint', 'tinyint'] as const

const sizeOf = (part: Argument | undefined) => (part?.type.kind === 'decimal' ? part.type : { precision: 38, scale: 0 })

/** ceil, floor and round without digits: of a decimal, a decimal without a fraction. */
const rounded = (ofDecimal: string, ofFloat: string) =>
  [
    ...integers.map(name => [`(${name}) -> ${name}`, '$1'] as const),
    ['(decimal(p,s)) -> decimal(p,s)', ([part]) => wholeDecimal(ofDecimal, part)],
    ['(double) -> double', ofFloat],
    ['(real) -> real', `CAST(${ofFloat.replace('$1', 'CAST($1 AS DOUBLE)')} AS FLOAT)`],
  ] as const satisfies readonly (readonly [string, string | Writer])[]

function wholeDecimal(template: string, part: Argument | undefined): Value {
  const { precision, scale } = sizeOf(part)
  const type: Type = decimal(Math.min(38, precision - scale + Math.min(1, scale)), 0)
  return typed(`CAST(${template} AS ${duckName(type)})`, type)
}

/** To digits behind the point, or with a negative number of them in front of it; half goes away from zero. */
function roundDecimal([part]: readonly Argument[]): Value {
  const { precision, scale } = sizeOf(part)
  const type = decimal(Math.min(38, precision + 1), scale)
  const digits = unscaled(typed('$1', part?.type ?? bigint), scale)
  const factor = `CAST('1' || repeat('0', CAST(${scale} - $2 AS INTEGER)) AS HUGEINT)`
  const cut = `CASE WHEN $2 >= ${scale} THEN ${digits} WHEN ${scale} - $2 > 38 THEN 0::HUGEINT ELSE athena_round_whole(${digits}, ${factor}) END`
  return typed(unscaledTo(cut, type, scale), type)
}

function truncateDecimal([part]: readonly Argument[]): Value {
  const type = part?.type ?? bigint
  const { scale } = sizeOf(part)
  const digits = unscaled(typed('$1', type), scale)
  const factor = `CAST('1' || repeat('0', CAST(${scale} - $2 AS INTEGER)) AS HUGEINT)`
  const cut = `CASE WHEN $2 >= ${scale} THEN ${digits} WHEN ${scale} - $2 > 38 THEN 0::HUGEINT ELSE ${digits} - ${digits} % ${factor} END`
  return typed(unscaledTo(cut, type, scale), type)
}

const wholes = (template: string) =>
  integers.map(name => [`(${name}) -> ${name}`, template.replace('TYPE', duckName({ kind: 'simple', name }))] as const)

const roundWhole = (name: (typeof integers)[number]) =>
  [
    `(${name}, bigint) -> ${name}`,
    `CASE WHEN $2 >= 0 THEN $1 WHEN $2 < -19 THEN CAST($1 - $1 AS ${duckName({ kind: 'simple', name })})
      ELSE CAST(athena_round_whole($1, '1' || repeat('0', CAST(-$2 AS INTEGER))) AS ${duckName({ kind: 'simple', name })}) END`,
  ] as const

const power = 'pow(CAST(10 AS DOUBLE), $2)'
const signed: Writer = ([part]) => {
  const name = part && numberName(part.type)
  const type = name === 'decimal' ? decimal(1, 0) : (part?.type ?? integer)
  return typed(`CAST(sign($1) AS ${duckName(type)})`, type)
}

const randoms = () =>
  scalar(
    ['() -> double', 'random()'],
    ['(bigint) -> bigint', 'CAST(floor(random() * athena_bound($1)) AS BIGINT)'],
    ['(integer) -> integer', 'CAST(floor(random() * athena_bound($1)) AS INTEGER)'],
    ['(bigint, bigint) -> bigint', 'CAST($1 + floor(random() * athena_stretch($1, $2)) AS BIGINT)'],
    ['(integer, integer) -> integer', 'CAST($1 + floor(random() * athena_stretch($1, $2)) AS INTEGER)'],
  )

/** https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval */
const wilson = (sign: '+' | '-') =>
  scalar(['(bigint, bigint, double) -> double', `athena_wilson($1, $2, $3, ${sign}1)`])

export const numbers: FunctionTable = {
  abs: scalar(
    ...wholes('abs($1)'),
    ['(decimal(p,s)) -> decimal(p,s)', 'abs($1)'],
    ['(double) -> double', 'abs($1)'],
    ['(real) -> real', 'abs($1)'],
  ),
  acos: ofDouble('athena_acos($1)'),
  asin: ofDouble('athena_asin($1)'),
  atan: ofDouble('atan($1)'),
  atan2: scalar(['(double, double) -> double', 'atan2($1, $2)']),
  beta_cdf: ofThree('athena_beta_cdf'),
  cbrt: ofDouble('athena_cbrt($1)'),
  ceil: scalar(...rounded('ceil($1)', 'ceil($1)')),
  ceiling: scalar(...rounded('ceil($1)', 'ceil($1)')),
  cos: ofDouble('athena_circular($1, cos(CASE WHEN isfinite($1) THEN $1 END))'),
  cosh: ofDouble('athena_cosh($1)'),
  cosine_similarity: scalar(
    ['(map(varchar, double), map(varchar, double)) -> double', 'athena_similarity($1, $2)'],
    ['(array(double), array(double)) -> double', 'list_cosine_similarity($1, $2)'],
  ),
  degrees: ofDouble('degrees($1)'),
  e: scalar(['() -> double', 'exp(1)']),
  exp: ofDouble('exp($1)'),
  floor: scalar(...rounded('floor($1)', 'floor($1)')),
  from_base: scalar(['(varchar, bigint) -> bigint', 'athena_from_base($1, $2)']),
  great_circle_distance: scalar(['(double, double, double, double) -> double', 'athena_great_circle($1, $2, $3, $4)']),
  infinity: scalar(['() -> double', "CAST('Infinity' AS DOUBLE)"]),
  inverse_beta_cdf: ofThree('athena_inverse_beta_cdf'),
  inverse_normal_cdf: ofThree('athena_inverse_normal_cdf'),
  is_finite: scalar(['(double) -> boolean', 'isfinite($1)']),
  is_infinite: scalar(['(double) -> boolean', 'isinf($1)']),
  is_nan: scalar(['(double) -> boolean', 'isnan($1)'], ['(real) -> boolean', 'isnan($1)']),
  ln: ofDouble('athena_ln($1)'),
  // Athena divides two logarithms, digit for digit.
  log: scalar(['(double, double) -> double', 'athena_double_division(athena_ln($2), athena_ln($1))']),
  log10: ofDouble('athena_log10($1)'),
  log2: ofDouble('(athena_ln($1) / ln(CAST(2 AS DOUBLE)))'),
  nan: scalar(['() -> double', "CAST('NaN' AS DOUBLE)"]),
  normal_cdf: ofThree('athena_normal_cdf'),
  pi: scalar(['() -> double', 'pi()']),
  pow: scalar(['(double, double) -> double', 'pow($1, $2)']),
  power: scalar(['(double, double) -> double', 'pow($1, $2)']),
  radians: ofDouble('radians($1)'),
  rand: randoms(),
  random: randoms(),
  round: scalar(
    ...rounded('$1', 'athena_round($1, 1)'),
    ...integers.map(roundWhole),
    ['(decimal(p,s), bigint) -> decimal(p,s)', parts => roundDecimal(parts)],
    ['(double, bigint) -> double', `athena_round($1, ${power})`],
    ['(real, bigint) -> real', `CAST(athena_round(CAST($1 AS DOUBLE), ${power}) AS FLOAT)`],
  ),
  sign: scalar(
    ...integers.map(name => [`(${name}) -> ${name}`, signed] as const),
    ['(decimal(p,s)) -> decimal(p,s)', signed],
    ['(double) -> double', 'CASE WHEN isnan($1) OR $1 = 0 THEN $1 ELSE CAST(sign($1) AS DOUBLE) END'],
    ['(real) -> real', 'CASE WHEN isnan($1) OR $1 = 0 THEN $1 ELSE CAST(sign($1) AS FLOAT) END'],
  ),
  sin: ofDouble('athena_circular($1, sin(CASE WHEN isfinite($1) THEN $1 END))'),
  sinh: ofDouble('athena_sinh($1)'),
  sqrt: ofDouble('athena_sqrt($1)'),
  tan: ofDouble('athena_circular($1, tan(CASE WHEN isfinite($1) THEN $1 END))'),
  tanh: ofDouble('athena_tanh($1)'),
  to_base: scalar(['(bigint, bigint) -> varchar(64)', 'athena_to_base($1, $2)']),
  truncate: scalar(
    ['(double) -> double', 'trunc($1)'],
    ['(real) -> real', 'trunc($1)'],
    [
      '(decimal(p,s)) -> decimal(p,s)',
      ([part]) => {
        const { precision, scale } = sizeOf(part)
        const type = decimal(Math.max(1, precision - scale), 0)
        return typed(`CAST(trunc($1) AS ${duckName(type)})`, type)
      },
    ],
    ['(decimal(p,s), bigint) -> decimal(p,s)', parts => truncateDecimal(parts)],
  ),
  width_bucket: scalar(
    ['(double, double, double, bigint) -> bigint', 'athena_width_bucket($1, $2, $3, $4)'],
    ['(double, array(double)) -> bigint', 'athena_bucket_of($1, $2)'],
  ),
  wilson_interval_lower: wilson('-'),
  wilson_interval_upper: wilson('+'),
}
