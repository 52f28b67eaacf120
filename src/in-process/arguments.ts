/** What `lake.bind` and `lake.invoke` were called with, by programs that no compiler has seen: refused by name. */
import { LakeMistake, shown } from '../world/mistake.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function holdToBinding(sql: unknown, tables: unknown): void {
  const example = "lake.bind('SELECT a FROM t', [{ name: 't', columns: [{ name: 'a', type: 'string' }] }])"
  if (typeof sql !== 'string') throw new LakeMistake(`bind takes one SELECT as a text, not ${shown(sql)}: ${example}`)
  if (!Array.isArray(tables))
    throw new LakeMistake(`bind takes a list of the tables that the SELECT may read, not ${shown(tables)}: ${example}`)
  for (const table of tables as readonly unknown[]) {
    if (!isObject(table) || typeof table.name !== 'string' || !Array.isArray(table.columns))
      throw new LakeMistake(`bind takes tables with a name and columns, not ${shown(table)}: ${example}`)
    for (const column of table.columns as readonly unknown[])
      if (!isObject(column) || typeof column.name !== 'string' || typeof column.type !== 'string')
        throw new LakeMistake(
          `bind takes columns with a name and Hive's type, and the table ${table.name} has ${shown(column)}: ${example}`,
        )
  }
}

export function holdToInvocation(caller: unknown, service: unknown, operation: unknown, input: unknown): void {
  const example = "lake.invoke(lake, 'kinesis', 'CreateStream', { StreamName: 'temperature-stream' })"
  if (!isObject(caller) || typeof caller.account !== 'string' || typeof caller.region !== 'string')
    throw new LakeMistake(
      `invoke takes first who calls, with an account and a region, not ${shown(caller)}: ${example}`,
    )
  if (typeof service !== 'string' || typeof operation !== 'string')
    throw new LakeMistake(
      `invoke takes the names of a service and of its operation, not ${shown(service)} and ${shown(operation)}: ${example}`,
    )
  if (!isObject(input))
    throw new LakeMistake(`invoke takes the operation's input as an object, not ${shown(input)}: ${example}`)
}
