/**
 * Objects that somebody else puts into a folder: what a job may begin from.
 *
 *     const uploads = files(bucket('uploads').prefix('sensors/'), {
 *       record: { device_id: column.string(), room: column.string({ optional: true }) },
 *       format: 'csv',
 *     })
 */
import { type Columns, checkColumns } from '../column.ts'
import { DefinitionMistake, known } from '../mistake.ts'
import { frozen, type Part } from '../part.ts'
import { type Bucket, type Location, locationOf, urlOf } from './bucket.ts'
import { checkFlat } from './table.ts'

export interface FilesOptions<C extends Columns> {
  readonly record: C
  /** `json`: one object a line. `csv`: its first line names the columns. json unless given. */
  readonly format?: 'json' | 'csv'
}

export interface Files<C extends Columns = Columns> extends Part {
  readonly kind: 'files'
  readonly at: Location
  readonly record: C
  readonly format: 'json' | 'csv'
}

export function files<const C extends Columns>(at: Location | Bucket, options: FilesOptions<C>): Files<C> {
  const place = locationOf('Where files lie', at)
  const name = urlOf(place)
  known(`The files of ${name}`, options, ['record', 'format'])
  const { format = 'json' } = options
  if (format !== 'json' && format !== 'csv')
    throw new DefinitionMistake(`The files of ${name} are json or csv: ${JSON.stringify(format)}`)
  const record = checkColumns(`The files of ${name}: their columns`, options.record)
  if (format === 'csv') checkFlat(`The files of ${name}`, record)
  return frozen({ kind: 'files', name, at: place, record, format })
}
