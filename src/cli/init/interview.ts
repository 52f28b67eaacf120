/**
 * The questions of `biwa init`, in the order in which a lake is thought through: what is to come out, what comes in, how it is
 * collected, how the one becomes the other.
 */

import { catalogName } from '../../define/column.ts'
import { deliveryName, lakeName, named, streamName, tableName } from '../../define/names.ts'
import { checkZone } from '../../define/partitioning.ts'
import {
  type Answers,
  apartFrom,
  type Delivered,
  type Field,
  fieldsOf,
  lineOf,
  numberOf,
  oneOf,
  type Place,
  paceOf,
  placeOf,
  regionOf,
  type Source,
  someOf,
  unlessNone,
  wrong,
} from './answers.ts'
import type { Asking } from './asking.ts'
import { boundSql } from './bound-sql.ts'
import { draftOf } from './draft.ts'

/** What a name must be, and the words that begin the sentence where it is not. */
const name = (what: string, rule: Parameters<typeof named>[2]) => (text: string) => named(what, text, rule)

export interface Proposals {
  readonly lake: string
  readonly region: string
}

export async function interview(asking: Asking, proposed: Proposals): Promise<Answers> {
  const output = await whatComesOut(asking, proposed)
  const input = await whatComesIn(asking, output)
  const delivered = input.source.kind === 'files' ? undefined : await howCollected(asking, output)
  const raw = input.source.kind === 'files' ? input.source.at : delivered?.to
  const transformed = await howTransformed(asking, { ...output, record: input.record }, raw)
  return { ...output, ...input, ...(delivered && { delivered }), ...transformed }
}

type Output = Pick<Answers, 'lake' | 'region' | 'question' | 'table' | 'columns'>

async function whatComesOut(asking: Asking, proposed: Proposals): Promise<Output> {
  asking.chapter('What is to come out')
  const lake = await asking.ask({
    option: 'lake',
    words: 'What is the lake called?',
    otherwise: proposed.lake,
    read: name("A lake's name", lakeName),
  })
  const region = await asking.ask({
    option: 'region',
    words: 'In which region?',
    otherwise: proposed.region,
    read: regionOf,
  })
  const question = await asking.ask({
    option: 'question',
    words: 'Which question is it to answer?',
    otherwise: 'How warm is it at each device, day by day?',
    read: lineOf,
  })
  const table = await asking.ask({
    option: 'table',
    words: 'Which table answers it?',
    otherwise: 'device_telemetry',
    read: name("A table's name", tableName),
  })
  const columns = await asking.ask({
    option: 'columns',
    words: `Its columns, each a name and a type (a ? behind it where it may be missing)?`,
    otherwise: 'device_id string, temperature double, event_time timestamp',
    read: fieldsOf('The table', { epochs: false }),
  })
  return { lake, region, question, table, columns }
}

async function whatComesIn(
  asking: Asking,
  { lake, columns }: Output,
): Promise<{ readonly source: Source; readonly record: readonly Field[] }> {
  asking.chapter('What comes in')
  const kind = await asking.ask({
    option: 'source',
    words: 'From where: devices to a stream, programs direct to a delivery, or files in a bucket?',
    otherwise: 'stream',
    read: oneOf('stream', 'direct', 'files'),
  })
  const record = await asking.ask({
    option: 'record',
    words: 'What is in a record (moments may be epochSeconds or epochMilliseconds too)?',
    otherwise: recordFor(columns, kind),
    read: text => {
      const fields = fieldsOf('The record', { epochs: true })(text)
      draftOf(columns, fields)
      return fields
    },
  })
  if (kind === 'direct') return { source: { kind }, record }
  if (kind === 'files') {
    const at = await asking.ask({
      option: 'files',
      words: 'In which folder do they lie?',
      otherwise: `s3://${lake}-uploads/incoming/`,
      read: placeOf,
    })
    const format = await asking.ask({
      option: 'format',
      words: 'Are they json (one object a line) or csv (names in the first line)?',
      otherwise: 'csv',
      read: oneOf('json', 'csv'),
    })
    return { source: { kind, at, format }, record }
  }
  const stream = await asking.ask({
    option: 'stream',
    words: 'What is the stream called?',
    otherwise: `${lake}-stream`,
    read: name("A stream's name", streamName),
  })
  const keys = record.filter(({ optional }) => !optional).map(field => field.name)
  const partitionKey = await asking.ask({
    option: 'partition-key',
    words: 'Which column keeps records in order among themselves (the partition key)?',
    otherwise: keys[0] ?? 'none',
    read: text => {
      if (!keys.includes(text))
        throw wrong(`It is a column that every record has: ${keys.join(', ') || 'there is none'}.`)
      return text
    },
  })
  const shards = await asking.ask({
    option: 'shards',
    words: 'How many shards (each takes 1,000 records or 1 MB a second)?',
    otherwise: '1',
    read: numberOf(1, 10_000),
  })
  return { source: { kind, name: stream, partitionKey, shards }, record }
}

