// What does a small query cost over bare DuckDB? The runbook's query over one Parquet partition of three, answered
// - by DuckDB in this process on the same file,
// - by a warm child of the engine (parse, translate, prune, confine, scan, Athena's CSV),
// - through the whole door: StartQueryExecution, GetQueryExecution every 5 ms until it has ended, GetQueryResults, with the
//   AWS SDK over HTTP on a lake in a process of its own.
// Rounds of the three in turn; medians of the differences in one round.
//
//     node bench/athena-vs-duckdb.ts [--rounds 40]

import { parseArgs } from 'node:util'
import { Door, lakeIn } from './athena-door.ts'
import { alternate, Ground, median, medianOver, verdict } from './athena-load.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } })
const days = [14, 15, 16]
const wantedOver = 30
const sql = `SELECT device_id, AVG(temperature) AS avg_temp FROM device_telemetry
  WHERE year=2025 AND month=10 AND day=15 GROUP BY device_id ORDER BY avg_temp DESC`
const bareSql =
  'SELECT device_id, avg(temperature) AS avg_temp FROM telemetry GROUP BY device_id ORDER BY avg_temp DESC'

await using ground = await Ground.layOut({ days, rowsPerDay: 100_000 })
await using door = await Door.open(lakeIn(ground.directory))
await door.lay(ground.files, days)
const told: number[] = []
const { bare, engine, whole } = await alternate(Number(values.rounds), 5, {
  bare: () => ground.runBare(bareSql, ground.files.slice(1, 2)),
  engine: async () => (await ground.runEngine(sql)).milliseconds,
  async whole() {
    const startedAt = performance.now()
    const { rows, execution } = await door.run(sql)
    const milliseconds = performance.now() - startedAt
    // The header is a row of its own.
    if (rows !== 51) throw new Error(`${rows} rows came back`)
    told.push(execution.Statistics?.TotalExecutionTimeInMillis ?? Number.NaN)
    return milliseconds
  },
})
console.log(`bare DuckDB ${median(bare).toFixed(1)} ms`)
console.log(
  `engine ${median(engine).toFixed(1)} ms, over bare DuckDB ${verdict(medianOver(engine, bare), wantedOver, ' ms')}`,
)
console.log(
  `AWS SDK over HTTP ${median(whole).toFixed(1)} ms, of which the lake counts ${median(told).toFixed(0)} ms; over bare DuckDB ${verdict(medianOver(whole, bare), wantedOver, ' ms')}`,
)
