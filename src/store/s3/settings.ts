// A bucket's configuration that is kept as it was given and returned: one JSON value a kind. What a value must be is
// decided by whoever makes it; versioning and encryption, which every write asks for, stand in the bucket's own row.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Bucket } from './bucket.ts'
import { noSuchBucket } from './faults.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Tierings } from './tiering.ts'
import type { Tags } from './version.ts'

export interface PublicAccess {
  readonly blockPublicAcls: boolean
  readonly ignorePublicAcls: boolean
  readonly blockPublicPolicy: boolean
  readonly restrictPublicBuckets: boolean
}

/** What there is to set, and what it is set to. */
export interface SettingOf {
  readonly publicAccess: PublicAccess
  readonly ownership: 'BucketOwnerPreferred' | 'ObjectWriter' | 'BucketOwnerEnforced'
  readonly tags: Tags
  /** JSON, exactly as it was put. */
  readonly policy: string
  readonly lifecycle: Lifecycle
  readonly tiering: Tierings
  /** That it was told once not to accelerate. */
  readonly acceleration: 'Suspended'
}
export type SettingKind = keyof SettingOf

export class Settings {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  get<K extends SettingKind>(bucket: Bucket, kind: K): SettingOf[K] | undefined {
    const row = this.#ledger.get<{ content: string }>(
      'SELECT content FROM s3_setting WHERE bucket = ? AND kind = ?',
      bucket.id,
      kind,
    )
    return row && (JSON.parse(row.content) as SettingOf[K])
  }

  /** Names of the buckets that have one. */
  having(kind: SettingKind): readonly string[] {
    return this.#ledger
      .all<{ name: string }>(
        'SELECT name FROM s3_setting JOIN s3_bucket ON s3_bucket.id = bucket WHERE kind = ? ORDER BY name',
        kind,
      )
      .map(({ name }) => name)
  }

  put<K extends SettingKind>(write: Transaction, bucket: Bucket, kind: K, content: SettingOf[K]): void {
    write.run(
      'INSERT INTO s3_setting (bucket, kind, content) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET content = excluded.content',
      bucket.id,
      kind,
      JSON.stringify(content),
    )
  }

  set<K extends SettingKind>(bucket: Bucket, kind: K, content: SettingOf[K]): Promise<void> {
    return this.#ledger.commit(write => {
      stillThere(write, bucket)
      this.put(write, bucket, kind, content)
    })
  }

  /** From what is kept to what is to be kept, with nobody between the two. */
  change<K extends SettingKind>(
    bucket: Bucket,
    kind: K,
    change: (kept: SettingOf[K] | undefined) => SettingOf[K],
  ): Promise<void> {
    return this.#ledger.commit(write => {
      stillThere(write, bucket)
      this.put(write, bucket, kind, change(this.get(bucket, kind)))
    })
  }

  /** Also when there is none, as in AWS. */
  delete(bucket: Bucket, kind: SettingKind): Promise<void> {
    return this.#ledger.commit(write => {
      stillThere(write, bucket)
      write.run('DELETE FROM s3_setting WHERE bucket = ? AND kind = ?', bucket.id, kind)
    })
  }
}

function stillThere(write: Transaction, bucket: Bucket): void {
  if (write.get('SELECT 1 AS found FROM s3_bucket WHERE id = ?', bucket.id) === undefined)
    throw noSuchBucket(bucket.name)
}
