/**
 * Days as people in Japan mean them. Timestamps are UTC, as everywhere on AWS; what a day is, the table says: it is cut in
 * Asia/Tokyo, so that the first nine hours of a Japanese day do not lie in the folder of the day before.
 */
import { bucket, column, day, delivery, job, lake, stream, table } from 'biwa/define'

const analytics = bucket('visits-analytics')

export const visits = stream('visits', {
  record: { shop: column.string(), visitors: column.integer(), at: column.epochMilliseconds() },
  partitionKey: 'shop',
})

/** The folders of the raw objects are cut in Japan's time too. */
export const raw = delivery('visits-to-s3', {
  from: visits,
  to: bucket('visits-raw').prefix('visits/'),
  folders: '!{timestamp:yyyy/MM/dd}/',
  zone: 'Asia/Tokyo',
  buffer: { seconds: 60 },
  compression: 'gzip',
})

export const visitsByDay = table('visits_by_day', {
  at: analytics.prefix('visits_by_day/'),
  columns: { shop: column.string(), visitors: column.integer(), at: column.timestamp({ comment: 'UTC' }) },
  partitionBy: day('at', { zone: 'Asia/Tokyo' }),
})

export const curate = job('visits-curate', {
  from: raw,
  into: visitsByDay,
  deadLetters: analytics.prefix('dead_letters/'),
  required: ['shop', 'at'],
  sql: 'SELECT shop, visitors, from_unixtime(at / 1000e0) AS at FROM source',
  every: '5 minutes',
})

export default lake('visits', { region: 'ap-northeast-1', parts: [curate] })
