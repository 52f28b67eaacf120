/**
 * The properties of a table with partition projection: what its partition columns may be, and where each partition lies.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
 */

import { partitionPath } from '../../catalog/glue/partition-path.ts'
import type { CatalogTable } from '../../catalog/glue/table.ts'
import { type DatePattern, datePattern } from '../engine/date-pattern.ts'
import type { Bound, DateUnit, ProjectedColumn } from '../engine/projection.ts'
import { QueryFailure } from './faults.ts'

type Table = Pick<CatalogTable, 'database' | 'name' | 'location' | 'parameters' | 'partitionKeys'>

export interface Projection {
  /** In the order of the table's partition columns. */
  readonly columns: readonly ProjectedColumn[]
  /** Where the partition with these values lies. */
  readonly locationOf: (values: readonly string[]) => string
}

/** Undefined for a table without it. Throws QueryFailure for properties that Athena refuses. */
export function projectionOf(table: Table): Projection | undefined {
  const properties = new Map(Object.entries(table.parameters).map(([key, value]) => [key.toLowerCase(), value]))
  if (properties.get('projection.enabled')?.trim().toLowerCase() !== 'true') return undefined
  const shown = `${table.database}.${table.name}`
  const invalid = (why: string) => new QueryFailure('user', `INVALID_TABLE_PROPERTY: Table ${shown} ${why}`)
  const names = table.partitionKeys.map(({ name }) => name)
  if (names.length === 0) throw invalid('is configured for partition projection, but it has no partition columns')
  const missing = names.filter(name => !properties.get(`projection.${name.toLowerCase()}.type`)?.trim())
  if (missing.length > 0)
    throw new QueryFailure(
      'user',
      `HIVE_METASTORE_ERROR: Table ${shown} is configured for partition projection, but the following partition columns are missing projection configuration: [${missing.join(', ')}] (table ${shown})`,
    )
  const columns = names.map(name => columnOf(name, properties, invalid))
  const formats = columns.map((column, index) => shownAs(column, table.partitionKeys[index]?.type))
  const shownOf = (values: readonly string[]) => values.map((value, index) => formats[index]?.(value) ?? value)
  const template = properties.get('storage.location.template')?.trim()
  if (template === undefined || template === '')
    return { columns, locationOf: values => withSlash(table.location) + partitionPath(names, shownOf(values)) }
  const absent = names.filter(name => !placeholders(template).includes(name.toLowerCase()))
  if (absent.length > 0)
    throw invalid(
      `has the storage.location.template '${template}', in which the following partition columns have no placeholder: [${absent.join(', ')}]. Write each as \${column}.`,
    )
  const unknown = placeholders(template).filter(name => !names.some(column => column.toLowerCase() === name))
  if (unknown.length > 0)
    throw invalid(
      `has the storage.location.template '${template}', whose placeholders [${unknown.join(', ')}] are no partition columns`,
    )
  const places = new Map(names.map((name, index) => [name.toLowerCase(), index]))
  const locationOf = (values: readonly string[]) => {
    const shown = shownOf(values)
    return withSlash(
      template.replace(placeholder, (_, name: string) => shown[places.get(name.toLowerCase()) ?? 0] ?? ''),
    )
  }
  return { columns, locationOf }
}

const placeholder = /\$\{([^}]+)\}/g
const placeholders = (template: string) =>
  [...template.matchAll(placeholder)].map(([, name]) => (name ?? '').toLowerCase())
const withSlash = (location: string) => (location.endsWith('/') ? location : `${location}/`)

/** A column of dates has dates as its values, whatever their format in the location. */
function shownAs(column: ProjectedColumn, type = 'string'): ((value: string) => string) | undefined {
  if (column.kind !== 'date' || !/^(date|timestamp)/i.test(type)) return undefined
  const pattern = datePattern(column.format)
  return value => pattern.format(Date.parse(value.length > 10 ? `${value.replace(' ', 'T')}Z` : value))
}

type Invalid = (why: string) => QueryFailure

