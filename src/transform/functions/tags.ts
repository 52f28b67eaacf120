/** Tags of functions; versions and aliases have none of their own. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { invalid, noSuchFunction } from './faults.ts'
import { tagsMax } from './limits.ts'
import { arnOf, type FunctionName } from './name.ts'
import type { Registry } from './registry.ts'

type TagValues = Readonly<Record<string, string>>

const where = 'account = ? AND region = ? AND name = ?'

export class Tags {
  readonly #ledger: Ledger
  readonly #registry: Registry

  constructor(of: { ledger: Ledger; registry: Registry }) {
    this.#ledger = of.ledger
    this.#registry = of.registry
  }

  of({ account, region, name }: FunctionName): TagValues {
    const rows = this.#ledger.all<{ key: string; value: string }>(
      `SELECT key, value FROM functions_tag WHERE ${where} ORDER BY key`,
      ...[account, region, name],
    )
    return Object.fromEntries(rows.map(row => [row.key, row.value]))
  }

  put(write: Transaction, id: FunctionName, tags: TagValues): void {
    for (const [key, value] of Object.entries(tags)) {
      checkTag(key, value)
      write.run(
        'INSERT OR REPLACE INTO functions_tag VALUES (?, ?, ?, ?, ?)',
        id.account,
        id.region,
        id.name,
        key,
        value,
      )
    }
    if (Object.keys(this.of(id)).length > tagsMax) throw invalid(`A function has at most ${tagsMax} tags.`)
  }

  add(id: FunctionName, tags: TagValues): Promise<void> {
    return this.#change(id, write => this.put(write, id, tags))
  }

  remove(id: FunctionName, keys: readonly string[]): Promise<void> {
    return this.#change(id, write => {
      for (const key of keys)
        write.run(`DELETE FROM functions_tag WHERE ${where} AND key = ?`, id.account, id.region, id.name, key)
    })
  }

  clear(write: Transaction, { account, region, name }: FunctionName): void {
    write.run(`DELETE FROM functions_tag WHERE ${where}`, account, region, name)
  }

  #change(id: FunctionName, change: (write: Transaction) => void): Promise<void> {
    return this.#ledger.commit(write => {
      if (!this.#registry.exists(id)) throw noSuchFunction(arnOf(id))
      change(write)
    })
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
function checkTag(key: string, value: string): void {
  if (key === '' || key.length > 128 || key.toLowerCase().startsWith('aws:'))
    throw invalid(`The tag key '${key.slice(0, 128)}' is not valid: 1 to 128 characters that do not begin with aws:.`)
  if (value.length > 256) throw invalid(`The value of the tag '${key}' is longer than 256 characters.`)
}
