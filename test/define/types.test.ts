/** What the types of a definition promise: rows flow from part to part, and what cannot be does not compile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bucket,
  by,
  column,
  DefinitionMistake,
  day,
  delivery,
  files,
  job,
  lake,
  type RecordOf,
  type Row,
  stream,
  table,
} from '../../src/define/define.ts'

const readings = stream('temperature-stream', {
  record: {
    device_id: column.string(),
    temperature: column.double(),
    timestamp: column.epochSeconds(),
    room: column.string({ optional: true }),
  },
  partitionKey: 'device_id',
  shards: 1,
})
const raw = delivery('temperature-to-s3', {
  from: readings,
  to: bucket('temperature-data-bucket').prefix('raw_data/'),
  buffer: { seconds: 60, mebibytes: 5 },
  compression: 'gzip',
})
const telemetry = table('device_telemetry', {
  at: bucket('temperature-analytics-bucket').prefix('curated/device_telemetry/'),
  columns: { device_id: column.string(), temperature: column.double(), event_time: column.timestamp() },
  partitionBy: day('event_time', { zone: 'Asia/Tokyo' }),
})
const curate = job('curate', {
  from: raw,
  into: telemetry,
  deadLetters: bucket('temperature-analytics-bucket').prefix('dead_letters/'),
  required: ['device_id', 'temperature', 'timestamp'],
  sql: 'SELECT device_id, temperature, from_unixtime(timestamp) AS event_time FROM source',
  every: '5 minutes',
})
const temperature = lake('temperature', { region: 'ap-northeast-1', parts: [curate] })

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>) => undefined

test('a row of a table has the declared columns and those of its folders', () => {
  type Telemetry = Row<typeof telemetry>
  same<
    Telemetry,
    {
      readonly device_id: string
      readonly temperature: number
      readonly event_time: string
      readonly year: number
      readonly month: number
      readonly day: number
    }
  >(true)
})

test('a record is put with its optional columns or without, and read with null in their place', () => {
  same<Row<typeof raw>['room'], string | null>(true)
  const uploads = files(bucket('uploads'), { record: { id: column.string(), at: column.epochSeconds() } })
  same<Row<typeof uploads>, { readonly id: string; readonly at: number }>(true)
  same<RecordOf<typeof uploads>['at'], number | Date>(true)
  assert.equal(uploads.kind, 'files')
  const record: RecordOf<typeof readings> = { device_id: 'a', temperature: 21.5, timestamp: new Date(0) }
  assert.equal(record.device_id, 'a')
})

test('what cannot be does not compile, and is refused in words where there are no types', () => {
  const record = { device_id: column.string(), at: column.epochSeconds() }
  const at = bucket('somewhere').prefix('here/')
  const refused = (build: () => unknown, words: RegExp) =>
    assert.throws(build, error => error instanceof DefinitionMistake && words.test(error.message))
  // @ts-expect-error the partition key is no column
  refused(() => stream('s', { record, partitionKey: 'device' }), /no column of its record, which has device_id, at/)
  // @ts-expect-error the column was renamed
  refused(() => table('t', { at, columns: record, partitionBy: day('event_time') }), /no column of it/)
  // @ts-expect-error a day cannot be cut out of text
  refused(() => table('t', { at, columns: record, partitionBy: day('device_id') }), /which is a string/)
  // @ts-expect-error folders are named by a column
  refused(() => table('t', { at, columns: record, partitionBy: by('room') }), /no column of it/)
  const working = { from: raw, into: telemetry, sql: 'SELECT 1 AS a FROM source' } as const
  // @ts-expect-error a required column that the source lacks
  refused(() => job('j', { ...working, required: ['humidity'] }), /no column of its source/)
  // @ts-expect-error archived objects cannot be read at once
  refused(() => bucket('b-1', { archiveAccess: { archiveAfterDays: 90 } }), /promises immediate access/)
  const move = [{ afterDays: 1, to: 'GLACIER' }] as const
  // @ts-expect-error nor those of Glacier
  refused(() => bucket('b-1', { lifecycle: [{ move }] }), /promises immediate access/)
  // @ts-expect-error a misspelt option
  refused(() => delivery('d', { from: readings, to: at, bufer: { seconds: 60 } }), /has no option bufer/)
  refused(() => table('t', { at, columns: { a: column.array(column.string()) }, format: 'csv' }), /single values/)
  const lines = table('t', { at, columns: { a: column.string(), on: column.date() }, format: 'csv' })
  refused(() => job('j', { ...working, into: lines }), /csv: there a date such as on is read as a number/)
  const parted = table('t', {
    at,
    columns: { a: column.string(), b: column.string() },
    partitionBy: by('b'),
    format: 'json',
  })
  refused(() => job('j', { ...working, into: parted, write: 'replace' }), /json with partitions/)
  // @ts-expect-error not a time
  refused(() => job('j', { ...working, every: 'now and then' }), /this is no such time/)
})

test('a definition is plain frozen data, with every part once and behind those it stands on', () => {
  assert.deepEqual(
    temperature.parts.map(({ kind, name }) => `${kind} ${name}`),
    [
      'bucket temperature-data-bucket',
      'stream temperature-stream',
      'delivery temperature-to-s3',
      'bucket temperature-analytics-bucket',
      'table device_telemetry',
      'job curate',
    ],
  )
  assert.deepEqual(JSON.parse(JSON.stringify(temperature)).parts.length, 6)
  const isFrozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))
  assert.ok(isFrozen(temperature))
  structuredClone(temperature)
})

test('one name for two definitions is refused', () => {
  const other = bucket('temperature-data-bucket', { versioning: false })
  const more = table('more', { at: other, columns: { a: column.string() } })
  assert.throws(
    () => lake('temperature', { region: 'ap-northeast-1', parts: [curate, more] }),
    /two different definitions of the bucket temperature-data-bucket/,
  )
})
