/**
 * Users, roles, groups and instance profiles: what has a name, a path, an id and an ARN. What hangs on them (policies,
 * keys, memberships) is in rooms of its own, and keeps them from being deleted.
 */
import type { Transaction } from '../../durable/ledger.ts'
import {
  entityExists,
  type Kind,
  noSuchEntity,
  quotaExceeded,
  stillAccessKeys,
  stillAttached,
  stillInGroups,
  stillInline,
  stillInProfile,
} from './faults.ts'
import { newId, type Prefix } from './ids.ts'
import { tagsMax } from './limits.ts'
import type { Needs, Scope, Tags } from './needs.ts'
import { cutOf, type Page, type PageRequest, pageOf } from './paging.ts'

export interface Entity {
  readonly id: string
  readonly account: string
  readonly kind: Kind
  readonly name: string
  readonly path: string
  readonly arn: string
  readonly createdAt: number
  readonly tags: Tags
  /** ARN of the permissions boundary. */
  readonly boundary?: string
  /** The trust policy of a role. */
  readonly trust?: string
  readonly description?: string
  readonly sessionSecondsMax?: number
}

interface EntityRow {
  readonly id: string
  readonly account: string
  readonly kind: Kind
  readonly name: string
  readonly path: string
  readonly created_at: number
  readonly tags: string
  readonly boundary: string | null
  readonly trust: string | null
  readonly description: string | null
  readonly session_seconds_max: number | null
}

export interface NewEntity {
  readonly name: string
  readonly path?: string | undefined
  readonly tags?: Tags
  readonly boundary?: string | undefined
  readonly trust?: string
  readonly description?: string | undefined
  readonly sessionSecondsMax?: number
}

export interface EntityChange {
  readonly name?: string | undefined
  readonly path?: string | undefined
  readonly trust?: string | undefined
  readonly description?: string | undefined
  readonly sessionSecondsMax?: number | undefined
}

const prefixes: Readonly<Record<Kind, Prefix>> = { user: 'AIDA', role: 'AROA', group: 'AGPA', profile: 'AIPA' }

export const arnOf = (kind: Kind, { account, path, name }: { account: string; path: string; name: string }): string =>
  `arn:aws:iam::${account}:${kind === 'profile' ? 'instance-profile' : kind}${path}${name}`

export function entityOf(row: EntityRow): Entity {
  return {
    id: row.id,
    account: row.account,
    kind: row.kind,
    name: row.name,
    path: row.path,
    arn: arnOf(row.kind, row),
    createdAt: row.created_at,
    tags: JSON.parse(row.tags) as Tags,
    ...(row.boundary !== null && { boundary: row.boundary }),
    ...(row.trust !== null && { trust: row.trust }),
    ...(row.description !== null && { description: row.description }),
    ...(row.session_seconds_max !== null && { sessionSecondsMax: row.session_seconds_max }),
  }
}

