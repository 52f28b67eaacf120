/**
 * The database `default`, which queries are in that name no other. Hive makes it when it first looks at a catalog, and so it is
 * there in Athena without anybody having made it; here the first table or view that is made in it makes it.
 */
import type { Transaction } from '../../durable/ledger.ts'
import type { Caller } from './caller.ts'
import type { Catalog } from './needs.ts'

const name = 'default'

/** Whether a table can be made in a database: it is there, or is made with the table. */
export function takesTables(catalog: Catalog, caller: Caller, database: string): boolean {
  return (
    catalog.database(caller, database) !== undefined ||
    (database === name && caller.mayDatabase('glue:CreateDatabase', database))
  )
}

/** In the commit that makes a table in a database. */
export function makeDefault(write: Transaction, catalog: Catalog, caller: Caller, database: string): void {
  if (database !== name || catalog.database(caller, name)) return
  catalog.createDatabase(write, caller, { name, description: 'Default Hive database' })
}
