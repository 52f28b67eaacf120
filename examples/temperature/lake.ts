/**
 * From devices to a table that answers: readings come through a stream, are gathered into gzipped objects, and a job turns what
 * is new into Parquet by month, with what is broken put aside. `npm start` runs it on real weather observations.
 */
import { bucket, column, delivery, job, lake, month, stream, table, workgroup } from 'biwa/define'

export const data = bucket('temperature-data-bucket', {
  lifecycle: [{ prefix: 'raw_data/', move: [{ afterDays: 30, to: 'STANDARD_IA' }] }],
})
export const analytics = bucket('temperature-analytics-bucket')

/** One JSON object a reading, as the devices send it. */
export const readings = stream('temperature-stream', {
  record: {
    device_id: column.string(),
    temperature: column.double({ comment: 'degrees Celsius' }),
    timestamp: column.epochSeconds(),
    precipitation: column.double({ optional: true }),
    wind: column.double({ optional: true }),
    weather: column.string({ optional: true }),
  },
  partitionKey: 'device_id',
  shards: 1,
  load: { devices: 500, everySeconds: 1, bytes: 160 },
})

export const raw = delivery('temperature-to-s3', {
  from: readings,
  to: data.prefix('raw_data/'),
  buffer: { seconds: 60, mebibytes: 5 },
  compression: 'gzip',
})

export const telemetry = table('device_telemetry', {
  at: analytics.prefix('curated/device_telemetry/'),
  columns: {
    device_id: column.string(),
    temperature: column.double(),
    precipitation: column.double({ optional: true }),
    wind: column.double({ optional: true }),
    weather: column.string({ optional: true }),
    event_time: column.timestamp(),
  },
  partitionBy: month('event_time'),
})

export const curate = job('curate-temperature', {
  from: raw,
  into: telemetry,
  deadLetters: analytics.prefix('dead_letters/'),
  required: ['device_id', 'temperature', 'timestamp'],
  sql: `SELECT device_id, temperature, precipitation, wind, weather,
               from_unixtime("timestamp") AS event_time
        FROM source`,
  every: '5 minutes',
})

export const analysts = workgroup('temperature-analysts', {
  results: analytics.prefix('athena-results/'),
  scanLimit: { gibibytes: 1 },
})

export default lake('temperature', {
  region: 'ap-northeast-1',
  parts: [curate, analysts],
  tags: { CostCenter: 'field-sensors' },
})
