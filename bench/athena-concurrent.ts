// What do sixteen queries at once cost beside the same work in bare DuckDB, where sixteen connections of one instance run it
// at once? Each groups a day of its own choosing, a million rows. Rounds of both in turn; the median of the ratios.
//
//     node bench/athena-concurrent.ts [--rounds 9] [--queries 16] [--rows 1000000]

import { parseArgs } from 'node:util'
import { alternate, Ground, median, medianRatio, verdict } from './athena-load.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    queries: { type: 'string', default: '16' },
    rows: { type: 'string', default: '1000000' },
  },
})
const days = [1, 2, 3, 4]
const wantedRatio = 1.2
const atOnce = Array.from({ length: Number(values.queries) }, (_, index) => index)

await using ground = await Ground.layOut({ days, rowsPerDay: Number(values.rows) })
const timed = async (work: (index: number) => Promise<unknown>) => {
  const startedAt = performance.now()
  await Promise.all(atOnce.map(work))
  return performance.now() - startedAt
}
const columns = 'device_id, avg(temperature) AS a, max("timestamp") AS m, count(*) AS n'
const { bare, engine } = await alternate(Number(values.rounds), 2, {
  bare: () =>
    timed(index =>
      ground.runBare(`SELECT ${columns} FROM telemetry GROUP BY device_id ORDER BY device_id`, [
        ...ground.files.slice(index % days.length, (index % days.length) + 1),
      ]),
    ),
  engine: () =>
    timed(index =>
      ground.runEngine(
        `SELECT ${columns} FROM device_telemetry WHERE day = ${days[index % days.length]} GROUP BY device_id ORDER BY device_id`,
      ),
    ),
})
console.log(
  `${atOnce.length} queries at once: bare DuckDB ${median(bare).toFixed(0)} ms, engine ${median(engine).toFixed(0)} ms, ratio ${verdict(medianRatio(engine, bare), wantedRatio)}`,
)
