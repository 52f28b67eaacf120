// What does a scan of ten million rows cost beside bare DuckDB on the same files? Three queries over ten Parquet partitions of
// a million rows: an aggregate of all, groups, and one that filters. Rounds of both in turn; the median of the ratios.
//
//     node bench/athena-scan.ts [--rounds 9] [--rows 10000000]

import { parseArgs } from 'node:util'
import { alternate, Ground, median, medianRatio, verdict } from './athena-load.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, rows: { type: 'string', default: '10000000' } },
})
const days = Array.from({ length: 10 }, (_, index) => index + 1)
const wantedRatio = 1.15
const queries = {
  'aggregate of all': 'SELECT count(*) AS n, avg(temperature) AS a, max("timestamp") AS m FROM telemetry',
  groups: 'SELECT device_id, avg(temperature) AS a, count(*) AS n FROM telemetry GROUP BY device_id ORDER BY device_id',
  filtered: `SELECT count(*) AS n, sum("timestamp") AS s FROM telemetry WHERE device_id = 'sensor-7' AND temperature > 20`,
}

await using ground = await Ground.layOut({ days, rowsPerDay: Math.ceil(Number(values.rows) / days.length) })
for (const [name, sql] of Object.entries(queries)) {
  const { bare, engine } = await alternate(Number(values.rounds), 2, {
    bare: () => ground.runBare(sql),
    engine: async () => (await ground.runEngine(sql.replaceAll('telemetry', 'device_telemetry'))).milliseconds,
  })
  console.log(
    `${name}: bare DuckDB ${median(bare).toFixed(0)} ms, engine ${median(engine).toFixed(0)} ms, ratio ${verdict(medianRatio(engine, bare), wantedRatio)}`,
  )
}
