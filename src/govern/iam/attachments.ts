/** Which managed policies hang on whom. */
import { type Entity, entityOf } from './entities.ts'
import { type Kind, noArn, notAttachable, notAttached, quotaExceeded } from './faults.ts'
import { attachedPoliciesMax } from './limits.ts'
import type { ManagedPolicies } from './managed-policies.ts'
import type { Needs, Scope } from './needs.ts'

export class Attachments {
  readonly #needs: Needs
  readonly #policies: ManagedPolicies

  constructor(needs: Needs, policies: ManagedPolicies) {
    this.#needs = needs
    this.#policies = policies
  }

  /** Attaching what is attached changes nothing. */
  attach(entity: Entity, arn: string): Promise<void> {
    return this.#needs.change(write => {
      if (!arn.startsWith('arn:')) throw noArn(arn)
      if (!this.#policies.find(entity, arn)) throw notAttachable(arn)
      const attached = this.arns(entity)
      if (attached.includes(arn)) return
      if (attached.length >= attachedPoliciesMax)
        throw quotaExceeded(
          `PoliciesPer${entity.kind === 'user' ? 'User' : entity.kind === 'group' ? 'Group' : 'Role'}`,
          attachedPoliciesMax,
        )
      write.run('INSERT INTO iam_attachment VALUES (?, ?)', entity.id, arn)
    })
  }

  detach(entity: Entity, arn: string): Promise<void> {
    return this.#needs.change(write => {
      if (write.run('DELETE FROM iam_attachment WHERE entity = ? AND arn = ?', entity.id, arn) === 0)
        throw notAttached(arn)
    })
  }

  arns(entity: Pick<Entity, 'id'>): readonly string[] {
    return this.#needs.ledger
      .all<{ arn: string }>('SELECT arn FROM iam_attachment WHERE entity = ? ORDER BY arn', entity.id)
      .map(({ arn }) => arn)
  }

  /** Who has the policy, in this account. */
  holders({ account }: Scope, arn: string, kind: Kind): readonly Entity[] {
    return this.#needs.ledger
      .all<Parameters<typeof entityOf>[0]>(
        `SELECT iam_entity.* FROM iam_attachment JOIN iam_entity ON iam_entity.id = entity
         WHERE arn = ? AND account = ? AND kind = ? ORDER BY name`,
        arn,
        account,
        kind,
      )
      .map(entityOf)
  }

  /** Whose boundary the policy is, in this account. */
  bounded({ account }: Scope, arn: string, kind: Kind): readonly Entity[] {
    return this.#needs.ledger
      .all<Parameters<typeof entityOf>[0]>(
        'SELECT * FROM iam_entity WHERE boundary = ? AND account = ? AND kind = ? ORDER BY name',
        arn,
        account,
        kind,
      )
      .map(entityOf)
  }

  count({ account }: Scope, arn: string): { readonly attached: number; readonly bounding: number } {
    const [attached, bounding] = [
      'iam_attachment JOIN iam_entity ON iam_entity.id = entity WHERE arn',
      'iam_entity WHERE boundary',
    ].map(
      from =>
        this.#needs.ledger.get<{ n: number }>(`SELECT count(*) AS n FROM ${from} = ? AND account = ?`, arn, account)
          ?.n ?? 0,
    )
    return { attached: attached ?? 0, bounding: bounding ?? 0 }
  }
}
