// The role that a job acts in: asked before everything that a run reads or writes.
import { faultClass } from '../../gateway/fault.ts'
import type { Scope } from './job.ts'
import type { Permits } from './ports.ts'

const AccessDeniedException = faultClass('AccessDeniedException')

export class Role {
  readonly arn: string
  readonly #permits: Permits

  constructor(permits: Permits, scope: Scope, role: string) {
    this.#permits = permits
    this.arn = role.startsWith('arn:') ? role : `arn:aws:iam::${scope.account}:role/${role}`
  }

  /** Throws AccessDeniedException that names the action, the resource and the role. */
  require(action: string, resource: string): void {
    if (this.#permits(this.arn, 'glue.amazonaws.com', action, resource)) return
    throw new AccessDeniedException(
      `The role ${this.arn} is not authorized to perform: ${action} on resource: ${resource}. ` +
        'Either the role does not exist, it does not trust glue.amazonaws.com, or no policy of it allows the action.',
    )
  }

  requireObject(action: 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject', bucket: string, key: string): void {
    this.require(action, `arn:aws:s3:::${bucket}/${key}`)
  }
}
