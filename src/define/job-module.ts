/**
 * The module of a job whose work is a function: the function as it was written, and around it what the table wants besides:
 * columns that were left out, instants as numbers, and the partition columns cut out of a moment in the table's zone.
 */
import type { LakeDefinition } from './lake.ts'
import type { Job } from './parts/job.ts'
import type { Table } from './parts/table.ts'

export function jobModule(job: Job, transform: string, definition: LakeDefinition): string {
  const { columns } = job.into
  const names = Object.keys(columns)
  const optional = names.filter(name => columns[name]?.optional)
  const epochs = Object.fromEntries(
    names.flatMap(name => {
      const moment = columns[name]?.moment
      return moment === 'epochSeconds' ? [[name, 1000]] : moment === 'epochMilliseconds' ? [[name, 1]] : []
    }),
  )
  return `// ${job.name}: made from the definition of the lake ${definition.name}.
const __name = given => given // some compilers put this around functions
const transform = ${transform}

const optional = ${JSON.stringify(optional)}
const epochs = ${JSON.stringify(epochs)} // milliseconds in one of their units
${cutting(job.into)}
function laidOut(given) {
  const row = { ...given }
  for (const name of optional) row[name] ??= null
  for (const [name, unit] of Object.entries(epochs))
    if (row[name] instanceof Date) row[name] = row[name].getTime() / unit
  return { ...row, ...cut(row) }
}

export default async function* (rows, context) {
  for await (const row of await transform(rows, context)) yield laidOut(row)
}
`
}

function cutting({ columns, partitionBy }: Table): string {
  if (partitionBy?.kind !== 'time') return 'const cut = () => ({})\n'
  const { of, units, zone } = partitionBy
  const moment = columns[of]?.moment
  const unit = moment === 'epochSeconds' ? 1000 : 1
  // A date has no zone: it is the day that it says.
  return `const units = ${JSON.stringify(units)}

function cut(row) {
  const value = row[${JSON.stringify(of)}]
  if (value === null || value === undefined) return Object.fromEntries(units.map(unit => [unit, null]))
  const at =
    typeof value === 'string'
      ? Date.parse(value.length > 10 ? value.replace(' ', 'T').replace(/Z?$/, 'Z') : value)
      : value instanceof Date ? value.getTime() : Number(value) * ${unit}
  if (Number.isNaN(at)) throw new TypeError(${JSON.stringify(`${of} tells no moment: `)} + value)
  const wall = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(${JSON.stringify(moment === 'date' ? 'UTC' : zone)})
  return Object.fromEntries(units.map(unit => [unit, wall[unit]]))
}
`
}
