/** What a compiler would have refused is refused where it is written, in a sentence that says what is wanted: nobody has to run one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as define from '../../src/define/define.ts'
import { DefinitionMistake } from '../../src/define/mistake.ts'

type Untyped = Readonly<Record<string, (...given: unknown[]) => unknown>>
const { by, cron, crawler, day, delivery, files, job, lake, role, stream, table, workgroup } =
  define as unknown as Untyped
const { bucket, column } = define

const place = bucket('data-bucket').prefix('raw/')
const record = { a: column.string(), t: column.timestamp() }
const readings = define.stream('s', { record, partitionKey: 'a' })
const raw = define.delivery('d', { from: readings, to: place })
const rows = define.table('t', { at: place, columns: record })
const curate = { from: raw, into: rows, sql: 'SELECT a, t FROM source' }
const region = 'ap-northeast-1'

for (const [write, wanted] of [
  [() => stream?.('x'), /^The stream x takes an object with record, partitionKey, .*, not undefined\.$/],
  [() => stream?.('x', { partitionKey: 'a' }), /columns must be an object such as \{ device_id: column\.string\(\) \}/],
  [() => stream?.('x', { record, partitionKey: 'a', load: 5 }), /load takes an object with devices, everySeconds/],
  [
    () => stream?.('x', { record: { a: column.array(column.string()) }, partitionKey: 'a' }),
    /the partition key must be a single value, and a is array<string>/,
  ],
  [() => delivery?.('x', { from: 's', to: place }), /from must be a stream, .*, not "s"/],
  [() => delivery?.('x', { from: rows, to: place }), /from must be a stream, .*, not the table t/],
  [() => delivery?.('x', { from: readings }), /to must be bucket\('name'\) or .*, not undefined/],
  [() => delivery?.('x', { from: readings, to: 's3://data-bucket/raw/' }), /to must be bucket\('name'\) or/],
  [() => delivery?.('x', { from: readings, to: place, buffer: 60 }), /buffer takes an object with seconds, mebibytes/],
  [
    () => delivery?.('x', { from: readings, to: place, compression: 'brotli' }),
    /compression is 'none', 'gzip', .*, not "brotli"/,
  ],
  [() => delivery?.('x', { from: readings, to: place, zone: 'Asia/Tokio' }), /no time zone "Asia\/Tokio"/],
  [() => delivery?.('x', { from: readings, to: place, role: 'admin' }), /role must be role\('name', .*, not "admin"/],
  [() => job?.('x', { ...curate, from: undefined }), /from must be a delivery, files or a table .*, not undefined/],
  [
    () => job?.('x', { ...curate, from: readings }),
    /a stream carries is read where a delivery puts it\), not the stream s/,
  ],
  [() => job?.('x', { ...curate, into: place }), /into must be a table, .*, not the location/],
  [() => job?.('x', { ...curate, write: 'overwrite' }), /write is 'append' or 'replace', not "overwrite"/],
  [() => job?.('x', { ...curate, takes: 'old' }), /takes is 'new' or 'all', not "old"/],
  [() => job?.('x', { ...curate, reads: rows }), /reads must be a list such as \[tariff\], not the table t/],
  [() => job?.('x', { ...curate, reads: ['t'] }), /what it reads must be a table, not "t"/],
  [() => job?.('x', { ...curate, required: 'a' }), /required must be a list/],
  [() => job?.('x', { ...curate, sql: 5 }), /sql must be a text .*, not 5/],
  [() => job?.('x', { ...curate, deadLetters: 's3://b/' }), /deadLetters must be bucket\('name'\)/],
  [() => job?.('x', { ...curate, every: null }), /this is no such time: null/],
  [() => cron?.('0 3 * * * *'), /a \? for the day of the month .* or for the day of the week/],
  [() => cron?.('0 3 * * ? *', { zone: 'Asia/Tokio' }), /no time zone "Asia\/Tokio"/],
  [() => cron?.(5), /six fields/],
  [() => table?.('x', { at: 's3://b/', columns: record }), /at must be bucket\('name'\)/],
  [
    () => table?.('x', { at: place, columns: record, format: 'orc' }),
    /format is 'parquet', 'json' or 'csv', not "orc"/,
  ],
  [() => table?.('x', { at: place, columns: record, partitionBy: 'a' }), /partitionBy must be day\(/],
  [() => table?.('x', { at: place, columns: record, partitionBy: by?.() }), /partitioned by no column/],
  [() => day?.('t', { zon: 'Asia/Tokyo' }), /day has no option zon\. It takes zone/],
  [() => column.string({ optinal: true } as object), /has no option optinal\. It takes optional, comment/],
  [
    () => files?.(place, { record: { a: column.array(column.string()) }, format: 'csv' }),
    /csv has single values as fields/,
  ],
  [() => crawler?.('x', { at: 'raw/' }), /at must be bucket\('name'\)/],
  [() => workgroup?.('x', { results: place, scanLimit: 5 }), /scanLimit takes an object with mebibytes, gibibytes/],
  [() => role?.('x', { for: 'glue', may: [{ actions: 's3:*', on: ['*'] }] }), /actions must be a list/],
  [() => bucket('xxx', { access: 'soon' } as object), /access is 'immediate' or 'eventual', not "soon"/],
  [() => bucket('xxx', { lifecycle: { expireAfterDays: 1 } } as object), /lifecycle must be a list/],
  [
    () => bucket('xxx', { lifecycle: [{ move: [{ afterDays: 40, to: 'COLD' }] }] } as object),
    /moves to is 'STANDARD_IA', .*, not "COLD"/,
  ],
  [() => lake?.('x', { region, parts: curate }), /parts must be a list such as \[curate\]/],
  [() => lake?.('x', { region, parts: ['curate'] }), /parts are made by stream\(\), .*: "curate"/],
] as const)
  test(`${String(write)
    .replace(/^\(\) => /, '')
    .replace('?.', '')} is refused`, () => {
    assert.throws(write, error => {
      assert.ok(error instanceof DefinitionMistake, String(error))
      assert.match(error.message, wanted)
      return true
    })
  })
