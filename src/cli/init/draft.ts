/** The SQL that makes a table's row of a record, drafted from their columns. */
import { catalogName } from '../../define/column.ts'
import { type Field, wrong } from './answers.ts'

/** Which field of the record becomes which column, and how. */
export interface Draft {
  readonly sql: string
  readonly sources: ReadonlyMap<string, Field>
}

/** Throws, with the reason, when the record has nothing for a column. */
export function draftOf(columns: readonly Field[], record: readonly Field[]): Draft {
  const sources = new Map<string, Field>()
  for (const column of columns) {
    const source = record.find(({ name }) => isSame(name, column.name)) ?? momentFor(column, columns, record)
    if (source === undefined)
      throw wrong(
        `Nothing in the record becomes the column ${column.name}. Add it to the record, or leave it out of the table.`,
      )
    sources.set(column.name, source)
  }
  const selected = columns.map(column => expression(column, sources.get(column.name) ?? column))
  return { sql: `SELECT ${selected.join(', ')} FROM source`, sources }
}

/** `deviceId` is `device_id`. */
const isSame = (one: string, other: string): boolean => bareName(one) === bareName(other)
const bareName = (name: string): string => catalogName(name).replaceAll('_', '')

/** A moment of another name, where there is no doubt which. */
function momentFor(column: Field, columns: readonly Field[], record: readonly Field[]): Field | undefined {
  if (column.type !== 'timestamp' && column.type !== 'date') return undefined
  const free = record.filter(({ name, type }) => isMoment(type) && !columns.some(other => isSame(other.name, name)))
  return free.length === 1 ? free[0] : undefined
}

const isMoment = (type: Field['type']): boolean => /^(timestamp|date|epoch\w+)$/.test(type)

function expression(column: Field, source: Field): string {
  const name = quoted(source.name)
  const as = (text: string) => (text === quoted(column.name) ? text : `${text} AS ${quoted(column.name)}`)
  if (source.type === column.type) return as(name)
  const instant = instantOf(source)
  if (instant !== undefined && column.type === 'timestamp') return as(instant)
  if (instant !== undefined && column.type === 'date') return as(`CAST(${instant} AS date)`)
  if (canCast(source.type, column.type)) return as(`CAST(${name} AS ${sqlType(column.type)})`)
  throw wrong(
    `The record's ${source.name} is ${source.type}, which does not always make a ${column.type} for ${column.name}. Give both one type.`,
  )
}

function instantOf({ name, type }: Field): string | undefined {
  if (type === 'epochSeconds') return `from_unixtime(${quoted(name)})`
  return type === 'epochMilliseconds' ? `from_unixtime(${quoted(name)} / 1e3)` : undefined
}

const numbers: readonly string[] = ['integer', 'bigint', 'double']
const canCast = (from: Field['type'], to: Field['type']): boolean =>
  (to === 'string' && !from.startsWith('epoch')) ||
  (from === 'timestamp' && to === 'date') ||
  (from === 'date' && to === 'timestamp') ||
  (from === 'epochSeconds' && to === 'double') ||
  (from === 'epochMilliseconds' && (to === 'bigint' || to === 'double')) ||
  (numbers.includes(from) && numbers.indexOf(to) > numbers.indexOf(from))

const sqlType = (type: Field['type']): string => (type === 'string' ? 'varchar' : type)

/** https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html, those of SELECT. */
const reserved = new Set(
  `alter and as between by case cast constraint create cross cube current_catalog current_date current_path
current_schema current_time current_timestamp current_user deallocate delete describe distinct drop else end escape
except execute exists extract false first for from full group grouping having in inner insert intersect into is join
json_array json_exists json_object json_query json_table json_value last left like listagg localtime localtimestamp
natural normalize not null on or order outer prepare recursive right rollup select skip table then trim true uescape
union unnest using values when where with`.split(/\s+/),
)

const quoted = (name: string): string =>
  /^[A-Za-z]\w*$/.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name}"`
