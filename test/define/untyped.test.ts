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
const asked = { results: place }
const puts = { from: readings, to: place }
const glueRole = define.role('r', { for: 'glue', may: [] })

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
  [
    () => delivery?.('x', { from: readings }),
    /either to a place as they came or into a table .*: give it to: .* or into: the table/,
  ],
  [() => delivery?.('x', { from: readings, into: place }), /into must be a table, .*, not the location/],
  [() => delivery?.('x', { from: readings, to: place, by: 'room' }), /by must be a list such as .*, not "room"/],
  [() => delivery?.('x', { from: readings, to: place, by: ['toString'] }), /folders by "toString", which is no member/],
  [() => delivery?.('x', { from: readings, to: place, by: [7] }), /cannot name folders by 7, which is no member/],
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
  [() => lake?.('x', { region, parts: [] }), /The lake x has no parts\. Name those .* parts: \[curate\]/],
  [() => lake?.('x', { region, parts: [place] }), /parts are made by .*: the location/],
  [() => lake?.('x', { region, parts: [cron?.('0 3 * * ? *')] }), /parts are made by .*: the cron/],
  [() => lake?.('x', { region, parts: [{ kind: 'job', name: 'j' }] }), /parts are made by .*: the job j/],
  [() => lake?.('x', { region, parts: [() => rows] }), /parts are made by .*: the function$/],
  [() => lake?.('x', { region: 5, parts: [rows] }), /a region is written like 'ap-northeast-1': 5/],
  [
    () => lake?.('x', { region, parts: [rows], tags: [{ Key: 'a' }] }),
    /tags must be an object such as .*, not an array/,
  ],
  [
    () => lake?.('x', { region, parts: [rows], tags: { team: 5 } }),
    /the tag "team" must have a text as its value, not 5/,
  ],
  [() => stream?.('x', { record, partitionKey: 'a', tags: 'iot' }), /tags must be an object such as .*, not "iot"/],
  [() => bucket('xxx', { tags: { 'aws:x': '1' } }), /begins with aws:, which AWS keeps/],
  [() => bucket('xxx', { tags: { 'biwa:lake': '1' } }), /is Biwa's own/],
  [() => bucket('xxx', { tags: { '': '1' } }), /a tag's name has 1 to 128 characters/],
  [() => bucket('xxx', { tags: { a: 'x;y' } }), /may have letters, digits, spaces and the signs .*: "x;y"/],
  [() => bucket('xxx', { versioning: 'Enabled' } as object), /versioning is true or false, not "Enabled"/],
  [() => bucket('xxx', { encryption: 'aws:kms' } as object), /encryption is 'AES256' or \{ kmsKey: .*, not "aws:kms"/],
  [() => bucket('xxx', { lifecycle: [{ move: null }] } as object), /move must be a list .*, not null/],
  [() => bucket('xxx', { lifecycle: [{ move: [null] }] } as object), /a move takes an object with afterDays, to/],
  [
    () => bucket('xxx', { lifecycle: [{ expireAfterDays: 20, move: [{ afterDays: 30, to: 'STANDARD_IA' }] }] }),
    /removes objects after 20 days and moves them after 30/,
  ],
  [() => cron?.('0 25 * * ? *'), /A cron's hour is 0 to 23, .*; "25" is none of that, in "0 25 \* \* \? \*"/],
  [() => cron?.('0 5 ? * MON/2 *'), /day of the week is 1 \(Sunday\) to 7 .*; "MON\/2" is none of that/],
  [() => cron?.('0 ? 1 * ? *'), /its \? in the third or in the fifth field alone/],
  [() => cron?.('0 3 * * ? *', { zone: 'JST' }), /no time zone "JST"\. Write one of IANA's names/],
  [() => cron?.('0 3 * * ? *', { zone: '+09:00' }), /no time zone "\+09:00"/],
  [() => stream?.('x', { record, partitionKey: 'toString' }), /the partition key "toString" is no column/],
  [
    () => job?.('x', { ...curate, required: ['constructor'] }),
    /requires constructor, which is no column of its source/,
  ],
  [() => stream?.('x', { record, partitionKey: ['a'] }), /the partition key an array is no column/],
  [
    () => stream?.('x', { record, partitionKey: 'a', load: { devices: '9', everySeconds: 1 } }),
    /devices must be a number/,
  ],
  [() => stream?.('x', { record, partitionKey: 'a', kmsKey: 5 }), /kmsKey must be a text/],
  [() => delivery?.('x', { ...puts, folders: 5 }), /folders must be a text such as .*, not 5/],
  [() => delivery?.('x', { ...puts, folders: '/raw/' }), /folders begins with no slash/],
  [() => delivery?.('x', { ...puts, folders: '!{timestamp}/' }), /an expression is !\{timestamp:yyyy-MM-dd\} or such/],
  [() => delivery?.('x', { ...puts, errors: null }), /errors must be a text such as .*, not null/],
  [() => delivery?.('x', { ...puts, newline: 'yes' }), /newline is true or false, not "yes"/],
  [() => delivery?.('x', { ...puts, role: glueRole }), /role r, which is for glue, .* a role for 'firehose'/],
  [() => column.array(column.string({ optional: true }) as never), /What is in an array is not optional by itself/],
  [() => column.string({ comment: 5 } as object), /comment must be a text/],
  [() => table?.('x', { at: place, columns: record, partitionBy: by?.('a', 'a') }), /partitioned by a twice/],
  [
    () => table?.('x', { at: place, columns: record, partitionBy: by?.(['a']) }),
    /partitioned by an array, which is no/,
  ],
  [
    () => job?.('x', { ...curate, reads: [define.table('source', { at: place, columns: record })] }),
    /a table named source, which is its SQL's name/,
  ],
  [() => job?.('x', { ...curate, every: '99999999999 minutes' }), /this is no such time/],
  [
    () => workgroup?.('x', { ...asked, scanLimit: { mebibytes: '100' } }),
    /mebibytes of its scanLimit must be a number/,
  ],
  [() => workgroup?.('x', { ...asked, scanLimit: { mebibytes: 100, gibibytes: 1 } }), /one of the two/],
  [() => workgroup?.('primary', asked), /in every account already/],
  [() => role?.('x', { for: 'glue', may: [{ effect: 'Deny', actions: ['s3:*'], on: ['*'] }] }), /no option effect/],
  [
    () => role?.('x', { for: 'glue', may: [{ actions: ['s3:*'], on: [bucket('xxx')] }] }),
    /is an ARN .*: the bucket xxx/,
  ],
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
