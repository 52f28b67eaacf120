/** What is worth a line beneath a part's name: its size, its pace, how it is cut. */
import { derivedRoleName } from '../acting.ts'
import type { Schedule } from '../every.ts'
import type { AnyPart, LakeDefinition } from '../lake.ts'
import { urlOf } from '../parts/bucket.ts'

export function factsOf(part: AnyPart): readonly string[] {
  switch (part.kind) {
    case 'stream': {
      const { shards, retentionHours } = part
      const size = shards === 'on-demand' ? shards : count(shards, 'shard')
      return retentionHours === 24 ? [size] : [`${size}, kept ${span(retentionHours)}`]
    }
    case 'delivery': {
      const { compression, buffer } = part
      const pace = `${buffer.seconds} s or ${buffer.mebibytes} MiB`
      return [compression === 'none' ? pace : `${compression}, ${pace}`]
    }
    case 'files':
      return [`${part.format} from elsewhere`]
    case 'table': {
      const cut = part.partitionBy
      const format = part.format === 'parquet' ? [] : [part.format]
      const place = urlOf(part.at)
      if (cut === undefined) return [...format, place]
      return [
        cut.kind === 'time' ? `${cut.units.join('/')} in ${cut.zone}` : `by ${cut.of.join('/')}`,
        ...format,
        place,
      ]
    }
    case 'job':
      return [part.transform === undefined ? paceOf(part.schedule) : `by a function, ${paceOf(part.schedule)}`]
    case 'crawler':
      return [paceOf(part.schedule), ...(part.tablePrefix === undefined ? [] : [`tables ${part.tablePrefix}…`])]
    case 'workgroup':
      return part.scanBytesMax === undefined ? [] : [`${size(part.scanBytesMax)} a query at most`]
    case 'bucket':
      return [part.versioning ? 'versioned' : 'not versioned']
    case 'role':
      return [`for ${part.for}`]
  }
}

/** As which role a part acts; undefined where it does not act. */
export type RoleOf = (part: AnyPart) => string | undefined

/** A part's own role, or the name of the one that is derived for it. */
export const roleOf =
  ({ name }: LakeDefinition): RoleOf =>
  part => {
    if (part.kind !== 'delivery' && part.kind !== 'job' && part.kind !== 'crawler') return undefined
    return part.role?.name ?? derivedRoleName(name, part.name, part.kind)
  }

/** `rate(5 minutes)` */
function paceOf(schedule: Schedule | undefined): string {
  if (schedule === undefined) return 'when it is started'
  const { expression, zone } = schedule
  const rate = /^rate\((.*)\)$/.exec(expression)?.[1]
  return rate === undefined ? `${expression} in ${zone}` : `every ${rate.replace(/^1 /, '')}`
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
const span = (hours: number): string => (hours % 24 === 0 ? count(hours / 24, 'day') : count(hours, 'hour'))

function size(bytes: number): string {
  const [unit, name] = bytes % 1024 ** 3 === 0 ? [1024 ** 3, 'GiB'] : [1024 ** 2, 'MiB']
  return `${Number((bytes / unit).toFixed(1))} ${name}`
}
