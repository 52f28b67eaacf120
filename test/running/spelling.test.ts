/**
 * Members of records are spelled as devices spell them, `deviceId`, wherever records and a function's rows are met; where SQL
 * answers they are in lower case, as Athena has them. The types say the same as run time does.
 */
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
import { checkDefinition } from '../../src/running/check.ts'
import { running } from '../../src/running/running.ts'

const store = bucket('fleet-store')
const readings = stream('fleet-readings', {
  record: {
    deviceId: column.string(),
    batteryLevel: column.double(),
    measuredAt: column.epochMilliseconds(),
    position: column.struct({ latDeg: column.double(), fixType: column.string() }),
    errorCodes: column.array(column.struct({ codeNr: column.integer() }), { optional: true }),
  },
  partitionKey: 'deviceId',
})
const raw = delivery('fleet-raw', { from: readings, to: store.prefix('raw/'), buffer: { seconds: 60 } })
/** The objects of the delivery as a table. */
const rawTable = table('raw_readings', { at: store.prefix('raw/'), columns: readings.record, format: 'json' })
const levels = table('levels', {
  at: store.prefix('levels/'),
  columns: {
    deviceId: column.string({ comment: 'as the device says' }),
    batteryLevel: column.double(),
    latDeg: column.double(),
    measuredAt: column.timestamp(),
  },
  partitionBy: day('measuredAt', { zone: 'Asia/Tokyo' }),
})
const flat = table('flat', {
  at: store.prefix('flat/'),
  columns: {
    deviceId: column.string(),
    fixType: column.string(),
    where: column.struct({ latDeg: column.double() }),
    highestCode: column.integer({ optional: true }),
  },
  partitionBy: by('fixType'),
})
const again = table('again', {
  at: store.prefix('again/'),
  columns: { theDevice: column.string(), Lat: column.double() },
})
const deadLetters = store.prefix('dead/')
const toLevels = job('to-levels', {
  from: raw,
  into: levels,
  deadLetters,
  required: ['deviceId', 'batteryLevel'],
  sql: `SELECT deviceId, batterylevel AS BatteryLevel, position.latDeg AS latDeg,
               from_unixtime(measuredAt / 1e3) AS measuredAt FROM source`,
})
const flatten = job('flatten', {
  from: raw,
  into: flat,
  deadLetters: store.prefix('dead-flat/'),
  transform: (rows, { deadLetter }) =>
    rows.flatMap(row => {
      if (row.batteryLevel < 0) deadLetter(row, 'no battery is below 0')
      const { latDeg, fixType } = row.position
      const highestCode = row.errorCodes === null ? null : Math.max(...row.errorCodes.map(({ codeNr }) => codeNr))
      return row.batteryLevel < 0 ? [] : [{ deviceId: row.deviceId, fixType, where: { latDeg }, highestCode }]
    }),
})
const onward = job('onward', {
  from: flat,
  into: again,
  transform: rows => rows.map(({ deviceId, where }) => ({ theDevice: deviceId, Lat: where.latDeg })),
})
const fleet = lake('fleet', { region: 'ap-northeast-1', parts: [toLevels, flatten, onward, rawTable] })

const record: RecordOf<typeof readings> = {
  deviceId: 'car-1',
  batteryLevel: 0.5,
  measuredAt: new Date('2025-10-14T15:30:00Z'),
  position: { latDeg: 35.5, fixType: '3D' },
  errorCodes: [{ codeNr: 7 }, { codeNr: 9 }],
}

test('records with capitals go the whole way, through SQL and through functions', async () => {
  await using app = await running(fleet, { start: '2025-10-15T00:00:00Z', auth: 'enforced' })
  await app.stream(readings).put(record, { ...record, deviceId: 'car-2', batteryLevel: -1, errorCodes: null })
  const [kept] = await app.stream(readings).records()
  assert.equal(kept?.deviceId, 'car-1')
  await app.lake.aws.kinesis.PutRecord({
    StreamName: 'fleet-readings',
    PartitionKey: 'x',
    Data: '{"deviceId":"car-3"}',
  })
  await app.clock.advance({ minutes: 2 })

  const run = await app.job(toLevels).run()
  assert.deepEqual([run.recordsIn, run.recordsOut, run.deadLetters], [3, 2, 1])
  const [letter] = await app.bucket(store).lines<{ reason: string }>('dead/')
  assert.equal(letter?.reason, 'the required column batteryLevel is missing or null')
  const [row] = await app.table(levels).rows("deviceId = 'car-1'")
  assert.deepEqual(row, {
    ...{ deviceid: 'car-1', batterylevel: 0.5, latdeg: 35.5, measuredat: '2025-10-14 15:30:00.000' },
    ...{ year: 2025, month: 10, day: 15 },
  })
  const { rows } = await app
    .table(rawTable)
    .query('SELECT deviceId, position.latDeg AS x, errorCodes[2].codeNr AS y FROM raw_readings WHERE batteryLevel > 0')
  assert.deepEqual(rows, [{ deviceid: 'car-1', x: 35.5, y: 9 }])

  const flattened = await app.job(flatten).run()
  assert.deepEqual([flattened.recordsIn, flattened.recordsOut, flattened.deadLetters], [3, 1, 2])
  const letters = await app.bucket(store).lines<{ raw: string }>('dead-flat/')
  assert.ok(letters.some(({ raw: text }) => text.includes('"batteryLevel":-1')))
  assert.deepEqual(await app.table(flat).rows(), [
    { deviceid: 'car-1', where: '{latdeg=35.5}', highestcode: 9, fixtype: '3D' },
  ])
  await app.job(onward).run()
  const found = await app.table(again).rows()
  assert.deepEqual(found, [{ thedevice: 'car-1', lat: 35.5 }])
  assert.ok((await app.bucket(store).list('flat/fixtype=3D/')).length > 0)
  assert.deepEqual(app.lake.failures, [])
})

