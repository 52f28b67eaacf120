// Prefixes of the objects: text with expressions, checked as AWS checks them and evaluated for each object.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
//
//   prefix     := (text | expression)*
//   expression := '!{' namespace ':' value '}'
//   namespace  := 'timestamp' (value: a DateTimeFormatter pattern)
//               | 'firehose'  (value: 'random-string', or 'error-output-type' in the error prefix)
import type { Random } from '../../world/random.ts'
import { InvalidArgumentException, notSupported } from './faults.ts'
import { prefixCharactersMax } from './limits.ts'
import { formatTime, patternProblem } from './timestamp-pattern.ts'

const expressions = /!\{([^}:]*):([^}]*)\}/g
const randomCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const randomLength = 11

export const hasExpressions = (prefix: string): boolean => /!\{[^}]*\}/.test(prefix)

/** Both together, because the error prefix is obligatory once the other has expressions. */
export function checkPrefixes({
  prefix,
  errorPrefix,
}: {
  readonly prefix: string | undefined
  readonly errorPrefix: string | undefined
}): void {
  checkExpressions('Prefix', prefix ?? '')
  checkExpressions('ErrorOutputPrefix', errorPrefix ?? '')
  if (prefix?.includes('!{firehose:error-output-type}')) {
    throw new InvalidArgumentException('Prefix cannot contain !{firehose:error-output-type}.')
  }
  if (hasExpressions(prefix ?? '') && !errorPrefix) {
    throw new InvalidArgumentException('ErrorOutputPrefix cannot be null or empty when Prefix contains expressions')
  }
  if (errorPrefix && hasExpressions(errorPrefix) && !errorPrefix.includes('!{firehose:error-output-type}')) {
    throw new InvalidArgumentException(
      'ErrorOutputPrefix must contain at least one instance of !{firehose:error-output-type} when it contains expressions',
    )
  }
}

function checkExpressions(member: string, prefix: string): void {
  if (prefix.replace(expressions, '').includes('!{')) {
    throw new InvalidArgumentException(
      `${member} contains an expression that is not of the form !{namespace:value}: ${prefix}`,
    )
  }
  for (const [expression, namespace, value = ''] of prefix.matchAll(expressions)) {
    if (namespace === 'partitionKeyFromQuery' || namespace === 'partitionKeyFromLambda') {
      throw notSupported(`Dynamic partitioning (${expression} in ${member})`, 'Use the timestamp namespace.')
    }
    if (namespace === 'timestamp') {
      const problem = value === '' ? 'it is empty' : patternProblem(value)
      if (problem === undefined) continue
      throw new InvalidArgumentException(
        `${member} contains an invalid timestamp pattern in ${expression}: ${problem}.`,
      )
    }
    if (namespace === 'firehose' && (value === 'random-string' || value === 'error-output-type')) continue
    throw new InvalidArgumentException(
      `${member} contains an expression of an unknown namespace or value: ${expression}. Known are !{timestamp:pattern}, ` +
        '!{firehose:random-string} and, in ErrorOutputPrefix, !{firehose:error-output-type}.',
    )
  }
}

/** A prefix without any expression gets the hour appended, as AWS does. */
export function evaluatePrefix(prefix: string, time: Temporal.ZonedDateTime, random: Random): string {
  if (!hasExpressions(prefix)) return `${prefix}${formatTime('yyyy/MM/dd/HH/', time)}`
  const evaluated = prefix.replace(expressions, (_, namespace: string, value: string) =>
    namespace === 'timestamp' ? formatTime(value, time) : randomString(random),
  )
  return evaluated.slice(0, prefixCharactersMax)
}

function randomString(random: Random): string {
  return Array.from(random.bytes(randomLength), byte => randomCharacters[byte % randomCharacters.length]).join('')
}
