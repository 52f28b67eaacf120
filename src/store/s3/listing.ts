// Listings of a bucket's objects and of all versions, each a range of an index.
import type { Ledger } from '../../durable/ledger.ts'
import type { Bucket } from './bucket.ts'
import { invalidArgument } from './faults.ts'
import { after, type Bound, inBatches, type Page, type PageRequest, type Position, takePage } from './paging.ts'
import { nullVersionId, type Version } from './version.ts'
import { turnOf } from './version-id.ts'
import { type VersionRow, type Versions, versionColumns, versionOf } from './versions.ts'

/** Before every turn of a key. */
const firstTurn = -(2 ** 40)

export class Listing {
  readonly #ledger: Ledger
  readonly #versions: Versions

  constructor(of: { ledger: Ledger; versions: Versions }) {
    this.#ledger = of.ledger
    this.#versions = of.versions
  }

  /** Latest versions that are no delete markers. */
  objects(bucket: Bucket, request: PageRequest): Page<Version> {
    return takePage(request, (from, below) => this.#walkObjects(bucket, from, below))
  }

  /** All versions and markers, the newest of a key first. */
  versions(bucket: Bucket, request: PageRequest): Page<Version> {
    return takePage(request, (from, below) => this.#walkVersions(bucket, from, below))
  }

  /** After the version `versionId` of `key`; after all of the key without it. */
  afterVersion(
    bucket: Bucket,
    marker: { key: string | undefined; versionId: string | undefined },
    rolled: { prefix: string; delimiter: string },
  ): Position {
    const { key, versionId } = marker
    if (versionId === undefined) return after(key ?? '', rolled.prefix, rolled.delimiter)
    if (key === undefined)
      throw invalidArgument(
        'A version-id marker cannot be specified without a key marker.',
        'version-id-marker',
        versionId,
      )
    const turn = versionId === nullVersionId ? this.#versions.find(bucket, key, versionId)?.turn : turnOf(versionId)
    if (turn === undefined) throw invalidArgument('Invalid version id specified', 'version-id-marker', versionId)
    return { key, past: turn }
  }

  #walkObjects(bucket: Bucket, from: Position, below: Bound): Iterable<Version> {
    const fetch = ({ key }: Position, limit: number) =>
      this.#ledger
        .all<VersionRow>(
          // The index leaves out older versions and markers: however many there are, a page does not walk through them.
          `SELECT ${versionColumns} FROM s3_version INDEXED BY s3_version_listed
           WHERE bucket = ? AND key >= ? AND key < ? AND latest = 1 AND marker = 0 ORDER BY key LIMIT ${limit}`,
          bucket.id,
          key,
          below,
        )
        .map(versionOf)
    return inBatches(from, fetch, ({ key }) => after(key, '', ''))
  }

  #walkVersions(bucket: Bucket, from: Position, below: Bound): Iterable<Version> {
    const fetch = ({ key, past }: Position, limit: number) =>
      this.#ledger
        .all<VersionRow>(
          `SELECT ${versionColumns} FROM s3_version
           WHERE bucket = ? AND (key, turn) > (?, ?) AND key < ? ORDER BY key, turn LIMIT ${limit}`,
          bucket.id,
          key,
          past ?? firstTurn,
          below,
        )
        .map(versionOf)
    return inBatches(from, fetch, ({ key, turn }) => ({ key, past: turn }))
  }
}
