/**
 * Bronze, silver and gold, with a dimension that changes slowly. Bronze keeps readings as they came; silver has each of them
 * once, and only believable ones; gold has a row a place and day. Devices are moved now and then: the office uploads a
 * line for each move, and `device_places` tells where each device was from when to when (a dimension of type 2).
 */
import { bucket, column, cron, day, delivery, files, job, lake, month, stream, table } from 'biwa/define'

export const raw = bucket('greenhouse-raw', { lifecycle: [{ prefix: 'readings/', expireAfterDays: 90 }] })
const tables = bucket('greenhouse-tables')
const deadLetters = tables.prefix('dead_letters/')
/** Each step begins when the one before has had its time. */
const hourlyAt = (minute: number) => cron(`${minute} * * * ? *`)

export const readings = stream('greenhouse-readings', {
  record: { device_id: column.string(), temperature: column.double(), sent_at: column.epochSeconds() },
  partitionKey: 'device_id',
})
const landing = delivery('greenhouse-to-s3', {
  from: readings,
  to: raw.prefix('readings/'),
  buffer: { seconds: 60 },
  compression: 'gzip',
})

export const bronze = table('bronze_readings', {
  at: tables.prefix('bronze/readings/'),
  columns: { device_id: column.string(), temperature: column.double(), sent_at: column.epochSeconds() },
  partitionBy: day('sent_at'),
})
export const silver = table('silver_readings', {
  at: tables.prefix('silver/readings/'),
  columns: { device_id: column.string(), temperature: column.double(), event_time: column.timestamp() },
  partitionBy: month('event_time'),
})
export const gold = table('gold_daily', {
  at: tables.prefix('gold/daily/'),
  columns: {
    place: column.string(),
    on_day: column.date(),
    readings: column.bigint(),
    average: column.double(),
  },
})

/** What the office uploads: a line for each device that has been moved. */
export const moves = files(raw.prefix('moves/'), {
  format: 'csv',
  record: { device_id: column.string(), place: column.string(), since: column.string() },
})
export const deviceMoves = table('device_moves', {
  at: tables.prefix('silver/device_moves/'),
  columns: { device_id: column.string(), place: column.string(), since: column.timestamp() },
})
export const devicePlaces = table('device_places', {
  at: tables.prefix('gold/device_places/'),
  columns: {
    device_id: column.string(),
    place: column.string(),
    valid_from: column.timestamp(),
    valid_to: column.timestamp({ optional: true }),
  },
})

const toBronze = job('greenhouse-bronze', {
  from: landing,
  into: bronze,
  deadLetters,
  required: ['device_id', 'temperature', 'sent_at'],
  sql: 'SELECT device_id, temperature, sent_at FROM source',
  every: hourlyAt(0),
})
const toSilver = job('greenhouse-silver', {
  from: bronze,
  into: silver,
  // A device that hears no answer sends again.
  sql: `SELECT DISTINCT device_id, temperature, from_unixtime(sent_at) AS event_time
        FROM source
        WHERE temperature BETWEEN -40 AND 80`,
  every: hourlyAt(10),
})
const takeMoves = job('greenhouse-moves', {
  from: moves,
  into: deviceMoves,
  deadLetters,
  required: ['device_id', 'place', 'since'],
  sql: `SELECT device_id, place, CAST(from_iso8601_timestamp(since) AT TIME ZONE 'UTC' AS timestamp) AS since FROM source`,
  every: hourlyAt(0),
})
/** Made anew each time: a move ends the validity of the one before. */
const toPlaces = job('greenhouse-places', {
  from: deviceMoves,
  takes: 'all',
  into: devicePlaces,
  write: 'replace',
  sql: `SELECT device_id, place, since AS valid_from,
               lead(since) OVER (PARTITION BY device_id ORDER BY since) AS valid_to
        FROM source`,
  every: hourlyAt(10),
})
const toGold = job('greenhouse-gold', {
  from: silver,
  takes: 'all',
  into: gold,
  write: 'replace',
  reads: [devicePlaces],
  sql: `SELECT coalesce(p.place, 'unknown') AS place, CAST(s.event_time AS date) AS on_day,
               count(*) AS readings, avg(s.temperature) AS average
        FROM source s
        LEFT JOIN device_places p
          ON p.device_id = s.device_id AND s.event_time >= p.valid_from
         AND (p.valid_to IS NULL OR s.event_time < p.valid_to)
        GROUP BY 1, 2`,
  every: hourlyAt(20),
})

export default lake('greenhouse', {
  region: 'ap-northeast-1',
  parts: [toBronze, toSilver, takeMoves, toPlaces, toGold],
})
