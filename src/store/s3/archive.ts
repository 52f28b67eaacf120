// Objects of the archive classes: not to be read before they are restored, which takes hours, and for some days only. How it stands
// with one is told by the clock; nothing is moved and nobody is woken.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
import type { Ledger } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Bucket } from './bucket.ts'
import type { Buckets } from './buckets.ts'
import { invalidArgument, malformedXml, notArchived, restoreUnderWay } from './faults.ts'
import { dueAfter } from './lifecycle-due.ts'
import { restoreMilliseconds } from './limits.ts'
import type { Objects } from './objects.ts'
import type { Properties, Version } from './version.ts'
import type { Versions } from './versions.ts'

export type RestoreTier = 'Standard' | 'Bulk' | 'Expedited'

type ArchiveClass = keyof typeof restoreMilliseconds
export type Restoration = 'under way' | { readonly until: number } | undefined

const archiveClass = ({ storageClass }: Properties): ArchiveClass | undefined =>
  storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE' ? storageClass : undefined

export function restorationOf({ properties: { restore } }: Pick<Version, 'properties'>, now: number): Restoration {
  if (restore === undefined || now >= restore.until) return undefined
  return now < restore.from ? 'under way' : { until: restore.until }
}

/** That its bytes cannot be had now. */
export function isArchived(version: Pick<Version, 'properties'>, now: number): boolean {
  return archiveClass(version.properties) !== undefined && typeof restorationOf(version, now) !== 'object'
}

export class Restoring {
  readonly #of: {
    readonly ledger: Ledger
    readonly clock: Clock
    readonly buckets: Buckets
    readonly versions: Versions
    readonly objects: Objects
  }

  constructor(of: { ledger: Ledger; clock: Clock; buckets: Buckets; versions: Versions; objects: Objects }) {
    this.#of = of
  }

  /** x-amz-restore; none for what was not restored. */
  header(version: Version): string | undefined {
    const restoration = restorationOf(version, this.#of.clock.now())
    if (restoration === undefined) return undefined
    if (restoration === 'under way') return 'ongoing-request="true"'
    return `ongoing-request="false", expiry-date="${new Date(restoration.until).toUTCString()}"`
  }

  /** Whether it was restored already, so that its days begin anew. One that is under way can be asked for more quickly. */
  restore(
    bucket: Bucket,
    key: string,
    of: { versionId: string | undefined; days: number | undefined; tier: RestoreTier },
  ): Promise<boolean> {
    const { ledger, buckets, objects, versions, clock } = this.#of
    return ledger.commit(write => {
      const found = buckets.again(write, bucket)
      const version = objects.find(found, key, of.versionId)
      const { properties } = version
      const from = archiveClass(properties)
      if (from === undefined) throw notArchived(properties.storageClass ?? 'STANDARD')
      if (of.days === undefined) throw malformedXml()
      if (of.days < 1) throw invalidArgument('restoration days should be at least 1', 'Days', of.days)
      const now = clock.now()
      const takes = restoreMilliseconds[from][of.tier]
      if (takes === undefined)
        throw invalidArgument(`Tier ${of.tier} is not supported for storage class ${from}`, 'Tier', of.tier)
      const restoration = restorationOf(version, now)
      const isThere = typeof restoration === 'object'
      const readyAt = isThere ? (properties.restore?.from ?? now) : now + takes
      if (restoration === 'under way' && readyAt >= (properties.restore?.from ?? 0)) throw restoreUnderWay()
      const until = dueAfter(isThere ? now : readyAt, of.days)
      versions.setProperties(write, found, version, { ...properties, restore: { from: readyAt, until } })
      return isThere
    })
  }
}
