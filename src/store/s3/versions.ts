// The versions of keys: which one is the latest, what a write or a delete does to the others. All of S3's versioning
// rules are here; whether a write is allowed at all is decided by who calls.
//
//   off         a key has one version, `null`, and a write takes its place
//   enabled     a write adds a version, a delete adds a marker
//   suspended   a write or a marker takes the place of the version `null`; the others stay
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import type { Bucket } from './bucket.ts'
import type { Contents } from './contents.ts'
import { invalidVersionId } from './faults.ts'
import { nullVersionId, type Properties, type Stored, type Tags, type Version } from './version.ts'
import { newVersionId, turnOf } from './version-id.ts'

interface VersionRow {
  readonly key: string
  readonly turn: number
  readonly version_id: string
  readonly latest: number
  readonly marker: number
  readonly modified_at: number
  readonly bytes: number
  readonly etag: string
  readonly content: string
  readonly properties: string
  readonly tags: string
}

const columns = 'key, turn, version_id, latest, marker, modified_at, bytes, etag, content, properties, tags'

const emptyMarker: Stored = {
  content: '',
  bytes: 0,
  etag: '',
  properties: { encryption: { algorithm: 'AES256' } },
  tags: {},
}

export interface Deletion {
  /** A marker was added, or a version that is a marker was removed. */
  readonly marker: boolean
  /** Of the marker, or of the version that was removed; undefined where versioning was never on. */
  readonly versionId: string | undefined
}

export class Versions {
  readonly #ledger: Ledger
  readonly #contents: Contents
  readonly #clock: Clock
  readonly #random: Random
  /** By the bucket's id. */
  readonly #changes = new Map<number, number>()

  constructor(of: { ledger: Ledger; contents: Contents; clock: Clock; random: Random }) {
    this.#ledger = of.ledger
    this.#contents = of.contents
    this.#clock = of.clock
    this.#random = of.random
  }

  /** How often a version of the bucket was written or removed by this process (or was about to be, and was undone). */
  changes(bucket: Bucket): number {
    return this.#changes.get(bucket.id) ?? 0
  }

