/**
 * What a definition says that AWS would take, and that nobody can have meant, or should know of: found in the definition
 * alone. `mistake` must be mended, `warning` should be looked at, `note` is good to know.
 */
import { circlesOf } from './circles.ts'
import type { Columns } from './column.ts'
import type { LakeDefinition } from './lake.ts'
import type { Bucket, Location } from './parts/bucket.ts'
import { urlOf } from './parts/bucket.ts'
import type { Delivery } from './parts/delivery.ts'
import type { Job } from './parts/job.ts'
import type { Table } from './parts/table.ts'

export interface Finding {
  readonly level: 'mistake' | 'warning' | 'note'
  /** `job curate` */
  readonly part: string
  readonly text: string
  /** Where in a job's SQL, both from 1. */
  readonly place?: { readonly line: number; readonly column: number }
}

export function adviceOf({ parts }: LakeDefinition): readonly Finding[] {
  const tables = parts.filter(part => part.kind === 'table')
  const deliveries = parts.filter(part => part.kind === 'delivery')
  const jobs = parts.filter(part => part.kind === 'job')
  const written = new Set(jobs.map(({ into }) => into))
  return [
    ...sharedFolders(tables),
    ...circlesOf(jobs),
    ...parts.flatMap(part => {
      switch (part.kind) {
        case 'job':
          return [...ofJob(part), ...filledAlready(part, deliveries)]
        case 'table':
          return [...ofTable(part), ...intruders(part, deliveries, written)]
        case 'delivery':
          return [...ofDelivery(part)]
        default:
          return []
      }
    }),
  ]
}

const lies = (inner: Location, outer: Location) =>
  inner.bucket.name === outer.bucket.name && inner.prefix.startsWith(outer.prefix)

function* sharedFolders(tables: readonly Table[]): Generator<Finding> {
  for (const [index, table] of tables.entries())
    for (const other of tables.slice(0, index))
      if (lies(table.at, other.at) || lies(other.at, table.at))
        yield {
          level: 'mistake',
          part: `table ${table.name}`,
          text: `It lies at ${urlOf(table.at)}, and the table ${other.name} at ${urlOf(other.at)}: each would read the other's files. Give each a folder of its own.`,
        }
}

/** A table of JSON that nobody writes is there to read what is delivered. */
function* intruders(table: Table, deliveries: readonly Delivery[], written: ReadonlySet<Table>): Generator<Finding> {
  const isOfRecords = table.format === 'json' && !written.has(table)
  for (const { name, to, into, compression } of deliveries)
    if (into !== table && lies(to, table.at) && !(isOfRecords && (compression === 'none' || compression === 'gzip')))
      yield {
        level: 'mistake',
        part: `table ${table.name}`,
        text: `The delivery ${name} puts its objects into ${urlOf(to)}, where the table's files are: they would be read as rows of ${table.format}. Let it deliver elsewhere.`,
      }
}

/** What a delivery fills is projected, and Glue registers partitions, which nobody would look up. */
function* filledAlready({ name, into }: Job, deliveries: readonly Delivery[]): Generator<Finding> {
  const filling = deliveries.find(delivery => delivery.into === into)
  if (filling !== undefined && into.partitionBy !== undefined)
    yield {
      level: 'mistake',
      part: `job ${name}`,
      text: `The delivery ${filling.name} fills the table ${into.name}, whose partitions are projected for it, and a job does not write to such a table. Give the job a table of its own.`,
    }
}

const mapsOf = (columns: Columns): readonly string[] =>
  Object.keys(columns).filter(name => columns[name]?.type.includes('map<'))

