// Every sample is in its series' sum and count, in its minute, and in the text that Prometheus reads; memory stays bounded.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MetricName } from '../../world/meter.ts'
import { Metrics } from './metrics.ts'
import { MinuteBudget, MinuteHistory } from './minutes.ts'

const start = Date.UTC(2025, 9, 15, 3, 30)
const minute = 60_000
const hour = 60 * minute

const incoming = (stream = 'orders', more: Partial<MetricName> = {}): MetricName => ({
  account: '000000000000',
  region: 'us-east-1',
  namespace: 'AWS/Kinesis',
  name: 'IncomingRecords',
  dimensions: { StreamName: stream },
  unit: 'Count',
  ...more,
})

function metricsAt(now: number, blocksMax?: number) {
  const clock = { at: now, now: () => clock.at }
  return { clock, metrics: new Metrics({ clock, ...(blocksMax !== undefined && { blocksMax }) }) }
}

const linesOf = (metrics: Metrics) =>
  metrics
    .prometheus()
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))

test('a family has its help and type once, then every series of it', () => {
  const { metrics } = metricsAt(start)
  metrics.series(incoming('orders')).add(500)
  metrics.series(incoming('billing')).add(1)
  metrics.series(incoming('orders')).add(20.5)
  assert.equal(
    metrics.prometheus().split('\n').slice(-5).join('\n'),
    `# HELP aws_kinesis_incoming_records_sum AWS/Kinesis IncomingRecords (Count), sum since the server's start
# TYPE aws_kinesis_incoming_records_sum counter
aws_kinesis_incoming_records_sum{account="000000000000",region="us-east-1",stream_name="billing"} 1
aws_kinesis_incoming_records_sum{account="000000000000",region="us-east-1",stream_name="orders"} 520.5
`,
  )
})

test('each statistic is a family of its own', () => {
  const { metrics } = metricsAt(start)
  for (const value of [7, 3, 5]) metrics.series(incoming()).add(value)
  assert.deepEqual(
    linesOf(metrics).map(line => line.replace(/^aws_kinesis_incoming_records_|\{.*\}/g, '')),
    ['last 5', 'maximum 7', 'minimum 3', 'sample_count 3', 'sum 15'],
  )
})

test('minimum and maximum are of this minute and the one before, and left out when neither had a sample', () => {
  const { metrics, clock } = metricsAt(start)
  const series = metrics.series(incoming())
  const extremes = () =>
    linesOf(metrics).flatMap(line => (/_(?:minimum|maximum)\{/.test(line) ? [line.replace(/.* /, '')] : []))
  series.add(9)
  clock.at += minute
  series.add(4)
  assert.deepEqual(extremes(), ['9', '4'])
  clock.at += minute
  assert.deepEqual(extremes(), ['4', '4'])
  clock.at += minute
  assert.deepEqual(extremes(), [])
})

test('counters never fall while time and samples go on', () => {
  const { metrics, clock } = metricsAt(start, 2)
  const series = metrics.series(incoming())
  let before = -1
  for (let step = 0; step < 200; step++) {
    series.add(step % 3)
    clock.at += 20 * minute
    const sum = Number(linesOf(metrics).at(-1)?.replace(/.* /, ''))
    assert.ok(sum >= before)
    before = sum
  }
  assert.equal(before, 199)
})

test('names are written as the cloudwatch_exporter writes them', () => {
  const { metrics } = metricsAt(start)
  const names = {
    'DeliveryToS3.DataFreshness': 'aws_firehose_delivery_to_s3_data_freshness_sum',
    'GetRecords.IteratorAgeMilliseconds': 'aws_firehose_get_records_iterator_age_milliseconds_sum',
    'BackupToS3.Records': 'aws_firehose_backup_to_s3_records_sum',
  }
  for (const name of Object.keys(names)) metrics.series(incoming('s', { namespace: 'AWS/Firehose', name })).add(1)
  const sums = linesOf(metrics).flatMap(line => /^\w+_sum/.exec(line) ?? [])
  assert.deepEqual(sums, Object.values(names).sort())
})

test('what could break a line is escaped', () => {
  const { metrics } = metricsAt(start)
  metrics.series(incoming('a"b\\c\nd')).add(1)
  assert.ok(linesOf(metrics).every(line => line.includes('stream_name="a\\"b\\\\c\\nd"} ')))
})

test('any text is a page that Prometheus can read: typed families in one piece, names and labels of its grammar', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  const one = fc.record({
    name: fc.constantFrom('GetRecords.Bytes', 'IncomingBytes', 'PutRecord.Success'),
    stream: text,
  })
  const sample =
    /^([a-z_][a-z0-9_]*)\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\} -?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/
  fc.assert(
    fc.property(fc.array(one, { maxLength: 20 }), fc.double({ noNaN: true, noDefaultInfinity: true }), (all, value) => {
      const { metrics } = metricsAt(start)
      for (const { name, stream } of all) metrics.series(incoming(stream, { name })).add(value)
      const seen = new Set<string>()
      let family = ''
      for (const line of metrics.prometheus().split('\n').slice(0, -1)) {
        const [, help] = /^# HELP (\S+) \S/.exec(line) ?? []
        const [, typed] = /^# TYPE (\S+) (?:counter|gauge)$/.exec(line) ?? []
        const [, name] = sample.exec(line) ?? []
        if (help) {
          assert.ok(!seen.has(help), 'a family stands in one piece')
          seen.add(help)
          family = help
        } else assert.equal(typed ?? name, family, line)
      }
    }),
  )
})

