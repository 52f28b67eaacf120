// Deletes: of a key (which leaves a marker where versions are kept), of one version for good, of many in one commit.
import type { Ledger } from '../../durable/ledger.ts'
import { Fault } from '../../gateway/fault.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { checkExisting } from './conditions.ts'
import { checkKey } from './properties.ts'
import type { Deletion, Versions } from './versions.ts'

export interface DeleteRequest {
  readonly key: string
  readonly versionId?: string | undefined
  /** Only when the key's latest version has this entity tag. */
  readonly ifMatch?: string | undefined
}

export type DeleteOutcome = { readonly deletion: Deletion } | { readonly fault: Fault }

export class Deleting {
  readonly #ledger: Ledger
  readonly #buckets: Buckets
  readonly #versions: Versions

  constructor(of: { ledger: Ledger; buckets: Buckets; versions: Versions }) {
    this.#ledger = of.ledger
    this.#buckets = of.buckets
    this.#versions = of.versions
  }

  async delete(bucket: Bucket, request: DeleteRequest): Promise<Deletion> {
    const [outcome] = await this.deleteMany(bucket, [request])
    if (outcome === undefined || 'fault' in outcome) throw outcome?.fault
    return outcome.deletion
  }

  /** One commit; what is wrong with one of them does not keep the others. */
  deleteMany(bucket: Bucket, requests: readonly DeleteRequest[]): Promise<readonly DeleteOutcome[]> {
    return this.#ledger.commitRoom(write => {
      const now = this.#buckets.again(write, bucket)
      return requests.map(({ key, versionId, ifMatch }): DeleteOutcome => {
        try {
          // All that can be wrong is found before anything of this one is changed.
          checkKey(key)
          if (ifMatch !== undefined) checkExisting(ifMatch, key, this.#versions.latest(now, key))
          const deletion =
            versionId === undefined
              ? this.#versions.delete(write, now, key)
              : this.#versions.deleteVersion(write, now, key, versionId)
          return { deletion }
        } catch (cause) {
          if (cause instanceof Fault) return { fault: cause }
          throw cause
        }
      })
    })
  }
}
