/** Long-lived access keys: two a user, and the account root's. */
import type { Entity } from './entities.ts'
import { noSuchAccessKey, quotaExceeded } from './faults.ts'
import { newId, newSecret } from './ids.ts'
import { accessKeysPerUserMax } from './limits.ts'
import type { Needs, Scope } from './needs.ts'

export interface AccessKey {
  readonly key: string
  readonly account: string
  /** Id of the user; undefined for the account's root. */
  readonly owner?: string
  readonly secret: string
  readonly active: boolean
  readonly createdAt: number
  readonly used?: KeyUse
}

export interface KeyUse {
  readonly at: number
  readonly service: string
  readonly region: string
}

/** How much of the last use a crash may cost; AWS itself tells it hours late. */
const useWrittenEveryMilliseconds = 60_000

interface KeyRow {
  readonly key: string
  readonly account: string
  readonly owner: string | null
  readonly secret: string
  readonly active: number
  readonly created_at: number
  readonly used_at: number | null
  readonly used_service: string | null
  readonly used_region: string | null
}

const keyOf = (row: KeyRow): AccessKey => ({
  key: row.key,
  account: row.account,
  ...(row.owner !== null && { owner: row.owner }),
  secret: row.secret,
  active: row.active === 1,
  createdAt: row.created_at,
  ...(row.used_at !== null && {
    used: { at: row.used_at, service: row.used_service ?? '', region: row.used_region ?? '' },
  }),
})

export class AccessKeys {
  readonly #needs: Needs
  /** The latest uses; `writtenAt` is when one last went to the ledger. */
  readonly #uses = new Map<string, KeyUse & { readonly writtenAt: number }>()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  find(key: string): AccessKey | undefined {
    const row = this.#needs.ledger.get<KeyRow>('SELECT * FROM iam_access_key WHERE key = ?', key)
    return row && keyOf(row)
  }

  /** Of a user, or of the root when there is none. */
  list({ account }: Scope, owner: Entity | undefined): readonly AccessKey[] {
    return this.#needs.ledger
      .all<KeyRow>(
        'SELECT * FROM iam_access_key WHERE account = ? AND owner IS ? ORDER BY key',
        account,
        owner?.id ?? null,
      )
      .map(keyOf)
  }

  create(scope: Scope, owner: Entity | undefined): Promise<AccessKey> {
    return this.#needs.change(write => {
      if (this.list(scope, owner).length >= accessKeysPerUserMax)
        throw quotaExceeded('AccessKeysPerUser', accessKeysPerUserMax)
      const key = newId(this.#needs.random, 'AKIA')
      write.run(
        'INSERT INTO iam_access_key (key, account, owner, secret, active, created_at) VALUES (?, ?, ?, ?, 1, ?)',
        key,
        scope.account,
        owner?.id ?? null,
        newSecret(this.#needs.random),
        Math.floor(this.#needs.clock.now() / 1000) * 1000,
      )
      return this.get(scope, owner, key)
    })
  }

  get({ account }: Scope, owner: Entity | undefined, key: string): AccessKey {
    const found = this.find(key)
    if (found?.account !== account || found.owner !== owner?.id) throw noSuchAccessKey(key)
    return found
  }

  setActive(scope: Scope, owner: Entity | undefined, key: string, active: boolean): Promise<void> {
    return this.#needs.change(write => {
      this.get(scope, owner, key)
      write.run('UPDATE iam_access_key SET active = ? WHERE key = ?', active ? 1 : 0, key)
    })
  }

  delete(scope: Scope, owner: Entity | undefined, key: string): Promise<void> {
    return this.#needs.change(write => {
      this.get(scope, owner, key)
      write.run('DELETE FROM iam_access_key WHERE key = ?', key)
    })
  }

  /** Notes a request that was signed with the key. Costs a write once a minute and key. */
  used(key: string, use: KeyUse): void {
    const writtenAt = this.#uses.get(key)?.writtenAt ?? Number.NEGATIVE_INFINITY
    const due = use.at - writtenAt >= useWrittenEveryMilliseconds
    this.#uses.set(key, { ...use, writtenAt: due ? use.at : writtenAt })
    if (!due) return
    this.#needs.background.run(`the last use of access key ${key}`, () =>
      this.#needs.ledger.commit(write => {
        write.run(
          'UPDATE iam_access_key SET used_at = ?, used_service = ?, used_region = ? WHERE key = ?',
          use.at,
          use.service,
          use.region,
          key,
        )
      }),
    )
  }

  lastUse({ key, used }: AccessKey): KeyUse | undefined {
    const latest = this.#uses.get(key)
    return latest ? { at: latest.at, service: latest.service, region: latest.region } : used
  }
}
