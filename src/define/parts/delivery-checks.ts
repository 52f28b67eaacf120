/** What a delivery does with the members of its records: it makes a table's columns of them, or names folders by them. */
import { type Columns, catalogName, columnNamed } from '../column.ts'
import { DefinitionMistake, list, ofKind, told } from '../mistake.ts'
import { checkFolders } from './delivery-folders.ts'
import type { Table } from './table.ts'

type IntoOption = 'compression' | 'newline' | 'by' | 'folders' | 'zone'

/** Columns are found by their names, in any case, and are converted by the table's types: other ones would be guessed at. */
export function checkInto(
  what: string,
  record: Columns,
  into: Table,
  { compression, newline, by, folders, zone }: Readonly<Partial<Record<IntoOption, unknown>>>,
): void {
  ofKind(`${what}: into`, into, ['table'], "a table, table('name', { at: …, columns: … })")
  for (const [name, value] of Object.entries({ compression, newline, by }))
    if (value !== undefined)
      throw new DefinitionMistake(`${what}: ${name} goes with to; a table's files are Parquet (Snappy): leave it out.`)
  if (into.format !== 'parquet')
    throw new DefinitionMistake(
      `${what} makes Parquet, and the table ${into.name} is ${into.format}: make that parquet, or deliver with to.`,
    )
  checkFolders(what, record, into, { folders, zone })
  const members = new Map(Object.entries(record).map(([name, { type }]) => [catalogName(name), { name, type }]))
  for (const [name, { type }] of Object.entries(into.columns)) {
    const member = members.get(catalogName(name))
    if (member === undefined)
      throw new DefinitionMistake(
        `${what} finds nothing for the column ${name} of the table ${into.name} in its records, which have ${Object.keys(record).join(', ')}.`,
      )
    if (catalogName(member.type) !== catalogName(type))
      throw new DefinitionMistake(
        `${what}: the record's ${member.name} is ${member.type}, and the table ${into.name} has ${name} as ${type}. Firehose converts nothing between the two: give both one type, or let a job do it.`,
      )
  }
}

export function checkBy(what: string, record: Columns, by: readonly string[]): void {
  list(`${what}: by`, by, "['device_type']")
  for (const name of by) {
    const column = columnNamed(record, name)
    if (typeof name !== 'string' || column === undefined)
      throw new DefinitionMistake(
        `${what} cannot name folders by ${told(name)}, which is no member of its records; they have ${Object.keys(record).join(', ')}.`,
      )
    if (!/^(string|int|bigint|boolean|date)$/.test(column.type))
      throw new DefinitionMistake(
        `${what} cannot name folders by ${name}, which is ${column.type}: take a string, int, bigint, boolean or date.`,
      )
    if (column.optional)
      throw new DefinitionMistake(
        `${what}: a record without ${name} would have no folder, so ${name} cannot be optional.`,
      )
  }
  const twice = by.find((name, index) => by.indexOf(name) !== index)
  if (twice !== undefined) throw new DefinitionMistake(`${what} names folders by ${twice} twice: once will do.`)
}
