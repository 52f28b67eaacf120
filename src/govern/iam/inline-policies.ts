/** Policies that live and die with one user, role or group. */
import { checkDocument } from './document.ts'
import type { Entity } from './entities.ts'
import { noSuchInlinePolicy, policyTooLarge } from './faults.ts'
import { inlineCharactersMax } from './limits.ts'
import type { Needs } from './needs.ts'
import { cutOf, type Page, type PageRequest, pageOf } from './paging.ts'

export interface InlinePolicy {
  readonly name: string
  readonly document: string
}

export class InlinePolicies {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  put(entity: Entity, policy: InlinePolicy): Promise<void> {
    checkDocument(policy.document, 'identity')
    return this.#needs.change(write => {
      const others = write.all<InlinePolicy>(
        'SELECT document FROM iam_inline WHERE entity = ? AND name <> ?',
        entity.id,
        policy.name,
      )
      const characters = [...others, policy].reduce((sum, one) => sum + one.document.replace(/\s/g, '').length, 0)
      const most = inlineCharactersMax[entity.kind === 'user' || entity.kind === 'group' ? entity.kind : 'role']
      if (characters > most) throw policyTooLarge(`${entity.kind} ${entity.name}`, most)
      write.run(
        'INSERT INTO iam_inline VALUES (?, ?, ?) ON CONFLICT (entity, name) DO UPDATE SET document = excluded.document',
        entity.id,
        policy.name,
        policy.document,
      )
    })
  }

  get(entity: Entity, name: string): InlinePolicy {
    const found = this.#needs.ledger.get<InlinePolicy>(
      'SELECT name, document FROM iam_inline WHERE entity = ? AND name = ?',
      entity.id,
      name,
    )
    if (!found) throw noSuchInlinePolicy(entity.kind, name)
    return found
  }

  list(entity: Entity, options: PageRequest): Page<InlinePolicy> {
    const cut = cutOf(options)
    const rows = this.#needs.ledger.all<InlinePolicy>(
      'SELECT name, document FROM iam_inline WHERE entity = ? AND name > ? ORDER BY name LIMIT ?',
      entity.id,
      cut.after,
      cut.limit,
    )
    return pageOf(rows, cut, policy => policy.name)
  }

  all(entity: Pick<Entity, 'id'>): readonly InlinePolicy[] {
    return this.#needs.ledger.all<InlinePolicy>(
      'SELECT name, document FROM iam_inline WHERE entity = ? ORDER BY name',
      entity.id,
    )
  }

  delete(entity: Entity, name: string): Promise<void> {
    return this.#needs.change(write => {
      if (write.run('DELETE FROM iam_inline WHERE entity = ? AND name = ?', entity.id, name) === 0)
        throw noSuchInlinePolicy(entity.kind, name)
    })
  }
}
