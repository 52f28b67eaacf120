// Prefixes of the objects: text with expressions, checked as AWS checks them and evaluated for each object.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
//
//   prefix     := (text | expression)*         text: anything but '!{'
//   expression := '!{' namespace ':' value '}'
//   namespace  := 'timestamp'                (value: a DateTimeFormatter pattern)
//               | 'firehose'                 (value: 'random-string'; in the error prefix also 'error-output-type')
//               | 'partitionKeyFromQuery'    (value: a key of the jq query)     only in the prefix, and only when the
//               | 'partitionKeyFromLambda'   (value: a key of the function's)   records are partitioned
import type { Random } from '../../world/random.ts'
import { InvalidArgumentException } from './faults.ts'
import { prefixCharactersMax } from './limits.ts'
import { formatTime, patternProblem } from './timestamp-pattern.ts'

const expressions = /!\{([^}:]*):([^}]*)\}/g
const errorType = '!{firehose:error-output-type}'
const hour = 'yyyy/MM/dd/HH/'
const randomCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const randomLength = 11
/** The day whose names are longest, Wednesday in September, for how long a prefix can become. */
const longest = Temporal.PlainDateTime.from('2026-09-30T23:59:59').toZonedDateTime('UTC')

/** A record's partition keys, by where they come from. */
export interface PartitionKeys {
  readonly query: Readonly<Record<string, string>>
  readonly lambda: Readonly<Record<string, string>>
}

export interface Moment {
  readonly time: Temporal.ZonedDateTime
  readonly random: Random
}

interface Prefixes {
  readonly prefix: string | undefined
  readonly errorPrefix: string | undefined
}

const hasExpressions = (prefix: string): boolean => /!\{[^}]*\}/.test(prefix)

/** The partition keys that a prefix names, each once. */
export function partitionKeysOf(prefix: string): {
  readonly query: readonly string[]
  readonly lambda: readonly string[]
} {
  const found = [...prefix.matchAll(expressions)]
  const of = (wanted: string) => [
    ...new Set(found.filter(([, namespace]) => namespace === wanted).map(([, , key]) => key ?? '')),
  ]
  return { query: of('partitionKeyFromQuery'), lambda: of('partitionKeyFromLambda') }
}

/** Both together, because the error prefix is obligatory once the other has expressions. */
export function checkPrefixes(
  { prefix = '', errorPrefix = '' }: Prefixes,
  { partitioned }: { readonly partitioned: boolean },
): void {
  checkExpressions('Prefix', prefix)
  checkExpressions('ErrorOutputPrefix', errorPrefix)
  if (prefix.includes(errorType)) {
    throw new InvalidArgumentException(`Prefix must not contain any occurrence of ${errorType}`)
  }
  if (hasPartitionKeys(errorPrefix)) {
    throw new InvalidArgumentException("Dynamic Partitioning Namespaces can't be part of an error prefix expression")
  }
  if (!partitioned && hasPartitionKeys(prefix)) {
    throw new InvalidArgumentException(
      'Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled.',
    )
  }
  if (hasExpressions(prefix) && errorPrefix === '') {
    throw new InvalidArgumentException('ErrorOutputPrefix cannot be null or empty when Prefix contains expressions')
  }
  if (hasExpressions(errorPrefix) && !errorPrefix.includes(errorType)) {
    throw new InvalidArgumentException(`ErrorOutputPrefix must contain at least one occurrence of ${errorType}`)
  }
  checkLength('prefix', prefix)
  checkLength('ErrorOutputPrefix', errorPrefix)
}

const hasPartitionKeys = (prefix: string) => Object.values(partitionKeysOf(prefix)).some(keys => keys.length > 0)

function checkExpressions(member: string, prefix: string): void {
  if (prefix.replace(expressions, '').includes('!{')) {
    throw new InvalidArgumentException(
      `Invalid expression usage: ${member} contains '!{' outside an expression of the form !{namespace:value}: ${prefix}`,
    )
  }
  for (const [expression, namespace = '', value = ''] of prefix.matchAll(expressions)) {
    const problem = valueProblem(namespace, value)
    if (problem === undefined) continue
    throw new InvalidArgumentException(
      `Invalid conversion character used in the value of the expression in ${member}: ${expression}: ${problem}`,
    )
  }
}

function valueProblem(namespace: string, value: string): string | undefined {
  switch (namespace) {
    case 'timestamp':
      return value === '' ? 'it is empty' : patternProblem(value)
    case 'firehose':
      if (value === 'random-string' || value === 'error-output-type') return undefined
      return 'it is neither random-string nor error-output-type'
    case 'partitionKeyFromQuery':
    case 'partitionKeyFromLambda':
      return value === '' ? 'it is empty' : undefined
    default:
      throw new InvalidArgumentException(`Namespace to the left of colon (${namespace}) is an invalid keyword!`)
  }
}

/** At its longest, with one character for each partition key: how long those are is known when there are records. */
function checkLength(what: string, prefix: string): void {
  const evaluated = prefix.replace(expressions, (_, namespace: string, value: string) => {
    if (namespace === 'timestamp') return formatTime(value, longest)
    if (namespace === 'firehose') return '-'.repeat(randomLength)
    return '-'
  })
  if (evaluated.length <= prefixCharactersMax) return
  throw new InvalidArgumentException(`Length of evaluated ${what} cannot be greater than ${prefixCharactersMax}`)
}

/**
 * A prefix without any expression gets the hour appended, as AWS does. Every key that the prefix names is needed; what
 * comes out may be longer than AWS allows, `prefixCharactersMax`, because of the keys alone.
 */
export function evaluatePrefix(
  prefix: string,
  { time, random, keys }: Moment & { readonly keys?: PartitionKeys },
): string {
  if (!hasExpressions(prefix)) return `${prefix}${formatTime(hour, time)}`
  return prefix.replace(expressions, (_, namespace: string, value: string) => {
    if (namespace === 'timestamp') return formatTime(value, time)
    if (namespace === 'partitionKeyFromQuery') return keys?.query[value] ?? ''
    if (namespace === 'partitionKeyFromLambda') return keys?.lambda[value] ?? ''
    return randomString(random)
  })
}

/** Where what failed goes: without expressions the kind of failure and the hour are appended, without an error prefix to the prefix. */
export function evaluateErrorPrefix(
  { prefix, errorPrefix }: Prefixes,
  { time, random, type }: Moment & { readonly type: string },
): string {
  const chosen = errorPrefix || prefix || ''
  if (!hasExpressions(chosen)) return `${chosen}${type}/${formatTime(hour, time)}`
  return chosen.replace(expressions, (_, namespace: string, value: string) => {
    if (namespace === 'timestamp') return formatTime(value, time)
    return value === 'error-output-type' ? type : randomString(random)
  })
}

function randomString(random: Random): string {
  return Array.from(random.bytes(randomLength), byte => randomCharacters[byte % randomCharacters.length]).join('')
}
