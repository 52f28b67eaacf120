/**
 * Data catalogs: names under which queries find a catalog. AwsDataCatalog, the account's Glue catalog, is always there, and
 * those of type GLUE with the account's own id are further names for it. Catalogs behind functions (LAMBDA, HIVE) and of
 * other accounts are kept as they are registered; nothing here asks them, and what would is refused by name.
 */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import {
  dataCatalogExists,
  invalidDataCatalog,
  noSuchDataCatalog,
  unansweredDataCatalog,
  unknownCatalog,
} from './faults.ts'
import type { Scope } from './needs.ts'

export type DataCatalogType = 'GLUE' | 'LAMBDA' | 'HIVE'

export interface DataCatalogDefinition {
  readonly type: DataCatalogType
  readonly description?: string
  readonly parameters: Readonly<Record<string, string>>
}

export interface DataCatalog extends DataCatalogDefinition {
  readonly name: string
}

const own = 'AwsDataCatalog'
const isOwn = (name: string): boolean => name.toLowerCase() === own.toLowerCase()

/** `folded` is what makes two names the same. */
const tables = `
  CREATE TABLE athena_data_catalog (
    account TEXT NOT NULL, region TEXT NOT NULL, folded TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
    PRIMARY KEY (account, region, folded)) STRICT, WITHOUT ROWID;`

export class DataCatalogs {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    ledger.define('athena_data_catalog', [tables])
  }

  /** Throws where there is none of that name. */
  find(scope: Scope, name: string): DataCatalog {
    const found = this.#registered(scope, name)
    if (!found) throw noSuchDataCatalog(name)
    return found
  }

  /** In order of name, upper and lower case alike. */
  list(scope: Scope, after: string, limit: number): readonly DataCatalog[] {
    const rows = this.#ledger.all<{ name: string }>(
      `SELECT name FROM (SELECT ? AS name, ? AS folded
         UNION SELECT name, folded FROM athena_data_catalog WHERE account = ? AND region = ?)
       WHERE folded > ? ORDER BY folded LIMIT ?`,
      own,
      own.toLowerCase(),
      scope.account,
      scope.region,
      after.toLowerCase(),
      limit,
    )
    return rows.map(({ name }) => this.find(scope, name))
  }

  create(scope: Scope, catalog: DataCatalog, also: (write: Transaction) => void): Promise<void> {
    // https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateDataCatalog.html
    if (!/^[\w@-]{1,127}$/.test(catalog.name))
      throw invalidDataCatalog(
        'A data catalog has a name of at most 127 letters, digits, underscores, at signs and hyphens.',
      )
    check(catalog)
    return this.#ledger.commit(write => {
      if (this.#registered(scope, catalog.name)) throw dataCatalogExists(catalog.name)
      this.#put(write, scope, catalog)
      also(write)
    })
  }

  /** Parameters that are not given are none afterwards. */
  update(scope: Scope, name: string, definition: DataCatalogDefinition): Promise<void> {
    check(definition)
    return this.#ledger.commit(write => {
      const found = this.find(scope, name)
      if (isOwn(name)) throw invalidDataCatalog(`${own} cannot be changed.`)
      this.#put(write, scope, { ...definition, name: found.name })
    })
  }

  delete(scope: Scope, name: string, also: (write: Transaction) => void): Promise<DataCatalog> {
    return this.#ledger.commit(write => {
      const found = this.find(scope, name)
      if (isOwn(name)) throw invalidDataCatalog(`${own} cannot be deleted.`)
      const { account, region } = scope
      const sql = 'DELETE FROM athena_data_catalog WHERE account = ? AND region = ? AND folded = ?'
      write.run(sql, account, region, name.toLowerCase())
      also(write)
      return found
    })
  }

  exists(scope: Scope, name: string): boolean {
    return this.#registered(scope, name) !== undefined
  }

  /** Throws unless a query or a look at tables in a catalog of that name is one at the account's own. */
  demandOwn(scope: Scope, name: string): void {
    const found = this.#registered(scope, name)
    if (!found) throw unknownCatalog(name)
    const { type, parameters } = found
    if (type !== 'GLUE') throw unansweredDataCatalog(found.name, `a function answers for it (${type})`)
    const account = parameters['catalog-id']
    if (account !== scope.account)
      throw unansweredDataCatalog(found.name, `it is that of ${account}, and the caller's account is ${scope.account}`)
  }

  #registered(scope: Scope, name: string): DataCatalog | undefined {
    if (isOwn(name)) return { name: own, type: 'GLUE', parameters: { 'catalog-id': scope.account } }
    const sql = 'SELECT name, definition FROM athena_data_catalog WHERE account = ? AND region = ? AND folded = ?'
    const row = this.#ledger.get<{ name: string; definition: string }>(
      sql,
      scope.account,
      scope.region,
      name.toLowerCase(),
    )
    return row && { ...(JSON.parse(row.definition) as DataCatalogDefinition), name: row.name }
  }

  #put(write: Transaction, { account, region }: Scope, { name, ...definition }: DataCatalog): void {
    const sql = 'INSERT OR REPLACE INTO athena_data_catalog VALUES (?, ?, ?, ?, ?)'
    write.run(sql, account, region, name.toLowerCase(), name, JSON.stringify(definition))
  }
}

/** Which parameters each type must and may have. */
const parametersOf: Readonly<Record<DataCatalogType, readonly (readonly string[])[]>> = {
  GLUE: [['catalog-id']],
  LAMBDA: [['function'], ['metadata-function', 'record-function']],
  HIVE: [['metadata-function'], ['metadata-function', 'sdk-version']],
}

function check({ type, parameters }: DataCatalogDefinition): void {
  const given = Object.keys(parameters).sort().join()
  const allowed = parametersOf[type]
  if (!allowed.some(names => names.toSorted().join() === given))
    throw invalidDataCatalog(
      `A data catalog of type ${type} has the parameters ${allowed.map(names => names.join(' and ')).join(', or ')}.`,
    )
  const account = parameters['catalog-id']
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw invalidDataCatalog(`The parameter catalog-id is an account's number of 12 digits; '${account}' is not.`)
}
