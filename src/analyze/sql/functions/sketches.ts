// Sketches: HyperLogLog, tdigest and qdigest. https://trino.io/docs/current/functions/hyperloglog.html, …/tdigest.html,
// …/qdigest.html
// Here they hold what they are made of: the hashes of the values, or the values with their weights. So they answer what
// Athena's do for few values, and more exactly for many; a binary form they have none.
import { failed } from '../failed.ts'
import type { Type } from '../typing/type.ts'
import { typed } from '../value.ts'
import { aggregate, type FunctionTable, scalar, type Writer } from './entry.ts'

const hyperLogLog: Type = { kind: 'simple', name: 'HyperLogLog' }
const tdigest: Type = { kind: 'simple', name: 'tdigest' }

/** Of qdigest(T). */
const qdigests = ['bigint', 'double', 'real'] as const
const engineNames = { bigint: 'BIGINT', double: 'DOUBLE', real: 'FLOAT' } as const

const hashes =
  'list_filter({list(DISTINCT CASE WHEN $1 IS NOT NULL THEN hash($1) END)}, athena_h -> athena_h IS NOT NULL)'
const hashed: Writer = ([, error]) => {
  const made = `athena_unless_empty(${hashes})`
  return typed(error === undefined ? made : ofError(made), hyperLogLog)
}

/** https://trino.io/docs/current/functions/aggregate.html#approx_distinct */
const [errorLeast, errorMost] = [0.0040625, 0.26]

/** The error that is asked for as $2 changes nothing, but it has to be one. */
export function ofError(counted: string): string {
  const [least, most] = ['{min($2)}', '{max($2)}']
  const wrong = `CASE WHEN ${least} < ${errorLeast} THEN ${least} WHEN ${most} > ${errorMost} THEN ${most} END`
  const said = `'INVALID_FUNCTION_ARGUMENT: Max standard error must be in [${errorLeast}, ${errorMost}]: '`
  return `CASE WHEN (${wrong}) IS NOT NULL THEN ${failed(`${said} || athena_float(${wrong})`)} ELSE ${counted} END`
}

/** Values with their weights; what is NULL is none. */
const weighed = (value: string, weight: string, types: readonly [string, string]): string => {
  const pair = `struct_pack(v := CAST(${value} AS ${types[0]}), w := CAST(${weight} AS ${types[1]}))`
  const known = `CASE WHEN ${value} IS NOT NULL AND ${weight} IS NOT NULL THEN ${pair} END`
  return `athena_unless_empty(list_filter({list(${known})}, athena_h -> athena_h IS NOT NULL))`
}

const merged =
  (type: Type): Writer =>
  () =>
    typed('flatten(list_filter({list($1)}, athena_h -> athena_h IS NOT NULL))', type)

const atShare = (digest: string, share: string): string => `athena_tdigest_at(${digest}, ${share})`

/** approx_percentile with weights, which is a tdigest. */
export const weightedPercentiles = (type: (typeof qdigests)[number]) => {
  const digest = weighed('$1', '$2', ['DOUBLE', 'DOUBLE'])
  const value = (share: string) => {
    const found = atShare('athena_d', share)
    return type === 'bigint' ? `CAST(floor(${found} + 0.5) AS BIGINT)` : `CAST(${found} AS ${engineNames[type]})`
  }
  return [
    [`(${type}, double, double) -> ${type}`, `list_transform([${digest}], athena_d -> ${value('$3')})[1]`],
    [
      `(${type}, double, array(double)) -> array(${type})`,
      `list_transform([${digest}], athena_d -> CASE WHEN athena_d IS NOT NULL THEN list_transform($3, athena_s -> ${value('athena_s')}) END)[1]`,
    ],
  ] as const
}

export const sketches: FunctionTable = {
  approx_set: aggregate(
    ...['bigint', 'double', 'varchar'].flatMap(type => [
      [`(${type}) -> HyperLogLog`, hashed] as const,
      [`(${type}, double) -> HyperLogLog`, hashed] as const,
    ]),
  ),
  empty_approx_set: scalar(['() -> HyperLogLog', 'CAST([] AS UBIGINT[])']),
  merge: aggregate(
    [
      '(HyperLogLog) -> HyperLogLog',
      () => typed('list_distinct(flatten(list_filter({list($1)}, athena_h -> athena_h IS NOT NULL)))', hyperLogLog),
    ],
    ['(tdigest) -> tdigest', merged(tdigest)],
    ...qdigests.map(type => [`(qdigest(${type})) -> qdigest(${type})`, merged(qdigestOf(type))] as const),
  ),
  qdigest_agg: aggregate(
    ...qdigests.flatMap(type => {
      const types = [engineNames[type], 'DOUBLE'] as const
      const result = `qdigest(${type})`
      return [
        [`(${type}) -> ${result}`, weighed('$1', '1', types)],
        [`(${type}, bigint) -> ${result}`, weighed('$1', '$2', types)],
        [`(${type}, bigint, double) -> ${result}`, weighed('$1', '$2', types)],
      ] as const
    }),
  ),
  tdigest_agg: aggregate(
    ['(double) -> tdigest', weighed('$1', '1', ['DOUBLE', 'DOUBLE'])],
    ['(double, double) -> tdigest', weighed('$1', '$2', ['DOUBLE', 'DOUBLE'])],
  ),
  value_at_quantile: scalar(
    ['(tdigest, double) -> double', atShare('$1', '$2')],
    ...qdigests.map(type => [`(qdigest(${type}), double) -> ${type}`, 'athena_qdigest_at($1, $2)'] as const),
  ),
  values_at_quantiles: scalar(
    ['(tdigest, array(double)) -> array(double)', everyShare('athena_tdigest_at')],
    ...qdigests.map(
      type => [`(qdigest(${type}), array(double)) -> array(${type})`, everyShare('athena_qdigest_at')] as const,
    ),
  ),
}

function qdigestOf(type: (typeof qdigests)[number]): Type {
  return { kind: 'simple', name: `qdigest(${type})` }
}

function everyShare(at: string): string {
  return `CASE WHEN $1 IS NOT NULL THEN list_transform($2, athena_s -> ${at}($1, athena_s)) END`
}