test('the same name is the same series, in whatever order its dimensions are written', () => {
  const { metrics } = metricsAt(start)
  const one = metrics.series(incoming('', { dimensions: { StreamName: 's', ShardId: '1' } }))
  assert.equal(one, metrics.series(incoming('', { dimensions: { ShardId: '1', StreamName: 's' } })))
  assert.notEqual(one, metrics.series(incoming('s')))
  assert.notEqual(one, metrics.series(incoming('', { dimensions: { ShardId: '2', StreamName: 's' } })))
})

test('a series that ended is shown no more, and one of its name begins anew', () => {
  const { metrics } = metricsAt(start)
  const gone = metrics.series(incoming())
  gone.add(5)
  gone.end()
  assert.equal(metrics.prometheus(), '')
  metrics.series(incoming()).add(1)
  gone.add(100)
  gone.end()
  assert.match(metrics.prometheus(), /_sum\{.*\} 1\n/)
})

test('a sample that is no number is a bug of who counts', () => {
  const { metrics } = metricsAt(start)
  assert.throws(() => metrics.series(incoming()).add(Number.NaN), /finite/)
})

test('the minutes hold exactly the samples that fell into them, in any order of time', () => {
  const sample = fc.record({ at: fc.integer({ min: 0, max: 5 * hour }), value: fc.integer({ min: -50, max: 50 }) })
  fc.assert(
    fc.property(fc.array(sample), fc.nat(6 * hour), fc.nat(6 * hour), (samples, from, to) => {
      const history = new MinuteHistory(new MinuteBudget())
      for (const { at, value } of samples) history.add(start + at, value)
      const groups = Map.groupBy(samples, ({ at }) => start + Math.floor(at / minute) * minute)
      const expected = [...groups]
        .filter(([at]) => at >= start + from && at < start + to)
        .sort(([one], [other]) => one - other)
        .map(([at, of]) => {
          const values = of.map(({ value }) => value)
          const sum = values.reduce((one, other) => one + other, 0)
          return { at, count: of.length, sum, minimum: Math.min(...values), maximum: Math.max(...values) }
        })
      assert.deepEqual(history.between(start + from, start + to), expected)
    }),
  )
})

test('all series share one bound: the oldest hours go first, and minutes older than 15 days always', () => {
  const budget = new MinuteBudget(3)
  const [one, other] = [new MinuteHistory(budget), new MinuteHistory(budget)]
  const hours = (history: MinuteHistory) => history.between(0, 1e15).map(({ at }) => (at - start) / hour)
  for (let at = 0; at < 5; at++) one.add(start + at * hour, 1)
  assert.deepEqual(hours(one), [2, 3, 4])
  other.add(start + 4 * hour, 1)
  assert.deepEqual([hours(one), hours(other)], [[3, 4], [4]])
  other.add(start + (15 * 24 + 3) * hour, 1)
  assert.deepEqual([hours(one), hours(other)], [[4], [4, 15 * 24 + 3]])
  one.end()
  for (const at of [1, 2]) other.add(start + (15 * 24 + 3 + at) * hour, 1)
  assert.equal(hours(other).length, 3)
})
