/**
 * A delivery makes Parquet of records by a table's columns, or lays them into folders named by their members, in the spelling
 * that records have, with the rights that are derived for it and no more.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket, by, column, DefinitionMistake, delivery, job, lake, stream, table } from '../../src/define/define.ts'
import { checkDefinition } from '../../src/running/check.ts'
import { running } from '../../src/running/running.ts'

const store = bucket('lamp-store')
const events = stream('lamp-events', {
  record: {
    deviceId: column.string(),
    deviceType: column.string(),
    watts: column.double(),
    position: column.struct({ latDeg: column.double() }, { optional: true }),
  },
  partitionKey: 'deviceId',
})
const watts = table('watts', {
  at: store.prefix('watts/'),
  columns: {
    deviceId: column.string(),
    watts: column.double({ optional: true }),
    position: column.struct({ latDeg: column.double() }, { optional: true }),
  },
})
const straight = delivery('straight', { from: events, into: watts, buffer: { seconds: 60 } })
const sorted = delivery('sorted', {
  from: events,
  to: store.prefix('raw/'),
  by: ['deviceType'],
  buffer: { seconds: 60 },
})
const highest = table('highest', {
  at: store.prefix('highest/'),
  columns: { deviceType: column.string(), most: column.double() },
})
const most = job('most', {
  ...{ from: sorted, into: highest, takes: 'all', write: 'replace' },
  sql: 'SELECT deviceType, max(watts) AS most FROM source GROUP BY deviceType',
})
const lamps = lake('lamps', { region: 'ap-northeast-1', parts: [straight, most] })

test('records become rows of a table without a job, and folders of what they say', async () => {
  await using app = await running(lamps, { start: '2025-10-15T00:00:00Z', auth: 'enforced' })
  await app
    .stream(events)
    .put(
      { deviceId: 'a', deviceType: 'lamp', watts: 5, position: { latDeg: 35.5 } },
      { deviceId: 'b', deviceType: 'fan', watts: 40 },
      { deviceId: 'c', deviceType: 'lamp', watts: 7 },
    )
  await app.lake.aws.kinesis.PutRecord({ StreamName: 'lamp-events', PartitionKey: 'x', Data: 'no record' })
  await app.clock.advance({ minutes: 2 })
  const rows = await app.table(watts).rows('watts < 10')
  assert.deepEqual(
    rows.toSorted((one, other) => (one.deviceid < other.deviceid ? -1 : 1)),
    [
      { deviceid: 'a', watts: 5, position: '{latdeg=35.5}' },
      { deviceid: 'c', watts: 7, position: null },
    ],
  )
  const [parquet] = await app.bucket(store).list('watts/')
  assert.match(parquet?.key ?? '', /^watts\/2025\/10\/15\/00\/straight-1-.*\.parquet$/)
  const folders = (await app.bucket(store).list('raw/')).map(({ key }) => key.replace(/[^/]+$/, ''))
  assert.deepEqual(folders, ['raw/devicetype=fan/2025/10/15/00/', 'raw/devicetype=lamp/2025/10/15/00/'])
  assert.equal((await app.bucket(store).list('errors/')).length, 2)
  await app.job(most).run()
  const found = await app.table(highest).rows()
  assert.deepEqual(new Set(found.map(row => `${row.devicetype} ${row.most}`)), new Set(['lamp 7', 'fan 40']))
  assert.deepEqual(app.lake.failures, [])
})

test('what is as defined is found so, and what differs is changed, or made anew where Firehose must', async () => {
  const { findings } = await checkDefinition(lamps)
  assert.deepEqual(
    findings.filter(({ level }) => level !== 'note'),
    [],
  )
  await using app = await running(lamps)
  const acts = async (...parts: Parameters<typeof lake>[1]['parts']) => {
    const { steps } = await app.lake.plan(lake('lamps', { region: 'ap-northeast-1', parts }))
    return steps
      .filter(({ act, kind }) => act !== 'keep' && kind === 'delivery')
      .map(({ act, name }) => `${act} ${name}`)
  }
  assert.deepEqual(await acts(straight, most), [])
  const plain = delivery('straight', { from: events, to: store.prefix('plain/'), buffer: { seconds: 60 } })
  assert.deepEqual(await acts(plain, most), ['change straight'])
  await app.lake.apply(lake('lamps', { region: 'ap-northeast-1', parts: [plain, most] }))
  assert.deepEqual(await acts(plain, most), [])
  const unsorted = delivery('sorted', { from: events, to: store.prefix('raw/') })
  assert.deepEqual(await acts(plain, unsorted), ['replace sorted'])
})

test('what a delivery cannot make of records is refused where it is written', () => {
  const refused = (build: () => unknown, words: RegExp) =>
    assert.throws(build, error => error instanceof DefinitionMistake && words.test(error.message))
  const at = store.prefix('t/')
  const into = (columns: Parameters<typeof table>[1]['columns']) =>
    delivery('d', { from: events, into: table('t', { at, columns }) })
  refused(
    () => into({ volts: column.double() }),
    /finds nothing for the column volts .* which have deviceId, deviceType, watts, position/,
  )
  refused(
    () => into({ watts: column.string() }),
    /watts is double, and the table t has watts as string.*give both one type/,
  )
  const parted = table('t', {
    at,
    columns: { deviceId: column.string(), watts: column.double() },
    partitionBy: by('deviceId'),
  })
  refused(
    () => delivery('d', { from: events, into: parted }),
    /whose folders are values of deviceId: Firehose registers no partitions/,
  )
  const lines = table('t', { at, columns: { watts: column.double() }, format: 'json' })
  refused(() => delivery('d', { from: events, into: lines }), /makes Parquet, and the table t is json/)
  refused(
    () => delivery('d', { from: events, into: watts, buffer: { mebibytes: 5 } }),
    /with into or by, must be a whole number from 64 to 128: 5/,
  )
  // @ts-expect-error files of a table are Parquet
  refused(() => delivery('d', { from: events, into: watts, compression: 'gzip' }), /compression goes with to/)
  const both = { from: events, into: watts, to: at }
  // @ts-expect-error one of the two
  refused(() => delivery('d', both), /either to a place as they came or into a table as Parquet/)
  const misspelt = { from: events, to: at, by: ['devicetype'] } as const
  // @ts-expect-error no member of the record
  refused(() => delivery('d', misspelt), /no member of its records; they have deviceId/)
  refused(() => delivery('d', { from: events, to: at, by: ['watts'] }), /cannot name folders by watts, which is double/)
  const read = () => job('j', { from: straight, into: highest, sql: 'SELECT 1 AS most FROM source' })
  refused(read, /cannot read what the delivery straight puts into the table watts as Parquet: let it read the table/)
})
