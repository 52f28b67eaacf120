/**
 * A Firehose delivery stream: it gathers records and puts them into a bucket as objects, each record exactly once.
 *
 *     const raw = delivery('temperature-to-s3', {
 *       from: readings,
 *       to: bucket('temperature-data-bucket').prefix('raw_data/'),
 *       buffer: { seconds: 60, mebibytes: 5 },
 *       compression: 'gzip',
 *     })
 */
import { type Columns, checkColumns } from '../column.ts'
import { costTags } from '../cost-tags.ts'
import { DefinitionMistake, known, ofKind, oneOf, text, told, truth, wholeNumber } from '../mistake.ts'
import { deliveryName, named } from '../names.ts'
import { type Acting, frozen, type Part, type Tagged } from '../part.ts'
import { checkZone } from '../partitioning.ts'
import type { Bucket, Location } from './bucket.ts'
import { locationOf } from './bucket.ts'
import { actingIn, type Role } from './role.ts'
import type { Stream } from './stream.ts'

export type Compression = 'none' | 'gzip' | 'zip' | 'snappy' | 'hadoop-snappy'

interface Common extends Tagged, Acting {
  /** `year/month/day/hour/` of the delivery, in UTC, comes behind it, unless `timeFolders` is false. */
  readonly to: Location | Bucket
  /** Whichever comes first, before compression: 0 to 900 seconds, 1 to 128 MiB; 300 and 5 unless given. */
  readonly buffer?: { readonly seconds?: number; readonly mebibytes?: number }
  /** None unless given. */
  readonly compression?: Compression
  /** Behind `to`; Firehose's `!{timestamp:…}` expressions may stand in it. Its own `yyyy/MM/dd/HH/` unless given. */
  readonly folders?: string
  /** The zone of the folders' timestamps, such as 'Asia/Tokyo'; UTC unless given. */
  readonly zone?: string
  /** Where records that cannot be processed go, in the same bucket; `errors/` unless given. */
  readonly errors?: string
  /** A newline after each record, so that one line is one record. True unless said otherwise. */
  readonly newline?: boolean
}

/** From a stream, whose records it delivers. */
export interface StreamDeliveryOptions<C extends Columns> extends Common {
  readonly from: Stream<C>
}
/** From programs that put records to it directly. */
export interface DirectDeliveryOptions<C extends Columns> extends Common {
  readonly record: C
}

export interface Delivery<C extends Columns = Columns> extends Part {
  readonly kind: 'delivery'
  readonly record: C
  /** Absent where programs put records to it directly. */
  readonly from?: Stream<C>
  readonly to: Location
  readonly buffer: { readonly seconds: number; readonly mebibytes: number }
  readonly compression: Compression
  readonly folders?: string
  readonly zone: string
  readonly errors: string
  readonly newline: boolean
  readonly role?: Role
  readonly tags: Readonly<Record<string, string>>
}

const optionNames = [
  'from',
  'record',
  'to',
  'buffer',
  'compression',
  'folders',
  'zone',
  'errors',
  'newline',
  'role',
  'tags',
]

export function delivery<const C extends Columns>(
  name: string,
  options: StreamDeliveryOptions<C> | DirectDeliveryOptions<C>,
): Delivery<C> {
  named("A delivery's name", name, deliveryName)
  const what = `The delivery ${name}`
  known(what, options, optionNames)
  const from = 'from' in options ? options.from : undefined
  const given = 'record' in options ? options.record : undefined
  if ((from === undefined) === (given === undefined))
    throw new DefinitionMistake(`${what} takes its records either from a stream or directly: give it from or record.`)
  const { buffer = {}, compression = 'none', folders, zone = 'UTC', errors = 'errors/', newline = true } = options
  const { role } = options
  if (from !== undefined) ofKind(`${what}: from`, from, ['stream'], "a stream, stream('name', { record: … })")
  actingIn(what, role, 'firehose')
  oneOf(`${what}: compression`, compression, ['none', 'gzip', 'zip', 'snappy', 'hadoop-snappy'])
  checkZone(zone)
  checkFolder(`${what}: folders`, folders, 'random-string')
  checkFolder(`${what}: errors`, errors, 'random-string|error-output-type')
  truth(`${what}: newline`, newline)
  known(`${what}: buffer`, buffer, ['seconds', 'mebibytes'])
  const { seconds = 300, mebibytes = 5 } = buffer
  wholeNumber(`${what}: the seconds of its buffer`, seconds, { min: 0, max: 900 })
  wholeNumber(`${what}: the mebibytes of its buffer`, mebibytes, { min: 1, max: 128 })
  return frozen({
    kind: 'delivery',
    name,
    record: from?.record ?? checkColumns(`${what}: the record's columns`, given as C),
    ...(from !== undefined && { from }),
    to: locationOf(`${what}: to`, options.to),
    buffer: { seconds, mebibytes },
    compression,
    ...(folders !== undefined && { folders }),
    zone,
    errors,
    newline,
    ...(role !== undefined && { role }),
    tags: costTags(what, options.tags),
  })
}

/** The expressions that Firehose knows here; its patterns of timestamps are checked where it is made. */
function checkFolder(what: string, folder: string | undefined, words: string): void {
  text(what, folder, "'!{timestamp:yyyy}/'")
  if (folder === undefined) return
  if (folder.startsWith('/'))
    throw new DefinitionMistake(`${what} begins with no slash, as keys of S3 do not: ${told(folder)}`)
  const known = new RegExp(`^!\\{(timestamp:[^}]+|firehose:(${words}))\\}`)
  const wrong = [...folder.matchAll(/!\{/g)].find(({ index }) => !known.test(folder.slice(index)))
  if (wrong)
    throw new DefinitionMistake(
      `${what}: an expression is !{timestamp:yyyy-MM-dd} or such, or !{firehose:…} with ${words.replace('|', ' or ')}: ${told(folder.slice(wrong.index))}`,
    )
}
