// Configurations of S3 Intelligent-Tiering as a bucket keeps them: what AWS refuses of them. They are kept and returned; no
// object is archived by them, so everything here can be read at once.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
import { invalidArgument, malformedXml } from './faults.ts'
import { tieringConfigurationsMax, tieringDays, tieringIdMax } from './limits.ts'
import type { Tags } from './version.ts'

export type ArchiveTier = 'ARCHIVE_ACCESS' | 'DEEP_ARCHIVE_ACCESS'

export interface Tiering {
  readonly id: string
  readonly enabled: boolean
  readonly prefix?: string
  readonly tags?: Tags
  readonly tiers: readonly { readonly tier: ArchiveTier; readonly days: number }[]
}

/** By their ids, in order. */
export type Tierings = Readonly<Record<string, Tiering>>

/** @throws InvalidArgument, MalformedXML */
export function checkTiering({ id, tiers }: Tiering, kept: Tierings): void {
  if (id === '' || id.length > tieringIdMax)
    throw invalidArgument(`ID length should be between 1 and ${tieringIdMax}`, 'id', id)
  if (kept[id] === undefined && Object.keys(kept).length >= tieringConfigurationsMax)
    throw invalidArgument(
      `A bucket has at most ${tieringConfigurationsMax} intelligent tiering configurations`,
      'id',
      id,
    )
  if (tiers.length === 0 || new Set(tiers.map(({ tier }) => tier)).size < tiers.length) throw malformedXml()
  for (const { tier, days } of tiers) {
    const { min, max } = tieringDays[tier]
    if (days < min || days > max)
      throw invalidArgument(`Days for ${tier} should be between ${min} and ${max}`, 'Days', days)
  }
  const days = (wanted: ArchiveTier) => tiers.find(({ tier }) => tier === wanted)?.days
  const [archive, deep] = [days('ARCHIVE_ACCESS'), days('DEEP_ARCHIVE_ACCESS')]
  if (archive !== undefined && deep !== undefined && deep <= archive)
    throw invalidArgument('Days for DEEP_ARCHIVE_ACCESS should be greater than those for ARCHIVE_ACCESS', 'Days', deep)
}
