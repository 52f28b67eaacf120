/**
 * The folders of what a delivery writes: Firehose's prefix, and the jq by which a record says its own. A table whose folders are cut out
 * of a moment is filled so, too: Firehose registers no partitions, so the table's are projected, and what no projection would find is an
 * error of the record.
 * https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
 */
import { type Columns, catalogName } from '../column.ts'
import { DefinitionMistake } from '../mistake.ts'
import type { TimePartitioning, TimeUnit } from '../partitioning.ts'
import type { Delivery } from './delivery.ts'
import type { Table } from './table.ts'

type Folders = Pick<Delivery, 'by' | 'folders' | 'into' | 'record' | 'to'>
/** A table whose folders are cut out of a moment. */
type Cut = Table & { readonly partitionBy: TimePartitioning }

/** Once an expression stands in it, Firehose adds no folders of the time itself. */
export function prefixOf({ to, by = [], folders, into }: Folders): string {
  const cut = timeOf(into)
  if (cut) return to.prefix + cut.units.map(unit => `${unit}=!{partitionKeyFromQuery:${unit}}/`).join('')
  const members = by.map(name => `${catalogName(name)}=!{partitionKeyFromQuery:${name}}/`).join('')
  return `${to.prefix}${members}${folders ?? (members === '' ? '' : '!{timestamp:yyyy/MM/dd/HH}/')}`
}

/** The jq that finds what the prefix names; null where it names nothing of a record. */
export function partitionsOf({ by = [], into, record }: Folders): string | null {
  if (into && isCut(into)) return cutting(into, record)
  return by.length === 0 ? null : `{${by.map(name => `${name}: .${name}`).join(', ')}}`
}

/** Athena's projection of a table that a delivery fills. Its years are what the jq lets through. */
export function projectionOf({ units }: TimePartitioning): Readonly<Record<string, string>> {
  const columns = units.flatMap(unit => [
    [`projection.${unit}.type`, 'integer'],
    [`projection.${unit}.range`, ranges[unit]],
  ])
  return { 'projection.enabled': 'true', ...Object.fromEntries(columns) }
}

const isCut = (into: Table): into is Cut => into.partitionBy?.kind === 'time'

export const timeOf = (into: Table | undefined): TimePartitioning | undefined =>
  into && isCut(into) ? into.partitionBy : undefined

/** Throws where Firehose could not tell a record's folder, or nobody would see what is in it. */
export function checkFolders(
  what: string,
  record: Columns,
  into: Table,
  options: { readonly folders?: unknown; readonly zone?: unknown },
) {
  const { name, columns, partitionBy } = into
  if (partitionBy === undefined) return
  const instead = 'Deliver with to, and let a job write the table: it registers what it writes.'
  if (partitionBy.kind === 'columns')
    throw new DefinitionMistake(
      `${what} cannot fill the table ${name}, whose folders are values of ${partitionBy.of.join(', ')}: Firehose registers no partitions in the catalog, and Athena cannot know beforehand which values there will be. ${instead}`,
    )
  const { of, zone, units } = partitionBy
  if (units.includes('hour'))
    throw new DefinitionMistake(
      `${what} cannot fill the table ${name}, whose folders are hours: Firehose registers none in the catalog, so a query that names no day would have to look for each hour of ${years}. Cut days, or deliver with to, and let a job write the table.`,
    )
  if (columns[of]?.optional || memberOf(record, of)?.[1].optional)
    throw new DefinitionMistake(
      `${what}: a record without ${of} would have no folder of the table ${name}, so ${of} cannot be optional.`,
    )
  const moment = columns[of]?.moment
  if (moment !== 'epochSeconds' && moment !== 'epochMilliseconds')
    throw new DefinitionMistake(
      `${what} cannot fill the table ${name}, whose folders are cut out of ${of}: Firehose's jq counts with epochSeconds and epochMilliseconds, and ${of} is a ${columns[of]?.type}. ${instead}`,
    )
  if (offsetSeconds(zone) === undefined)
    throw new DefinitionMistake(
      `${what} cannot fill the table ${name}, whose folders are cut in ${zone}: its clocks change, and Firehose's jq knows no zones. Cut them in UTC or in a zone of one offset. ${instead}`,
    )
  for (const [option, value] of Object.entries(options))
    if (value !== undefined)
      throw new DefinitionMistake(`${what}: the table ${name} says which folders there are: leave ${option} out.`)
}

/** What a zone is ahead of UTC, where that never changes in the years of a projection. */
function offsetSeconds(zone: string): number | undefined {
  const first = Temporal.Instant.fromEpochMilliseconds(firstSecond * 1000).toZonedDateTimeISO(zone)
  const change = first.getTimeZoneTransition('next')
  const isConstant = change === null || change.epochMilliseconds >= endSecond * 1000
  return isConstant ? first.offsetNanoseconds / 1e9 : undefined
}

/**
 * `{year: (…), month: (…)}`, numbers as the projection writes them: without zeros in front. What is counted is the table's to say: the
 * record's member has its type, and may be a mere number.
 */
function cutting({ columns, partitionBy: { of, zone, units } }: Cut, record: Columns): string {
  const [member] = memberOf(record, of) ?? [of]
  const seconds = columns[of]?.moment === 'epochMilliseconds' ? `(.${member} / 1000)` : `.${member}`
  const held = `(${seconds} | if . >= ${firstSecond} and . < ${endSecond} then . else error("${of} is no moment of ${years}") end)`
  const offset = offsetSeconds(zone) ?? 0
  const wall = offset === 0 ? `${held} | floor` : `${held} + ${offset} | floor`
  return `{${units.map(unit => `${unit}: (${wall} | strftime("${codes[unit]}") | tonumber)`).join(', ')}}`
}

/** In any case: catalogs know none. */
const memberOf = (record: Columns, column: string) =>
  Object.entries(record).find(([name]) => catalogName(name) === catalogName(column))

const codes: Readonly<Record<TimeUnit, string>> = { year: '%Y', month: '%m', day: '%d', hour: '%H' }
const ranges: Readonly<Record<TimeUnit, string>> = { year: '2020,2039', month: '1,12', day: '1,31', hour: '0,23' }
/** So many that a query without a day finds its way through their days in a second or two. */
const years = 'the years 2020 to 2039'
/** A day inside of the years' borders, so that no zone's offset leaves them. */
const firstSecond = Date.UTC(2020, 0, 2) / 1000
const endSecond = Date.UTC(2039, 11, 31) / 1000