test('what a check knows of a definition with capitals is what happens, and a second plan changes nothing', async () => {
  const { findings } = await checkDefinition(fleet)
  assert.deepEqual(
    findings.filter(({ level }) => level === 'mistake'),
    [],
  )
  await using app = await running(fleet)
  const { steps } = await app.lake.plan(fleet)
  assert.deepEqual(
    steps.filter(({ act }) => act !== 'keep'),
    [],
  )
})

test('a CSV header and a table of JSON lines are found in any case', async () => {
  const prices = files(store.prefix('in/'), {
    record: { itemNo: column.string(), unitPrice: column.decimal(6, 2) },
    format: 'csv',
  })
  const listed = table('listed', { at: store.prefix('listed/'), columns: prices.record, format: 'json' })
  const list = job('list', { from: prices, into: listed, sql: 'SELECT unitPrice, itemNo FROM source' })
  await using app = await running(lake('shop', { region: 'ap-northeast-1', parts: [list] }))
  await app.bucket(store).put('in/a.csv', 'ITEMNO,unitPrice\na-1,12.50\n')
  await app.job(list).run()
  assert.deepEqual(await app.table(listed).rows(), [{ itemno: 'a-1', unitprice: '12.50' }])
})

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>) => undefined

test('types have the names that run time has', () => {
  same<
    Row<typeof levels>,
    {
      readonly deviceid: string
      readonly batterylevel: number
      readonly latdeg: number
      readonly measuredat: string
      readonly year: number
      readonly month: number
      readonly day: number
    }
  >(true)
  same<Row<typeof readings>['deviceId'], string>(true)
  const spelledOtherwise = (row: Row<typeof levels>) =>
    // @ts-expect-error a row of a table has Athena's names
    row.deviceId
  assert.equal(spelledOtherwise.length, 1)
  const badJob = () =>
    job('bad', {
      from: raw,
      into: again,
      // @ts-expect-error the rows of a function are spelled as they are declared
      transform: rows => rows.map(row => ({ theDevice: row.deviceid, Lat: 1 })),
    })
  assert.doesNotThrow(badJob)
  const wrongCase = [
    // @ts-expect-error the partition key is spelled as the record is
    () => stream('s', { record: readings.record, partitionKey: 'deviceid' }),
    // @ts-expect-error and so is what a job requires
    () => job('j', { from: raw, into: levels, deadLetters, required: ['batterylevel'], sql: 'SELECT 1 AS x' }),
    // @ts-expect-error and the moment that a day is cut out of
    () => table('t', { at: store, columns: levels.columns, partitionBy: day('measuredat') }),
  ]
  for (const build of wrongCase) assert.throws(build, DefinitionMistake)
})

test('members that differ by case only are refused by name, inside of structs too', () => {
  const refused = (build: () => unknown, words: RegExp) =>
    assert.throws(build, error => error instanceof DefinitionMistake && words.test(error.message))
  const twice = { deviceId: column.string(), DeviceID: column.string() }
  const words = /deviceId and DeviceID differ by case only.*Give one of them another name\./
  refused(() => stream('s', { record: twice, partitionKey: 'deviceId' }), words)
  refused(() => table('t', { at: store, columns: twice }), words)
  refused(() => column.struct(twice), words)
  const prototype = Object.fromEntries([['__proto__', column.string()]])
  refused(() => table('t', { at: store, columns: prototype }), /"__proto__"\. Such a name is "proto"\./)
  const dated = { Year: column.integer(), measuredAt: column.timestamp() }
  refused(
    () => table('t', { at: store, columns: dated, partitionBy: day('measuredAt') }),
    /has a column Year and is partitioned by year/,
  )
  refused(
    () => table('t', { at: store, columns: { 'device-id': column.string() } }),
    /letters \(a to z, A to Z\), digits and underscores.*"device-id"/,
  )
})
