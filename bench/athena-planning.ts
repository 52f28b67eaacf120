// How long does it take to find out what of 100,000 partitions a query needs? Through the whole door, on a lake in a process
// of its own: QueryPlanningTimeInMillis and what the lake counts for the whole query, for a table whose partitions are in
// the catalog and for one that projects them, with conditions of several forms. Medians; the promise is for the planning.
//
//     node bench/athena-planning.ts [--rounds 9] [--partitions 100000]

import { parseArgs } from 'node:util'
import { BatchCreatePartitionCommand, GlueClient } from '@aws-sdk/client-glue'
import { Door, lakeIn } from './athena-door.ts'
import { Ground, median, verdict } from './athena-load.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, partitions: { type: 'string', default: '100000' } },
})
const count = Number(values.partitions)
const wantedMilliseconds = 50
const conditions = {
  'one value': (last: string) => `day = ${last}`,
  'a range': (last: string) => `day BETWEEN ${Number(last) - 2} AND ${last}`,
  'one of a text': (last: string) => `name = 'n${last.padStart(6, '0')}'`,
  LIKE: (last: string) => `name LIKE '%${last.padStart(6, '0')}'`,
  substr: (last: string) => `substr(name, 2) = '${last.padStart(6, '0')}'`,
}

await using ground = await Ground.layOut({ days: [1], rowsPerDay: 1000 })
await using door = await Door.open(lakeIn(ground.directory))
await door.lay(ground.files, [1])
await layOut()
for (const [table, last] of [
  ['looked_up', String(count - 1)],
  ['projected_days', String(count - 1)],
] as const) {
  for (const [name, condition] of Object.entries(conditions)) {
    if (table === 'projected_days' && name !== 'one value' && name !== 'a range') continue
    await measure(`${table}, ${name}`, `SELECT count(*) FROM ${table} WHERE ${condition(last)}`)
  }
}
for (const [name, condition] of Object.entries(conditions)) {
  if (name === 'one value' || name === 'a range') continue
  await measure(`projected_names, ${name}`, `SELECT count(*) FROM projected_names WHERE ${condition(String(99))}`)
}

async function measure(what: string, sql: string): Promise<void> {
  const [planning, whole]: [number[], number[]] = [[], []]
  for (let round = -2; round < Number(values.rounds); round += 1) {
    const { execution } = await door.run(sql)
    if (round < 0) continue
    planning.push(execution.Statistics?.QueryPlanningTimeInMillis ?? Number.NaN)
    whole.push(execution.Statistics?.TotalExecutionTimeInMillis ?? Number.NaN)
  }
  console.log(
    `${what}: planning ${verdict(median(planning), wantedMilliseconds, ' ms')}, the whole query ${median(whole).toFixed(0)} ms`,
  )
}

/** Partitions without objects: what is measured is finding them. */
async function layOut(): Promise<void> {
  const table = (name: string, properties: string) => `CREATE EXTERNAL TABLE ${name} (device_id string)
    PARTITIONED BY (day int, name string) STORED AS PARQUET LOCATION 's3://bench/${name}/' ${properties}`
  await door.run(table('looked_up', ''))
  const range = (column: string, type: string, more: string) =>
    `'projection.${column}.type' = '${type}', 'projection.${column}.${more}`
  await door.run(
    table(
      'projected_days',
      `TBLPROPERTIES ('projection.enabled' = 'true', ${range('day', 'integer', `range' = '0,${count - 1}'`)}, ${range('name', 'enum', "values' = 'a'")})`,
    ),
  )
  const names = Array.from({ length: 100 }, (_, index) => `n${String(index).padStart(6, '0')}`).join(',')
  await door.run(
    table(
      'projected_names',
      `TBLPROPERTIES ('projection.enabled' = 'true', ${range('day', 'integer', `range' = '0,${Math.ceil(count / 100) - 1}'`)}, ${range('name', 'enum', `values' = '${names}'`)})`,
    ),
  )
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
  const glue = new GlueClient({ endpoint: door.endpoint, region: 'us-east-1', credentials })
  for (let from = 0; from < count; from += 100) {
    const PartitionInputList = Array.from({ length: Math.min(100, count - from) }, (_, index) => ({
      Values: [String(from + index), `n${String(from + index).padStart(6, '0')}`],
      StorageDescriptor: { Location: `s3://bench/looked_up/day=${from + index}/` },
    }))
    await glue.send(
      new BatchCreatePartitionCommand({ DatabaseName: 'default', TableName: 'looked_up', PartitionInputList }),
    )
  }
  glue.destroy()
}
