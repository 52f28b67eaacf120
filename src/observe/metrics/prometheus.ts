/**
 * Figures as Prometheus' text format 0.0.4. Names follow the cloudwatch_exporter: the namespace, the metric and the
 * statistic in snake case; account, region and CloudWatch's dimensions as labels.
 *
 *     # HELP aws_kinesis_incoming_records_sum AWS/Kinesis IncomingRecords (Count), sum since the server's start
 *     # TYPE aws_kinesis_incoming_records_sum counter
 *     aws_kinesis_incoming_records_sum{account="000000000000",region="us-east-1",stream_name="orders"} 1500
 */
import type { MetricName } from '../../world/meter.ts'
import type { Minute } from './minutes.ts'

interface Shown {
  readonly metric: MetricName
  /** Since the start. */
  readonly count: number
  readonly sum: number
  readonly last: number
}

interface Statistic {
  readonly suffix: string
  readonly type: 'counter' | 'gauge'
  readonly means: string
  /** Undefined when there is nothing to tell: a gauge without a sample is left out. */
  of(shown: Shown, newest: readonly Minute[]): number | undefined
}

const statistics: readonly Statistic[] = [
  { suffix: 'sum', type: 'counter', means: "sum since the server's start", of: ({ sum }) => sum },
  {
    suffix: 'sample_count',
    type: 'counter',
    means: "number of samples since the server's start",
    of: ({ count }) => count,
  },
  {
    suffix: 'minimum',
    type: 'gauge',
    means: 'smallest sample of this minute and the one before',
    of: (_, newest) => (newest.length > 0 ? Math.min(...newest.map(({ minimum }) => minimum)) : undefined),
  },
  {
    suffix: 'maximum',
    type: 'gauge',
    means: 'largest sample of this minute and the one before',
    of: (_, newest) => (newest.length > 0 ? Math.max(...newest.map(({ maximum }) => maximum)) : undefined),
  },
  { suffix: 'last', type: 'gauge', means: 'the newest sample', of: ({ last }) => last },
]

export function prometheusText<T extends Shown>(all: Iterable<T>, newestOf: (shown: T) => readonly Minute[]): string {
  const families = new Map<string, { readonly head: string; readonly lines: string[] }>()
  for (const shown of all) {
    const { metric } = shown
    const newest = newestOf(shown)
    for (const { suffix, type, means, of } of statistics) {
      const value = of(shown, newest)
      if (value === undefined) continue
      const name = `${snake(metric.namespace)}_${snake(metric.name)}_${suffix}`
      const help = escapeHelp(`${metric.namespace} ${metric.name} (${metric.unit}), ${means}`)
      const family = families.get(name) ?? { head: `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`, lines: [] }
      families.set(name, family)
      family.lines.push(`${name}{${labels(metric)}} ${value}\n`)
    }
  }
  const sorted = [...families].sort(([one], [other]) => (one < other ? -1 : 1))
  return sorted.map(([, { head, lines }]) => head + lines.sort().join('')).join('')
}

function labels({ account, region, dimensions }: MetricName): string {
  const pairs = Object.entries(dimensions).map(([name, value]) => [snake(name), value])
  return [['account', account], ['region', region], ...pairs.sort()]
    .map(([name, value = '']) => `${name}="${escapeLabel(value)}"`)
    .join(',')
}

/** `AWS/Kinesis` aws_kinesis, `DeliveryToS3.Success` delivery_to_s3_success. */
const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .toLowerCase()

const escapeHelp = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
const escapeLabel = (text: string): string => escapeHelp(text).replace(/"/g, '\\"')