function columnOf(name: string, properties: ReadonlyMap<string, string>, invalid: Invalid): ProjectedColumn {
  const key = `projection.${name.toLowerCase()}`
  const optional = (property: string) => properties.get(`${key}.${property}`)
  const required = (property: string) => {
    const value = optional(property)
    if (value !== undefined && value.trim() !== '') return value
    throw invalid(
      `is configured for partition projection, but the property ${key}.${property} that the type of column '${name}' requires is missing`,
    )
  }
  const wrong = (property: string, why: string) =>
    invalid(`has the invalid property ${key}.${property} = '${optional(property)}': ${why}`)
  const positive = (property: string) => {
    const text = optional(property)?.trim()
    if (text === undefined) return undefined
    if (!/^[1-9]\d{0,8}$/.test(text)) throw wrong(property, 'it must be a positive integer')
    return Number(text)
  }
  const range = () => {
    const [first, last, ...more] = required('range')
      .split(',')
      .map(part => part.trim())
    if (!first || !last || more.length > 0)
      throw wrong('range', "it must be two values with a comma between, 'first,last'")
    return [first, last] as const
  }
  const type = required('type').trim().toLowerCase()
  switch (type) {
    case 'enum':
      // White space is part of a value.
      return { kind: 'enum', values: [...new Set(required('values').split(','))] }
    case 'integer': {
      const [first, last] = range()
      const isWhole = (text: string) => /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
      if (!isWhole(first) || !isWhole(last)) throw wrong('range', 'both values must be integers of 64 bits')
      if (BigInt(first) > BigInt(last)) throw wrong('range', 'the first value must not be greater than the second')
      const digits = positive('digits')
      return {
        ...{ kind: 'integer', first: String(BigInt(first)), last: String(BigInt(last)) },
        interval: positive('interval') ?? 1,
        ...(digits !== undefined && { digits }),
      }
    }
    case 'date': {
      const pattern = patternOf(required('format'), why => wrong('format', why))
      const [first, last] = range()
      // AWS's page has both names for the smallest.
      const unit = optional('interval.unit')
        ?.trim()
        .toLowerCase()
        .replace(/^milliseconds$/, 'millis')
      const interval = positive('interval')
      const isCoarse = !pattern.has('HhkKmsS')
      if (!isCoarse && (interval === undefined || unit === undefined))
        throw invalid(
          `is configured for partition projection, but the properties ${key}.interval and ${key}.interval.unit are required where the format '${pattern.pattern}' is finer than a day`,
        )
      if (unit !== undefined && !isUnit(unit))
        throw wrong('interval.unit', `it must be one of ${units.join(', ').toUpperCase()}`)
      return {
        kind: 'date',
        first: boundOf(first, pattern, why => wrong('range', why)),
        last: boundOf(last, pattern, why => wrong('range', why)),
        format: pattern.pattern,
        interval: interval ?? 1,
        unit: unit ?? (pattern.has('dDE') ? 'days' : pattern.has('ML') ? 'months' : 'years'),
      }
    }
    case 'injected':
      return { kind: 'injected' }
    default:
      throw wrong('type', 'it must be enum, integer, date or injected')
  }
}

const units: readonly DateUnit[] = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'millis']
const isUnit = (text: string): text is DateUnit => units.some(unit => unit === text)

function patternOf(text: string, wrong: Invalid): DatePattern {
  try {
    return datePattern(text)
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : String(cause))
  }
}

const now = /^NOW(?:\s*([+-])\s*(\d{1,9})\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?$/i

function boundOf(text: string, pattern: DatePattern, wrong: Invalid): Bound {
  const found = now.exec(text)
  if (found !== null) {
    const unit = `${(found[3] ?? 'DAY').toLowerCase()}s`
    if (!isUnit(unit)) throw wrong(`the unit ${unit} is none`)
    return { fromNow: Number(found[2] ?? 0) * (found[1] === '-' ? -1 : 1), unit }
  }
  const at = pattern.parse(text)
  if (at === undefined)
    throw wrong(
      `'${text}' is no date of the format '${pattern.pattern}', nor NOW, NOW+n or NOW-n with YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES or SECONDS`,
    )
  return { at }
}