function* ofTable({ name, at, columns, partitionBy, format }: Table): Generator<Finding> {
  const part = `table ${name}`
  if (partitionBy?.kind === 'time' && partitionBy.zone === 'UTC' && partitionBy.units.length > 2)
    yield {
      level: 'note',
      part,
      text: "Its days are cut in UTC. Where people mean another day, say so: day('…', { zone: 'Asia/Tokyo' }).",
    }
  if (partitionBy?.kind === 'time' && partitionBy.zone !== 'UTC')
    yield {
      level: 'note',
      part,
      text: `Its folders are cut in ${partitionBy.zone}, its timestamps are UTC: ask for a day by ${partitionBy.units.join(', ')}, or turn ${partitionBy.of} into the zone before comparing.`,
    }
  const maps = format === 'json' ? mapsOf(columns) : []
  if (maps.length > 0)
    yield {
      level: 'warning',
      part,
      text: `Athena reads JSON by OpenX's SerDe, which makes the keys of maps lower case: those of ${maps.join(', ')}. Make the table parquet where their case counts.`,
    }
  if (format !== 'parquet' && partitionBy === undefined)
    yield { level: 'note', part, text: `Every query reads all of it: it is ${format} without partitions.` }
  for (const rule of lifecycleOver(at))
    yield {
      level: 'warning',
      part,
      text: `Its files are removed after ${rule} days by the bucket's lifecycle, while the catalog keeps their partitions.`,
    }
}

function* lifecycleOver({ bucket, prefix }: Location): Generator<number> {
  for (const rule of (bucket as Bucket).lifecycle)
    if (rule.expireAfterDays !== undefined && prefix.startsWith(rule.prefix ?? '')) yield rule.expireAfterDays
}

function* ofDelivery({ name, to, into, errors, buffer, from }: Delivery): Generator<Finding> {
  const part = `delivery ${name}`
  if (into !== undefined)
    yield {
      level: 'note',
      part,
      text: `What is no JSON, or does not fit the columns of ${into.name}, goes to ${errors} with the reason, and waits there for you.`,
    }
  const maps = into === undefined ? [] : mapsOf(into.columns)
  if (maps.length > 0)
    yield {
      level: 'warning',
      part,
      text: `Firehose reads JSON by OpenX's SerDe, which makes the keys of maps lower case: those of ${maps.join(', ')}. Let a job write the table where their case counts.`,
    }
  if (errors !== '' && errors.startsWith(to.prefix))
    yield {
      level: 'warning',
      part,
      text: `What cannot be processed goes to ${errors}, inside of ${urlOf(to)}: who reads the records would read it too. Choose a folder beside it.`,
    }
  if (buffer.seconds < 60 && from !== undefined)
    yield {
      level: 'note',
      part,
      text: `A buffer of ${buffer.seconds} s makes an object as often as that: many small objects cost queries and requests.`,
    }
}

function* ofJob(job: Job): Generator<Finding> {
  const { from, into, reads, deadLetters, write, takes } = job
  const part = `job ${job.name}`
  const source = from.kind === 'delivery' ? from.to : from.at
  if (from.kind === 'table' ? from.name === into.name : lies(into.at, source) || lies(source, into.at))
    yield {
      level: 'mistake',
      part,
      text: `It writes where it reads (${urlOf(into.at)}), so each run would read what the run before wrote. Give the table ${into.name} a place of its own.`,
    }
  if (reads.some(({ name }) => name === into.name))
    yield {
      level: write === 'replace' ? 'mistake' : 'warning',
      part,
      text: `It reads the table ${into.name} that it writes. ${write === 'replace' ? 'Glue refuses to overwrite what it reads: build a second table from it.' : 'Rows that it has just written are there for the next run.'}`,
    }
  for (const [what, place] of [
    ['source', source],
    ['table', into.at],
  ] as const)
    if (deadLetters !== undefined && lies(deadLetters, place))
      yield {
        level: 'mistake',
        part,
        text: `Its dead letters go to ${urlOf(deadLetters)}, inside of its ${what} ${urlOf(place)}, and would be read again. Put them beside it.`,
      }
  if (from.kind === 'delivery' && from.compression === 'zip')
    yield {
      level: 'mistake',
      part,
      text: 'It reads zipped objects, which neither Glue nor Athena can: deliver them as gzip.',
    }
  if (takes === 'all' && write === 'append')
    yield {
      level: 'warning',
      part,
      text: "It takes everything each time and appends it: rows come again with every run. Write takes: 'new', or write: 'replace'.",
    }
  if (takes === 'new' && write === 'replace')
    yield {
      level: 'warning',
      part,
      text: "It takes what is new and makes that the whole table: rows of earlier runs go. Write takes: 'all' for a table made anew each time.",
    }
}