export class Entities {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  find({ account }: Scope, kind: Kind, name: string): Entity | undefined {
    const row = this.#needs.ledger.get<EntityRow>(
      'SELECT * FROM iam_entity WHERE account = ? AND kind = ? AND name = ? COLLATE NOCASE',
      account,
      kind,
      name,
    )
    return row?.name === name ? entityOf(row) : undefined
  }

  get(scope: Scope, kind: Kind, name: string): Entity {
    const found = this.find(scope, kind, name)
    if (!found) throw noSuchEntity(kind, name)
    return found
  }

  byId(id: string): Entity | undefined {
    const row = this.#needs.ledger.get<EntityRow>('SELECT * FROM iam_entity WHERE id = ?', id)
    return row && entityOf(row)
  }

  list(
    { account }: Scope,
    kind: Kind,
    options: PageRequest & { readonly pathPrefix?: string | undefined },
  ): Page<Entity> {
    const cut = cutOf(options)
    const prefix = options.pathPrefix ?? '/'
    const rows = this.#needs.ledger.all<EntityRow>(
      `SELECT * FROM iam_entity WHERE account = ? AND kind = ? AND name > ? COLLATE NOCASE AND substr(path, 1, ?) = ?
       ORDER BY name COLLATE NOCASE LIMIT ?`,
      account,
      kind,
      cut.after,
      prefix.length,
      prefix,
      cut.limit,
    )
    return pageOf(rows.map(entityOf), cut, entity => entity.name)
  }

  every({ account }: Scope, kind: Kind): readonly Entity[] {
    const sql = 'SELECT * FROM iam_entity WHERE account = ? AND kind = ? ORDER BY name'
    return this.#needs.ledger.all<EntityRow>(sql, account, kind).map(entityOf)
  }

  count({ account }: Scope, kind: Kind): number {
    const row = this.#needs.ledger.get<{ n: number }>(
      'SELECT count(*) AS n FROM iam_entity WHERE account = ? AND kind = ?',
      account,
      kind,
    )
    return row?.n ?? 0
  }

  create(scope: Scope, kind: Kind, wanted: NewEntity): Promise<Entity> {
    checkTags(wanted.tags ?? {})
    return this.#needs.change(write => {
      this.#refuseTaken(scope, kind, wanted.name)
      const id = newId(this.#needs.random, prefixes[kind])
      write.run(
        `INSERT INTO iam_entity
           (id, account, kind, name, path, created_at, tags, boundary, trust, description, session_seconds_max)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        scope.account,
        kind,
        wanted.name,
        wanted.path ?? '/',
        // AWS keeps seconds.
        Math.floor(this.#needs.clock.now() / 1000) * 1000,
        JSON.stringify(wanted.tags ?? {}),
        wanted.boundary ?? null,
        wanted.trust ?? null,
        wanted.description ?? null,
        wanted.sessionSecondsMax ?? null,
      )
      return this.get(scope, kind, wanted.name)
    })
  }

  update(scope: Scope, kind: Kind, name: string, change: EntityChange): Promise<Entity> {
    return this.#needs.change(write => {
      const entity = this.get(scope, kind, name)
      if (change.name !== undefined && change.name.toLowerCase() !== name.toLowerCase())
        this.#refuseTaken(scope, kind, change.name)
      const next = {
        ...entity,
        ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      }
      write.run(
        'UPDATE iam_entity SET name = ?, path = ?, trust = ?, description = ?, session_seconds_max = ? WHERE id = ?',
        next.name,
        next.path,
        next.trust ?? null,
        next.description ?? null,
        next.sessionSecondsMax ?? null,
        entity.id,
      )
      return this.get(scope, kind, next.name)
    })
  }

  setBoundary(scope: Scope, kind: Kind, name: string, arn: string | undefined): Promise<void> {
    return this.#needs.change(write => {
      write.run('UPDATE iam_entity SET boundary = ? WHERE id = ?', arn ?? null, this.get(scope, kind, name).id)
    })
  }

  retag(scope: Scope, kind: Kind, name: string, change: (tags: Tags) => Tags): Promise<void> {
    return this.#needs.change(write => {
      const entity = this.get(scope, kind, name)
      const tags = change(entity.tags)
      checkTags(tags)
      write.run('UPDATE iam_entity SET tags = ? WHERE id = ?', JSON.stringify(tags), entity.id)
    })
  }

  /** Nothing that hangs on it goes with it: AWS wants that taken off first. */
  delete(scope: Scope, kind: Kind, name: string): Promise<void> {
    return this.#needs.change(write => {
      const { id, account } = this.get(scope, kind, name)
      const found = (sql: string, ...values: string[]): boolean => write.get(`${sql} LIMIT 1`, ...values) !== undefined
      if (found('SELECT 1 FROM iam_attachment WHERE entity = ?', id)) throw stillAttached()
      if (found('SELECT 1 FROM iam_inline WHERE entity = ?', id)) throw stillInline()
      if (found('SELECT 1 FROM iam_access_key WHERE account = ? AND owner = ?', account, id)) throw stillAccessKeys()
      if (found('SELECT 1 FROM iam_membership WHERE holder = ? OR member = ?', id, id))
        throw kind === 'role' || kind === 'profile' ? stillInProfile() : stillInGroups()
      removeRow(write, id)
    })
  }

  #refuseTaken({ account }: Scope, kind: Kind, name: string): void {
    const taken = this.#needs.ledger.get(
      'SELECT 1 FROM iam_entity WHERE account = ? AND kind = ? AND name = ? COLLATE NOCASE',
      account,
      kind,
      name,
    )
    if (taken) throw entityExists(kind, name)
  }
}

const removeRow = (write: Transaction, id: string) => write.run('DELETE FROM iam_entity WHERE id = ?', id)

export function checkTags(tags: Tags): void {
  if (Object.keys(tags).length > tagsMax) throw quotaExceeded('TagsPerResource', tagsMax)
}
