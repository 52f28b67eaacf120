// How long until a lake that has just started answers its first query, and how long does a whole small lake take inside a
// program, opened, asked and closed? The first is from the line that says that the lake listens to the rows of a query over a
// table that was there before; the second runs in this process, the first time and, in the median, every time after.
//
//     node bench/athena-start.ts [--rounds 5]

import { parseArgs } from 'node:util'
import { openLake } from '../src/lake.ts'
import { Door, lakeIn } from './athena-door.ts'
import { Ground, median, verdict } from './athena-load.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
const rounds = Number(values.rounds)
const sql = 'SELECT device_id, avg(temperature) AS a FROM device_telemetry WHERE day = 1 GROUP BY device_id'

await using ground = await Ground.layOut({ days: [1], rowsPerDay: 100_000 })
{
  await using door = await Door.open(lakeIn(ground.directory))
  await door.lay(ground.files, [1])
  await door.run(sql)
}
const first: number[] = []
for (let round = 0; round < rounds; round += 1) {
  await using door = await Door.open(lakeIn(ground.directory))
  const startedAt = performance.now()
  await door.run(sql)
  first.push(performance.now() - startedAt)
}
console.log(`first query after start ${verdict(median(first), 500, ' ms')}`)

const inside: number[] = []
for (let round = 0; round <= rounds; round += 1) {
  const startedAt = performance.now()
  {
    await using lake = await openLake({ directory: 'temporary' })
    await lake.query('SELECT 1 AS one')
  }
  inside.push(performance.now() - startedAt)
}
const [once = Number.NaN, ...again] = inside
console.log(
  `a lake in this process, opened, asked and closed: ${once.toFixed(0)} ms the first time, then ${verdict(median(again), 200, ' ms')}`,
)
