/** Jobs whose work is a function: their rows are typed from source to table, and what the table wants besides is added. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bucket,
  column,
  DefinitionMistake,
  day,
  delivery,
  files,
  type GivenRow,
  hour,
  job,
  stream,
  table,
} from '../../src/define/define.ts'
import { applied, lakeOf, opened } from './lay-out.ts'

const place = bucket('rooms')
const readings = stream('readings', {
  record: {
    device_id: column.string(),
    temperature: column.double(),
    timestamp: column.epochSeconds(),
    tags: column.array(column.string(), { optional: true }),
  },
  partitionKey: 'device_id',
})
const raw = delivery('raw', { from: readings, to: place.prefix('raw/'), buffer: { seconds: 60 } })
const rooms = table('rooms', {
  at: place.prefix('rooms/'),
  columns: {
    device_id: column.string(),
    fahrenheit: column.double(),
    at: column.timestamp(),
    note: column.string({ optional: true }),
  },
  partitionBy: day('at', { zone: 'Asia/Tokyo' }),
})
const convert = job('convert', {
  from: raw,
  into: rooms,
  deadLetters: place.prefix('dead/'),
  transform(rows, { deadLetter }) {
    const converted = []
    for (const row of rows) {
      if (row.temperature > 60) deadLetter(row, 'no room is so warm')
      else {
        const { device_id, temperature } = row
        const note = row.tags?.join(' ')
        const at = new Date(row.timestamp * 1000)
        converted.push({ device_id, fahrenheit: temperature * 1.8 + 32, at, note })
      }
    }
    return converted
  },
})

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

test('rows are typed as the source has them, and must be what the table wants', () => {
  const typed = { from: raw, into: rooms } as const
  job('j', {
    ...typed,
    transform: rows => {
      const tags: Same<(typeof rows)[number]['tags'], readonly string[] | null> = true
      const timestamp: Same<(typeof rows)[number]['timestamp'], number> = true
      return rows.map(({ device_id }) => ({
        device_id,
        fahrenheit: tags && timestamp ? 70 : 0,
        at: '2025-10-15 12:30',
      }))
    },
  })
  // @ts-expect-error the source has no such column
  const humid = (rows: readonly GivenRow<typeof raw.record>[]) => rows.map(({ humidity }) => humidity)
  assert.equal(humid.length, 1)
  // @ts-expect-error the table wants degrees
  job('j', { ...typed, transform: rows => rows.map(({ device_id }) => ({ device_id, at: new Date(0) })) })
  job('j', {
    ...typed,
    async *transform(rows) {
      for (const { device_id } of rows) yield { device_id, fahrenheit: 70, at: '2025-10-15 12:30:00.000' }
    },
  })
})

test('a job does its work by SQL or by a function, and a function is text that can be sent', () => {
  const typed = { from: raw, into: rooms } as const
  const refused = (build: () => unknown, words: RegExp) =>
    assert.throws(build, error => error instanceof DefinitionMistake && words.test(error.message))
  // @ts-expect-error neither
  refused(() => job('j', typed), /either by SQL or by a function/)
  // @ts-expect-error both
  refused(() => job('j', { ...typed, sql: 'SELECT 1', transform: () => [] }), /either by SQL or by a function/)
  // @ts-expect-error a function adds rows
  refused(() => job('j', { ...typed, write: 'replace', transform: () => [] }), /go with sql/)
  refused(() => job('j', { ...typed, transform: (() => []).bind(undefined) }), /has no text to send/)
  const freezing = 32
  const convertAll = (rows: readonly { device_id: string; temperature: number }[]) =>
    rows.map(({ device_id, temperature }) => ({ device_id, fahrenheit: temperature * 1.8 + freezing, at: new Date(0) }))
  const outside = /transform uses freezing \(line 2, column \d+ of the function\), which stands outside of it\./
  refused(() => job('j', { ...typed, transform: convertAll }), outside)
  assert.equal(typeof convert.transform, 'string')
  structuredClone(convert)
})

test('a function makes rows of records, and its table has their folders in its zone', async context => {
  const { lake, invoke } = await opened(context, 'enforced')
  await applied(lakeOf('rooms', convert), invoke)
  const put = (record: object) =>
    invoke('kinesis', 'PutRecord', {
      StreamName: readings.name,
      PartitionKey: 'a',
      Data: Buffer.from(JSON.stringify(record)).toString('base64'),
    })
  await put({ device_id: 'a', temperature: 20, timestamp: 1760540400.5, tags: ['x', 'y'] })
  await put({ device_id: 'b', temperature: 10, timestamp: 1760540399 })
  await put({ device_id: 'c', temperature: 2000, timestamp: 1760540399 })
  await lake.clock.advance({ minutes: 2 })
  const { JobRunId: RunId } = await invoke('glue', 'StartJobRun', { JobName: 'convert' })
  await lake.clock.advance({ seconds: 1 })
  const { JobRun } = await invoke('glue', 'GetJobRun', { JobName: 'convert', RunId })
  const { JobRunState, ErrorMessage = '' } = JobRun as { JobRunState: string; ErrorMessage?: string }
  assert.equal(JobRunState, 'SUCCEEDED', ErrorMessage)
  const { rows } = await lake.query('SELECT * FROM rooms.rooms ORDER BY device_id')
  assert.deepEqual(rows, [
    { device_id: 'a', fahrenheit: 68, at: '2025-10-15 15:00:00.500', note: 'x y', year: 2025, month: 10, day: 16 },
    { device_id: 'b', fahrenheit: 50, at: '2025-10-15 14:59:59.000', note: null, year: 2025, month: 10, day: 15 },
  ])
  const { Contents } = (await invoke('s3', 'ListObjectsV2', { Bucket: 'rooms', Prefix: 'dead/' })) as {
    Contents: readonly unknown[]
  }
  assert.equal(Contents.length, 1)
})

test('every form of a function is sent, and every kind of moment is cut', async context => {
  const { lake, invoke } = await opened(context)
  const from = files(place.prefix('in/'), { record: { at: column.bigint(), day: column.string() } })
  const into = <const C extends Parameters<typeof column.struct>[0]>(name: string, columns: C) =>
    ({ at: place.prefix(`${name}/`), columns }) as const
  const seconds = table('seconds', { ...into('seconds', { at: column.epochSeconds() }), partitionBy: hour('at') })
  const milliseconds = table('milliseconds', {
    ...into('milliseconds', { at: column.epochMilliseconds() }),
    partitionBy: hour('at', { zone: 'Asia/Tokyo' }),
  })
  const days = table('days', {
    ...into('days', { on: column.date() }),
    partitionBy: day('on', { zone: 'Asia/Tokyo' }),
  })
  const jobs = [
    job('arrow', { from, into: seconds, transform: rows => rows.map(({ at }) => ({ at: new Date(Number(at)) })) }),
    job('generator', {
      from,
      into: milliseconds,
      transform: function* (rows) {
        for (const { at } of rows) yield { at: Number(at) }
      },
    }),
    job('promise', { from, into: days, transform: async rows => rows.map(row => ({ on: row.day })) }),
  ]
  await applied(lakeOf('forms', ...jobs), invoke)
  const Body = Buffer.from('{"at":1760540400500,"day":"2025-10-15"}\n')
  await invoke('s3', 'PutObject', { Bucket: 'rooms', Key: 'in/a.json', Body, ContentLength: Body.length })
  for (const { name: JobName } of jobs) {
    const { JobRunId: RunId } = await invoke('glue', 'StartJobRun', { JobName })
    await lake.clock.advance({ seconds: 1 })
    const { JobRun } = await invoke('glue', 'GetJobRun', { JobName, RunId })
    const { JobRunState, ErrorMessage = '' } = JobRun as { JobRunState: string; ErrorMessage?: string }
    assert.equal(JobRunState, 'SUCCEEDED', `${JobName}: ${ErrorMessage}`)
  }
  const rows = async (name: string) => (await lake.query(`SELECT * FROM forms.${name}`)).rows
  assert.deepEqual(await rows('seconds'), [{ at: 1760540400.5, year: 2025, month: 10, day: 15, hour: 15 }])
  assert.deepEqual(await rows('milliseconds'), [{ at: 1760540400500, year: 2025, month: 10, day: 16, hour: 0 }])
  assert.deepEqual(await rows('days'), [{ on: '2025-10-15', year: 2025, month: 10, day: 15 }])
})
