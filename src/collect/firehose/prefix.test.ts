// Prefixes and names of objects are what AWS documents for them, and what AWS refuses is refused when it is configured.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../world/simulated/random.ts'
import { type DestinationChange, newDestination } from './destination-change.ts'
import { objectKey } from './object-name.ts'
import { checkPrefixes, evaluatePrefix } from './prefix.ts'

const where = { roleArn: 'arn:aws:iam::000000000000:role/firehose', bucketArn: 'arn:aws:s3:::raw' }
const random = new SeededRandom(1)
const at = Date.UTC(2018, 7, 27, 22, 5, 9, 123)
const time = (zone = 'UTC') => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)

const prefixes: readonly (readonly [prefix: string, evaluated: RegExp])[] = [
  ['', /^2018\/08\/27\/22\/$/],
  ['raw_data/', /^raw_data\/2018\/08\/27\/22\/$/],
  ['raw', /^raw2018\/08\/27\/22\/$/],
  ['y=!{timestamp:yyyy}/m=!{timestamp:MM}/', /^y=2018\/m=08\/$/],
  ["dt=!{timestamp:yyyy'-'MM'-'dd}/h=!{timestamp:HH}/", /^dt=2018-08-27\/h=22\/$/],
  ['!{firehose:random-string}/x', /^[A-Za-z0-9]{11}\/x$/],
]
for (const [prefix, evaluated] of prefixes) {
  test(`the prefix '${prefix}' is evaluated as AWS does`, () => {
    checkPrefixes({ prefix, errorPrefix: 'failed/!{firehose:error-output-type}/' }, { partitioned: false })
    assert.match(evaluatePrefix(prefix, { time: time(), random }), evaluated)
  })
}

const refused: readonly (readonly [
  what: string,
  prefix: string | undefined,
  errorPrefix: string | undefined,
  why: RegExp,
])[] = [
  [
    'expressions without an error prefix',
    'a/!{timestamp:yyyy}/',
    undefined,
    /^ErrorOutputPrefix cannot be null or empty/,
  ],
  ['an error prefix without its type', 'a', 'e/!{timestamp:yyyy}/', /must contain at least one occurrence/],
  ['the error type in the prefix', '!{firehose:error-output-type}/', 'e/', /^Prefix must not contain any occurrence/],
  ['an unknown namespace', '!{clock:now}/', 'e/', /^Namespace to the left of colon \(clock\) is an invalid keyword!/],
  [
    'an unknown value',
    '!{firehose:uuid}/',
    'e/',
    /^Invalid conversion character used .* in Prefix: !\{firehose:uuid\}/,
  ],
  ['an unclosed expression', 'a/!{timestamp:yyyy', 'e/', /^Invalid expression usage/],
  ['a pattern letter that does not exist', '!{timestamp:yyyy/bb}', 'e/', /the letter 'b'/],
  [
    'a partition key without partitions',
    '!{partitionKeyFromQuery:device}/',
    'e/',
    /^Dynamic Partitioning Namespaces can only/,
  ],
  [
    'a partition key in the error prefix',
    'a/',
    'e/!{partitionKeyFromLambda:x}/!{firehose:error-output-type}/',
    /^Dynamic Partitioning Namespaces can't be part of an error prefix/,
  ],
  [
    'what becomes too long',
    `!{timestamp:EEEE}${'a'.repeat(504)}`,
    '!{firehose:error-output-type}',
    /^Length of evaluated prefix/,
  ],
]
for (const [what, prefix, errorPrefix, why] of refused) {
  test(`${what} is refused`, () => {
    const check = () => checkPrefixes({ prefix, errorPrefix }, { partitioned: false })
    assert.throws(check, { code: 'InvalidArgumentException', message: why })
  })
}

test('an object is named by stream, version and the oldest record, in the zone that was chosen', () => {
  const of = { stream: 'temperature-to-s3', version: 3, oldestAt: at, random }
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
  const named = (change: Omit<DestinationChange, 'roleArn' | 'bucketArn'>, pattern: string) =>
    assert.match(objectKey(newDestination({ ...where, ...change }), of), new RegExp(`^${pattern}$`))
  named(
    { prefix: 'raw_data/', compression: 'GZIP' },
    `raw_data/2018/08/27/22/temperature-to-s3-3-2018-08-27-22-05-09-${uuid}\\.gz`,
  )
  named({}, `2018/08/27/22/temperature-to-s3-3-2018-08-27-22-05-09-${uuid}`)
  named({ timeZone: 'Asia/Tokyo' }, `2018/08/28/07/temperature-to-s3-3-2018-08-28-07-05-09-${uuid}`)
  named({ compression: 'GZIP', fileExtension: '.json.gz' }, `2018/08/27/22/.*${uuid}\\.json\\.gz`)
})
