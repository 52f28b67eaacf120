// Finds tables of all databases by words and by properties, for SearchTables. AWS's search is fuzzy in a way it does not
// describe; here a word is found as a piece of a value, and a property as its documentation says: whole or one of its parts.
// https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html
import { InvalidInputException } from './faults.ts'
import type { CatalogTable } from './table.ts'

export type Comparison = 'EQUALS' | 'GREATER_THAN' | 'LESS_THAN' | 'GREATER_THAN_EQUALS' | 'LESS_THAN_EQUALS'

export interface Search {
  readonly text?: string | undefined
  readonly filters: readonly { readonly key: string; readonly value: string; readonly comparison: Comparison }[]
  readonly sort?: { readonly key: string; readonly descending: boolean } | undefined
}

/** What comes before what: the value that is sorted by, then database and name. */
type Rank = readonly [string | number, string, string]

const texts: ReadonlyMap<string, (table: CatalogTable) => string | undefined> = new Map([
  ['CreatedBy', table => table.createdBy],
  ['DatabaseName', table => table.database],
  ['Description', table => table.description],
  ['Name', table => table.name],
  ['Owner', table => table.owner],
  ['TableType', table => table.tableType],
])
const times: ReadonlyMap<string, (table: CatalogTable) => number> = new Map([
  ['CreateTime', table => table.createdAt],
  ['UpdateTime', table => table.updatedAt],
])
const known = [...texts.keys(), ...times.keys()].join(', ')
const unknownKey = (what: string, key: string) =>
  new InvalidInputException(`${what} ${key} is not one that tables can be searched by here; these are: ${known}.`)

/** Those that are found, in order, with their place in it: the next page begins after the place of the last. */
export function search(tables: readonly CatalogTable[], { text, filters, sort }: Search, after?: string) {
  const tests = [textTest(text), ...filters.map(filterTest)]
  const rankOf = ranking(sort?.key)
  const direction = sort?.descending ? -1 : 1
  const found = tables
    .filter(table => tests.every(test => test(table)))
    .map(table => ({ table, rank: rankOf(table) }))
    .sort((a, b) => compare(a.rank, b.rank, direction))
  const from = after === undefined ? undefined : rankFrom(after)
  return found
    .filter(({ rank }) => from === undefined || compare(rank, from, direction) > 0)
    .map(({ table, rank }) => ({ table, place: JSON.stringify(rank) }))
}

function textTest(text: string | undefined): (table: CatalogTable) => boolean {
  if (text === undefined) return () => true
  const quoted = /^"(.*)"$/s.exec(text)?.[1]?.toLowerCase()
  if (quoted !== undefined) return table => valuesOf(table).includes(quoted)
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return table => {
    const values = valuesOf(table)
    return words.every(word => values.some(value => value.includes(word)))
  }
}

/** All that a person would look for. */
const valuesOf = (table: CatalogTable): readonly string[] =>
  [
    ...[...texts.values()].map(textOf => textOf(table)),
    ...[...table.columns, ...table.partitionKeys].flatMap(column => [column.name, column.comment]),
    ...Object.entries(table.parameters).flat(),
  ].flatMap(value => (value === undefined ? [] : [value.toLowerCase()]))

function filterTest({ key, value, comparison }: Search['filters'][number]): (table: CatalogTable) => boolean {
  const textOf = texts.get(key)
  if (textOf) {
    const wanted = value.toLowerCase()
    return table => {
      const own = textOf(table)?.toLowerCase()
      return own !== undefined && (own === wanted || own.split(/[^\p{L}\p{N}]+/u).includes(wanted))
    }
  }
  const timeOf = times.get(key)
  if (!timeOf) throw unknownKey('The filter', key)
  const at = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value)
  if (Number.isNaN(at)) throw new InvalidInputException(`${value} of the filter ${key} is no time.`)
  return table => comparisons[comparison](timeOf(table), at)
}

const comparisons: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  EQUALS: (a, b) => a === b,
  GREATER_THAN: (a, b) => a > b,
  LESS_THAN: (a, b) => a < b,
  GREATER_THAN_EQUALS: (a, b) => a >= b,
  LESS_THAN_EQUALS: (a, b) => a <= b,
}

function ranking(key: string | undefined): (table: CatalogTable) => Rank {
  if (key === undefined) return table => ['', table.database, table.name]
  const fieldOf = times.get(key) ?? texts.get(key)
  if (!fieldOf) throw unknownKey('The field', key)
  return table => [fieldOf(table) ?? '', table.database, table.name]
}

function compare(a: Rank, b: Rank, direction: number): number {
  for (const [at, value] of a.entries()) {
    const other = b[at] as typeof value
    if (value !== other) return (value < other ? -1 : 1) * direction
  }
  return 0
}

function rankFrom(place: string): Rank {
  try {
    const rank: unknown = JSON.parse(place)
    if (Array.isArray(rank) && rank.length === 3) return rank as unknown as Rank
  } catch {
    // Told below, as any other text that is no place.
  }
  throw new InvalidInputException('NextToken is not one that this search gave.')
}