  /** The newest, which may be a delete marker. */
  latest(bucket: Bucket, key: string): Version | undefined {
    const row = this.#ledger.get<VersionRow>(
      `SELECT ${columns} FROM s3_version WHERE bucket = ? AND key = ? ORDER BY turn LIMIT 1`,
      bucket.id,
      key,
    )
    return row && versionOf(row)
  }

  find(bucket: Bucket, key: string, versionId: string): Version | undefined {
    if (versionId === nullVersionId) return this.#nullVersion(bucket, key)
    const turn = turnOf(versionId)
    if (turn === undefined) throw invalidVersionId(versionId)
    const row = this.#ledger.get<VersionRow>(
      `SELECT ${columns} FROM s3_version WHERE bucket = ? AND key = ? AND turn = ? AND version_id = ?`,
      bucket.id,
      key,
      turn,
      versionId,
    )
    return row && versionOf(row)
  }

  /** All of a key, the newest first. */
  of(bucket: Bucket, key: string): readonly Version[] {
    return this.#ledger
      .all<VersionRow>(`SELECT ${columns} FROM s3_version WHERE bucket = ? AND key = ? ORDER BY turn`, bucket.id, key)
      .map(versionOf)
  }

  /** The oldest of a key, or the oldest that are newer than `after`: at most `limit`, the oldest first. */
  oldest(bucket: Bucket, key: string, limit: number, after?: Version): readonly Version[] {
    return this.#ledger
      .all<VersionRow>(
        `SELECT ${columns} FROM s3_version WHERE bucket = ? AND key = ? AND turn < ? ORDER BY turn DESC LIMIT ?`,
        bucket.id,
        key,
        after?.turn ?? 0,
        limit,
      )
      .map(versionOf)
  }

  /** How many versions of the key are newer, counted no further than to `limit`. */
  newerThan(bucket: Bucket, { key, turn }: Version, limit: number): number {
    const sql =
      'SELECT count(*) AS count FROM (SELECT 1 FROM s3_version WHERE bucket = ? AND key = ? AND turn < ? LIMIT ?)'
    return this.#ledger.get<{ count: number }>(sql, bucket.id, key, turn, limit)?.count ?? 0
  }

  /** Makes `stored` the latest version; its content's reference passes to the version. */
  put(write: Transaction, bucket: Bucket, key: string, stored: Stored): Version {
    return this.#add(write, bucket, key, stored, false)
  }

  /** A delete without a version. */
  delete(write: Transaction, bucket: Bucket, key: string): Deletion {
    if (bucket.versioning === 'off') {
      const latest = this.latest(bucket, key)
      if (latest !== undefined) this.#remove(write, bucket, latest)
      return { marker: false, versionId: undefined }
    }
    return { marker: true, versionId: this.#add(write, bucket, key, emptyMarker, true).versionId }
  }

  /** Removes one version for good; the one before it becomes the latest. Also when there is none, as in AWS. */
  deleteVersion(write: Transaction, bucket: Bucket, key: string, versionId: string): Deletion {
    const version = this.find(bucket, key, versionId)
    if (version === undefined) return { marker: false, versionId }
    this.#remove(write, bucket, version)
    if (version.latest) {
      write.run(
        `UPDATE s3_version SET latest = 1 WHERE bucket = ?1 AND key = ?2
         AND turn = (SELECT min(turn) FROM s3_version WHERE bucket = ?1 AND key = ?2)`,
        bucket.id,
        key,
      )
    }
    return { marker: version.marker, versionId }
  }

  setTags(write: Transaction, bucket: Bucket, version: Version, tags: Tags): void {
    write.run(
      'UPDATE s3_version SET tags = ? WHERE bucket = ? AND key = ? AND turn = ?',
      tagsText(tags),
      bucket.id,
      version.key,
      version.turn,
    )
  }

  setProperties(write: Transaction, bucket: Bucket, version: Version, properties: Properties): void {
    this.#changed(bucket)
    write.run(
      'UPDATE s3_version SET properties = ? WHERE bucket = ? AND key = ? AND turn = ?',
      JSON.stringify(properties),
      bucket.id,
      version.key,
      version.turn,
    )
  }

  #add(write: Transaction, bucket: Bucket, key: string, stored: Stored, marker: boolean): Version {
    this.#changed(bucket)
    const newest = this.latest(bucket, key)
    let turn = (newest?.turn ?? 0) - 1
    let versionId = nullVersionId
    if (bucket.versioning === 'enabled') versionId = newVersionId(turn, this.#random)
    else if (newest?.versionId === nullVersionId) {
      this.#contents.release(write, newest.content)
      turn = newest.turn
    } else if (newest !== undefined) {
      const replaced = this.#nullVersion(bucket, key)
      if (replaced !== undefined) this.#remove(write, bucket, replaced)
    }
    if (newest !== undefined && turn !== newest.turn)
      write.run(
        'UPDATE s3_version SET latest = 0 WHERE bucket = ? AND key = ? AND turn = ?',
        bucket.id,
        key,
        newest.turn,
      )
    const modifiedAt = this.#clock.now()
    write.run(
      'INSERT OR REPLACE INTO s3_version VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)',
      bucket.id,
      key,
      turn,
      versionId,
      marker ? 1 : 0,
      modifiedAt,
      stored.bytes,
      stored.etag,
      stored.content,
      JSON.stringify(stored.properties),
      tagsText(stored.tags),
    )
    return { ...stored, key, turn, versionId, latest: true, marker, modifiedAt }
  }

  #remove(write: Transaction, bucket: Bucket, version: Version): void {
    this.#changed(bucket)
    this.#contents.release(write, version.content)
    write.run('DELETE FROM s3_version WHERE bucket = ? AND key = ? AND turn = ?', bucket.id, version.key, version.turn)
  }

  #changed(bucket: Bucket): void {
    this.#changes.set(bucket.id, this.changes(bucket) + 1)
  }

  #nullVersion(bucket: Bucket, key: string): Version | undefined {
    const latest = this.latest(bucket, key)
    if (latest === undefined || latest.versionId === nullVersionId) return latest
    const row = this.#ledger.get<VersionRow>(
      `SELECT ${columns} FROM s3_version WHERE bucket = ? AND key = ? AND latest = 0 AND version_id = 'null'`,
      bucket.id,
      key,
    )
    return row && versionOf(row)
  }
}

/** Reads what the columns of s3_version hold; `columns` names them. */
export { columns as versionColumns, type VersionRow }

export function versionOf(row: VersionRow): Version {
  return {
    key: row.key,
    turn: row.turn,
    versionId: row.version_id,
    latest: row.latest === 1,
    marker: row.marker === 1,
    modifiedAt: row.modified_at,
    bytes: row.bytes,
    etag: row.etag,
    content: row.content,
    properties: JSON.parse(row.properties) as Properties,
    tags: row.tags === '' ? {} : (JSON.parse(row.tags) as Tags),
  }
}

const tagsText = (tags: Tags) => (Object.keys(tags).length === 0 ? '' : JSON.stringify(tags))