/** Devices tell the time in seconds since 1970; what stands in files is a table's own already. */
function recordFor(columns: readonly Field[], kind: Source['kind']): string {
  const names = columns.map(column => catalogName(column.name))
  return columns
    .map(({ name, type, optional }) => {
      const isMoment = type === 'timestamp' && kind !== 'files'
      const isOnly = columns.filter(column => column.type === 'timestamp').length === 1 && !names.includes('timestamp')
      const told = isMoment ? `${isOnly ? 'timestamp' : name} epochSeconds` : `${name} ${type}`
      return optional ? `${told}?` : told
    })
    .join(', ')
}

async function howCollected(asking: Asking, { lake }: Output): Promise<Delivered> {
  asking.chapter('How it is collected')
  const delivery = await asking.ask({
    option: 'delivery',
    words: 'What is the delivery called?',
    otherwise: `${lake}-to-s3`,
    read: name("A delivery's name", deliveryName),
  })
  const to = await asking.ask({
    option: 'raw',
    words: 'Into which folder does it put the records?',
    otherwise: `s3://${lake}-data/raw/`,
    read: placeOf,
  })
  const seconds = await asking.ask({
    option: 'seconds',
    words: 'After how many seconds at the latest?',
    otherwise: '60',
    read: numberOf(0, 900),
  })
  const mebibytes = await asking.ask({
    option: 'mebibytes',
    words: 'Or after how many MiB?',
    otherwise: '5',
    read: numberOf(1, 128),
  })
  const compression = await asking.ask({
    option: 'compression',
    words: 'Compressed with gzip, or none?',
    otherwise: 'gzip',
    read: oneOf('gzip', 'none'),
  })
  return { name: delivery, to, seconds, mebibytes, compression }
}

type Transformed = Pick<Answers, 'at' | 'required' | 'deadLetters' | 'sql' | 'isDraft' | 'day' | 'every'>

async function howTransformed(
  asking: Asking,
  { lake, table, columns, record, region }: Output & Pick<Answers, 'record'>,
  raw: Place | undefined,
): Promise<Transformed> {
  asking.chapter('How one becomes the other')
  const at = await asking.ask({
    option: 'at',
    words: `Where does ${table} lie?`,
    otherwise: `s3://${lake}-analytics/${table}/`,
    read: apartFrom(raw),
  })
  const draft = draftOf(columns, record)
  const required = await asking.ask({
    option: 'required',
    words: 'Without which columns is a record of no use (or none)?',
    otherwise:
      record
        .filter(({ optional }) => !optional)
        .map(field => field.name)
        .join(', ') || 'none',
    read: someOf(record.map(field => field.name)),
  })
  const deadLetters = await asking.ask({
    option: 'dead-letters',
    words: `Where do records go that cannot be read${required.length > 0 ? '' : ' (or none: they fail the job)'}?`,
    otherwise: `s3://${lake}-analytics/dead_letters/`,
    read: text => {
      const place = unlessNone(apartFrom(raw, at))(text)
      if (place === undefined && required.length > 0)
        throw wrong(
          `Records without ${required.join(' or ')} must go somewhere: name a folder, such as s3://some-bucket/dead_letters/.`,
        )
      return place
    },
  })
  // Of the draft it is known what it makes of a record.
  const typed = (text: string) => (text === draft.sql ? text : boundSql(sqlOf(text), { table, columns, record }))
  const sql = await asking.ask({ option: 'sql', words: 'By which SQL?', otherwise: draft.sql, read: typed })
  const day = await whichDay(asking, columns, region)
  const every = await asking.ask({
    option: 'every',
    words: 'How often (or none: when it is started)?',
    otherwise: '5 minutes',
    read: unlessNone(paceOf),
  })
  return {
    at,
    required,
    ...(deadLetters && { deadLetters }),
    sql,
    isDraft: sql === draft.sql,
    ...(day && { day }),
    ...(every !== undefined && { every }),
  }
}

function sqlOf(text: string): string {
  const sql = lineOf(text).replace(/;$/, '')
  if (!/^(select|with)\b/i.test(sql) || !/\bsource\b/i.test(sql))
    throw wrong("It is one SELECT that reads source, such as 'SELECT device_id, temperature FROM source'.")
  return sql
}

async function whichDay(asking: Asking, columns: readonly Field[], region: string): Promise<Answers['day']> {
  const moments = columns.filter(({ type }) => type === 'timestamp' || type === 'date').map(field => field.name)
  const clash = columns.find(({ name }) => ['year', 'month', 'day'].includes(catalogName(name)))
  if (moments.length === 0 || clash !== undefined) return undefined
  const of = await asking.ask({
    option: 'day',
    words: 'A folder a day, by which column (or none)?',
    otherwise: moments[0] ?? 'none',
    read: text => unlessNone(oneOf(...moments))(oneOf(...moments, 'none')(text)),
  })
  if (of === undefined) return undefined
  // A date is a day already, wherever it was one.
  if (columns.some(({ name, type }) => name === of && type === 'date')) return { of }
  const zone = await asking.ask({
    option: 'zone',
    words: 'And where is it a day?',
    otherwise: region === 'ap-northeast-1' || region === 'ap-northeast-3' ? 'Asia/Tokyo' : 'UTC',
    read: checkZone,
  })
  return { of, zone }
}
