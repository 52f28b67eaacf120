// Prefixes and names of objects are what AWS documents for them, and what AWS refuses is refused when it is configured.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../world/simulated/random.ts'
import { type DestinationChange, newDestination } from './destination-change.ts'
import { objectKey } from './object-name.ts'
import { checkPrefixes, evaluatePrefix } from './prefix.ts'
import { formatTime, patternProblem } from './timestamp-pattern.ts'

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

const patterns: readonly (readonly [pattern: string, text: string])[] = [
  ['yyyy-MM-dd-HH-mm-ss', '2018-08-27-22-05-09'],
  ['yy/M/d H:m:s.SSS', '18/8/27 22:5:9.123'],
  ['MMM MMMM E EEEE D', 'Aug August Mon Monday 239'],
  ['hh a K k', '10 PM 10 22'],
  ["'T'HH''", "T22'"],
  ['G GGGG u yyyyy', 'AD Anno Domini 2018 02018'],
  ['Q QQ QQQ QQQQ', '3 03 Q3 3rd quarter'],
  ['Y w ww W e ee c EEEEE', '2018 35 35 5 2 02 2 M'],
  ['DDD F A n N', '239 6 79509123 123000000 79509123000000'],
  ['yyyy[-MM[-dd]]', '2018-08-27'],
  ['X XXXXX x xx Z ZZZZ ZZZZZ O', 'Z Z +00 +0000 +0000 GMT Z GMT'],
]
for (const [pattern, text] of patterns) {
  test(`the pattern ${pattern} gives ${text}`, () => {
    assert.equal(patternProblem(pattern), undefined)
    assert.equal(formatTime(pattern, time()), text)
  })
}

const zones: readonly (readonly [pattern: string, zone: string, text: string])[] = [
  ['X XX XXXXX x Z ZZZZ ZZZZZ O OOOO', 'Asia/Tokyo', '+09 +0900 +09:00 +09 +0900 GMT+09:00 +09:00 GMT+9 GMT+09:00'],
  ['X xxx O', 'Asia/Kolkata', '+0530 +05:30 GMT+5:30'],
  ['X ZZ', 'America/New_York', '-04 -0400'],
]
for (const [pattern, zone, text] of zones) {
  test(`the pattern ${pattern} gives ${text} in ${zone}`, () => {
    assert.equal(patternProblem(pattern), undefined)
    assert.equal(formatTime(pattern, time(zone)), text)
  })
}

test('a week that begins in one year and ends in the next belongs to the next', () => {
  const day = (text: string) => Temporal.PlainDate.from(text).toZonedDateTime('UTC')
  assert.equal(formatTime('YYYY-ww', day('2025-12-27')), '2025-52')
  assert.equal(formatTime('YYYY-ww', day('2025-12-28')), '2026-01')
  assert.equal(formatTime('YYYY-ww', day('2026-01-04')), '2026-02')
})

const unsound: readonly (readonly [pattern: string, why: RegExp])[] = [
  ['yyyy/VV', /the letter 'V' is none of/],
  ['HHH', /'HHH' has a number of letters/],
  ['cc', /'cc' has a number of letters/],
  ["yyyy'T", /a quote is not closed/],
  ['yyyy]', /closes nothing/],
  ['yyyy#', /'#' is reserved/],
]
for (const [pattern, why] of unsound) {
  test(`the pattern ${pattern} is unsound`, () => assert.match(patternProblem(pattern) ?? '', why))
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
