// Buckets: names that are unique in the whole lake, each owned by an account in a region. Their further configuration is
// in settings.ts; what lies in them is in versions.ts.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Bucket, Encryption, Versioning } from './bucket.ts'
import { isBucketName } from './bucket-name.ts'
import {
  accessDenied,
  bucketAlreadyExists,
  bucketAlreadyOwnedByYou,
  bucketNotEmpty,
  illegalLocationConstraint,
  invalidBucketName,
  invalidLocationConstraint,
  noSuchBucket,
  tooManyBuckets,
} from './faults.ts'
import { bucketsMax } from './limits.ts'
import type { Uploads } from './multipart.ts'
import type { PublicAccess, SettingOf, Settings } from './settings.ts'
import type { Tags } from './version.ts'

interface BucketRow {
  readonly id: number
  readonly name: string
  readonly account: string
  readonly region: string
  readonly created_at: number
  readonly versioning: Versioning
  readonly encryption: string | null
}

const regionShape = /^(af|ap|ca|cn|eu|il|me|mx|sa|us)(-[a-z]+)+-\d$/

const closedToThePublic: PublicAccess = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
}

export class Buckets {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #settings: Settings
  readonly #uploads: Uploads

  constructor(of: { ledger: Ledger; clock: Clock; settings: Settings; uploads: Uploads }) {
    this.#ledger = of.ledger
    this.#clock = of.clock
    this.#settings = of.settings
    this.#uploads = of.uploads
  }

  /** `region` is that of the endpoint; `constraint` what the caller said about where the bucket shall be. */
  async create(
    name: string,
    of: { account: string; region: string; constraint?: string | undefined },
    settings: { readonly ownership: SettingOf['ownership'] | undefined; readonly tags: Tags | undefined },
  ): Promise<void> {
    if (!isBucketName(name)) throw invalidBucketName(name)
    const region = regionFor(of.region, of.constraint)
    await this.#ledger.commit(write => {
      const existing = this.find(name)
      if (existing !== undefined) {
        if (existing.account !== of.account) throw bucketAlreadyExists(name)
        // Where S3 began, creating a bucket again has always succeeded.
        if (of.region === 'us-east-1' && existing.region === 'us-east-1') return
        throw bucketAlreadyOwnedByYou(name)
      }
      const owned = write.get<{ count: number }>(
        'SELECT count(*) AS count FROM s3_bucket WHERE account = ?',
        of.account,
      )
      if ((owned?.count ?? 0) >= bucketsMax) throw tooManyBuckets()
      write.run(
        'INSERT INTO s3_bucket (name, account, region, created_at) VALUES (?, ?, ?, ?)',
        name,
        of.account,
        region,
        this.#clock.now(),
      )
      const bucket = this.get(name)
      // As AWS does for every new bucket since April 2023.
      this.#settings.put(write, bucket, 'publicAccess', closedToThePublic)
      this.#settings.put(write, bucket, 'ownership', settings.ownership ?? 'BucketOwnerEnforced')
      if (settings.tags !== undefined) this.#settings.put(write, bucket, 'tags', settings.tags)
    })
  }

  find(name: string): Bucket | undefined {
    const row = this.#ledger.get<BucketRow>('SELECT * FROM s3_bucket WHERE name = ?', name)
    return row && bucketOf(row)
  }

  /** @throws NoSuchBucket, or AccessDenied when the caller expected another owner */
  get(name: string, expectedOwner?: string): Bucket {
    const bucket = this.find(name)
    if (bucket === undefined) throw noSuchBucket(name)
    if (expectedOwner !== undefined && expectedOwner !== bucket.account) throw accessDenied()
    return bucket
  }

  /** The same bucket as it is now, inside a commit: it may have gone or changed while a body came in. */
  again(write: Transaction, bucket: Bucket): Bucket {
    const row = write.get<BucketRow>('SELECT * FROM s3_bucket WHERE id = ?', bucket.id)
    if (row === undefined) throw noSuchBucket(bucket.name)
    return bucketOf(row)
  }

  list(of: {
    account: string
    prefix?: string | undefined
    region?: string | undefined
    after: string
    limit: number
  }): readonly Bucket[] {
    const prefix = of.prefix ?? ''
    return this.#ledger
      .all<BucketRow>(
        `SELECT * FROM s3_bucket WHERE account = ? AND name > ? AND substr(name, 1, ?) = ? AND (? = '' OR region = ?)
         ORDER BY name LIMIT ?`,
        of.account,
        of.after,
        prefix.length,
        prefix,
        of.region ?? '',
        of.region ?? '',
        of.limit,
      )
      .map(bucketOf)
  }

  /** Only an empty bucket: no object, no older version, no delete marker. Uploads under way end with it. */
  async delete(bucket: Bucket): Promise<void> {
    await this.#ledger.commitRoom(write => {
      const { versioning } = this.again(write, bucket)
      if (write.get('SELECT 1 AS found FROM s3_version WHERE bucket = ? LIMIT 1', bucket.id) !== undefined)
        throw bucketNotEmpty(bucket.name, versioning !== 'off')
      this.#uploads.abortAll(write, bucket)
      write.run('DELETE FROM s3_setting WHERE bucket = ?', bucket.id)
      write.run('DELETE FROM s3_bucket WHERE id = ?', bucket.id)
    })
  }

  setVersioning(bucket: Bucket, versioning: Versioning): Promise<void> {
    return this.#ledger.commit(write => {
      this.again(write, bucket)
      write.run('UPDATE s3_bucket SET versioning = ? WHERE id = ?', versioning, bucket.id)
    })
  }

  /** Without an encryption the bucket goes back to the default. */
  setEncryption(bucket: Bucket, encryption: Encryption | undefined): Promise<void> {
    return this.#ledger.commit(write => {
      this.again(write, bucket)
      const text = encryption === undefined ? null : JSON.stringify(encryption)
      write.run('UPDATE s3_bucket SET encryption = ? WHERE id = ?', text, bucket.id)
    })
  }
}

function bucketOf(row: BucketRow): Bucket {
  const { id, name, account, region, versioning } = row
  const encryption = row.encryption === null ? undefined : (JSON.parse(row.encryption) as Encryption)
  return { id, name, account, region, createdAt: row.created_at, versioning, encryption }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, LocationConstraint */
function regionFor(endpoint: string, constraint: string | undefined): string {
  const wanted = constraint === 'EU' ? 'eu-west-1' : constraint
  if (wanted !== undefined && (wanted === 'us-east-1' || !regionShape.test(wanted)))
    throw invalidLocationConstraint(wanted)
  if (endpoint === 'us-east-1') return wanted ?? endpoint
  if (wanted !== endpoint) throw illegalLocationConstraint(constraint)
  return endpoint
}
