/** The alias of an account: a name that the whole lake has once. Nothing is found by it; it is shown. */
import { aliasTaken, noSuchAlias } from './faults.ts'
import type { Needs, Scope } from './needs.ts'

export class Aliases {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  of({ account }: Scope): string | undefined {
    return this.#needs.ledger.get<{ alias: string }>('SELECT alias FROM iam_alias WHERE account = ?', account)?.alias
  }

  /** An account has one: a second takes the place of the first. */
  create({ account }: Scope, alias: string): Promise<void> {
    return this.#needs.change(write => {
      if (write.get('SELECT 1 FROM iam_alias WHERE alias = ?', alias) !== undefined) throw aliasTaken(alias)
      write.run('INSERT OR REPLACE INTO iam_alias (account, alias) VALUES (?, ?)', account, alias)
    })
  }

  delete({ account }: Scope, alias: string): Promise<void> {
    return this.#needs.change(write => {
      if (write.run('DELETE FROM iam_alias WHERE account = ? AND alias = ?', account, alias) === 0)
        throw noSuchAlias(alias)
    })
  }
}
