/**
 * A Firehose delivery stream: it gathers records and puts them into a bucket as objects, each record exactly once.
 *
 *     const raw = delivery('temperature-to-s3', {
 *       from: readings,
 *       to: bucket('temperature-data-bucket').prefix('raw_data/'),
 *       buffer: { seconds: 60, mebibytes: 5 },
 *       compression: 'gzip',
 *     })
 *     const straight = delivery('temperature-to-table', { from: readings, into: telemetry })     // as Parquet
 */
import { type Columns, checkColumns } from '../column.ts'
import { costTags } from '../cost-tags.ts'
import { DefinitionMistake, known, ofKind, oneOf, text, told, truth, wholeNumber } from '../mistake.ts'
import { deliveryName, named } from '../names.ts'
import { type Acting, frozen, type Part, type Tagged } from '../part.ts'
import { checkZone } from '../partitioning.ts'
import type { Bucket, Location } from './bucket.ts'
import { locationOf } from './bucket.ts'
import { checkBy, checkInto } from './delivery-checks.ts'
import { timeOf } from './delivery-folders.ts'
import { actingIn, type Role } from './role.ts'
import type { Stream } from './stream.ts'
import type { Table } from './table.ts'

export type Compression = 'none' | 'gzip' | 'zip' | 'snappy' | 'hadoop-snappy'

interface Common extends Tagged, Acting {
  /** Whichever comes first, before compression: 0 to 900 seconds, 1 to 128 MiB; 300 and 5 unless given, 64 at least with `into` or `by`. */
  readonly buffer?: { readonly seconds?: number; readonly mebibytes?: number }
  /** Behind `to`; Firehose's `!{timestamp:…}` expressions may stand in it. Its own `yyyy/MM/dd/HH/` unless given. */
  readonly folders?: string
  /** The zone of the folders' timestamps, such as 'Asia/Tokyo'; UTC unless given. */
  readonly zone?: string
  /** Where records that cannot be processed go, in the same bucket; `errors/` unless given. */
  readonly errors?: string
}

/** From a stream, whose records it delivers, or from programs that put records to it directly. */
type From<C extends Columns> =
  | { readonly from: Stream<C>; readonly record?: never }
  | { readonly record: C; readonly from?: never }

/** As they came. */
interface ToPlace<C extends Columns> {
  readonly to: Location | Bucket
  readonly into?: never
  /** None unless given. */
  readonly compression?: Compression
  /** A newline after each record, so that one line is one record. True unless said otherwise. */
  readonly newline?: boolean
  /** Members of the record whose values name folders, `device_type=lamp/`, above those of the time. */
  readonly by?: readonly (keyof NoInfer<C> & string)[]
}

/** As Parquet, by the columns of a table, at its place. */
interface IntoTable {
  readonly into: Table
  readonly to?: never
  readonly compression?: never
  readonly newline?: never
  readonly by?: never
}

export type DeliveryOptions<C extends Columns> = Common & From<C> & (ToPlace<C> | IntoTable)

export interface Delivery<C extends Columns = Columns> extends Part {
  readonly kind: 'delivery'
  readonly record: C
  /** Absent where programs put records to it directly. */
  readonly from?: Stream<C>
  /** The table's place, where there is one. */
  readonly to: Location
  /** Records become Parquet by its columns. */
  readonly into?: Table
  readonly by?: readonly string[]
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
  'into',
  'by',
  'buffer',
  'compression',
  'folders',
  'zone',
  'errors',
  'newline',
  'role',
  'tags',
]

export function delivery<const C extends Columns>(name: string, options: DeliveryOptions<C>): Delivery<C> {
  named("A delivery's name", name, deliveryName)
  const what = `The delivery ${name}`
  known(what, options, optionNames)
  const { from, record: given, into, by = [] } = options
  if ((from === undefined) === (given === undefined))
    throw new DefinitionMistake(`${what} takes its records either from a stream or directly: give it from or record.`)
  if ((options.to === undefined) === (into === undefined))
    throw new DefinitionMistake(
      `${what} puts its records either to a place as they came or into a table as Parquet: give it to: bucket('raw').prefix('raw/') or into: the table.`,
    )
  const { buffer = {}, compression = 'none', folders, zone = 'UTC', errors = 'errors/' } = options
  const { newline = into === undefined } = options
  const { role } = options
  if (from !== undefined) ofKind(`${what}: from`, from, ['stream'], "a stream, stream('name', { record: … })")
  actingIn(what, role, 'firehose')
  oneOf(`${what}: compression`, compression, ['none', 'gzip', 'zip', 'snappy', 'hadoop-snappy'])
  checkZone(zone)
  checkFolder(`${what}: folders`, folders, 'random-string')
  checkFolder(`${what}: errors`, errors, 'random-string|error-output-type')
  truth(`${what}: newline`, newline)
  known(`${what}: buffer`, buffer, ['seconds', 'mebibytes'])
  const record = from?.record ?? checkColumns(`${what}: the record's columns`, given as C)
  if (into !== undefined) checkInto(what, record, into, options)
  checkBy(what, record, by)
  const isLarge = into !== undefined || by.length > 0
  const { seconds = 300, mebibytes = isLarge ? 64 : 5 } = buffer
  wholeNumber(`${what}: the seconds of its buffer`, seconds, { min: by.length > 0 || timeOf(into) ? 1 : 0, max: 900 })
  wholeNumber(`${what}: the mebibytes of its buffer${isLarge ? ', with into or by,' : ''}`, mebibytes, {
    min: isLarge ? 64 : 1,
    max: 128,
  })
  return frozen({
    kind: 'delivery',
    name,
    record,
    ...(from !== undefined && { from }),
    to: into?.at ?? locationOf(`${what}: to`, options.to as Location),
    ...(into !== undefined && { into }),
    ...(by.length > 0 && { by }),
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
