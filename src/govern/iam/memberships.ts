/** Users in groups, and the role in an instance profile. */
import { type Entity, entityOf } from './entities.ts'
import { notInProfile, quotaExceeded } from './faults.ts'
import { groupsPerUserMax, rolesPerProfileMax } from './limits.ts'
import type { Needs } from './needs.ts'

type Row = Parameters<typeof entityOf>[0]

export class Memberships {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  add(holder: Entity, member: Entity): Promise<void> {
    return this.#needs.change(write => {
      if (holder.kind === 'profile') {
        if (this.members(holder).length >= rolesPerProfileMax)
          throw quotaExceeded('InstanceSessionsPerInstanceProfile', rolesPerProfileMax)
      } else if (this.holders(member).filter(one => one.id !== holder.id).length >= groupsPerUserMax)
        throw quotaExceeded('GroupsPerUser', groupsPerUserMax)
      write.run('INSERT INTO iam_membership VALUES (?, ?) ON CONFLICT DO NOTHING', holder.id, member.id)
    })
  }

  remove(holder: Entity, member: Entity): Promise<void> {
    return this.#needs.change(write => {
      const removed = write.run('DELETE FROM iam_membership WHERE holder = ? AND member = ?', holder.id, member.id)
      // As in AWS: who is not in a group may be taken out of it, a role that is not in a profile may not.
      if (removed === 0 && holder.kind === 'profile') throw notInProfile(holder.name, member.name)
    })
  }

  members(holder: Pick<Entity, 'id'>): readonly Entity[] {
    return this.#rows('member', 'holder', holder.id)
  }

  holders(member: Pick<Entity, 'id'>): readonly Entity[] {
    return this.#rows('holder', 'member', member.id)
  }

  #rows(wanted: 'holder' | 'member', given: 'holder' | 'member', id: string): readonly Entity[] {
    return this.#needs.ledger
      .all<Row>(
        `SELECT iam_entity.* FROM iam_membership JOIN iam_entity ON iam_entity.id = ${wanted} WHERE ${given} = ? ORDER BY name`,
        id,
      )
      .map(entityOf)
  }
}
