// What the ledger knows of Kinesis: streams, their shards, their tags. Records are not here but in a log a shard.
import type { Row, Transaction } from '../../durable/ledger.ts'
import { type HashRange, hashDigits } from './hash.ts'

export const versions: readonly string[] = [
  `CREATE TABLE kinesis_stream (
     id TEXT PRIMARY KEY,
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     mode TEXT NOT NULL,
     retention_hours INTEGER NOT NULL,
     record_kib_max INTEGER NOT NULL,
     key_id TEXT,
     shard_metrics TEXT NOT NULL,
     UNIQUE (account, region, name)
   ) STRICT;
   CREATE TABLE kinesis_shard (
     stream TEXT NOT NULL REFERENCES kinesis_stream (id),
     number INTEGER NOT NULL,
     parent INTEGER, adjacent_parent INTEGER,
     first_hash TEXT NOT NULL, last_hash TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     closed_at INTEGER, end_index INTEGER,
     PRIMARY KEY (stream, number)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE kinesis_tag (
     stream TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
     PRIMARY KEY (stream, key)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE kinesis_doomed_log (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
   CREATE TABLE kinesis_seal (key BLOB NOT NULL) STRICT;`,
  `ALTER TABLE kinesis_stream ADD COLUMN distribution TEXT NOT NULL DEFAULT 'USER_PARTITION_KEY';
   ALTER TABLE kinesis_stream ADD COLUMN warm_mibps INTEGER;
   ALTER TABLE kinesis_tag RENAME COLUMN stream TO resource;
   CREATE TABLE kinesis_consumer (
     stream TEXT NOT NULL REFERENCES kinesis_stream (id), name TEXT NOT NULL, created_at INTEGER NOT NULL,
     PRIMARY KEY (stream, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE kinesis_policy (arn TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE kinesis_commitment (
     account TEXT NOT NULL, region TEXT NOT NULL,
     started_at INTEGER NOT NULL, ended_at INTEGER,
     PRIMARY KEY (account, region)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE kinesis_peak (
     stream TEXT NOT NULL REFERENCES kinesis_stream (id), day INTEGER NOT NULL,
     bytes INTEGER NOT NULL, records INTEGER NOT NULL,
     PRIMARY KEY (stream, day)
   ) STRICT, WITHOUT ROWID;`,
  'ALTER TABLE kinesis_stream ADD COLUMN kept_since INTEGER NOT NULL DEFAULT 0;',
]

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND'
/** What chooses a record's shard: the hash of its key, or the stream by itself. */
export type Distribution = 'USER_PARTITION_KEY' | 'AUTO'

/** What of a stream can be changed. */
export interface StreamSettings {
  readonly mode: StreamMode
  readonly retentionHours: number
  readonly recordKibMax: number
  /** The KMS key while encryption is on. */
  readonly keyId?: string | undefined
  /** Shard-level metrics that are on, by AWS's names. */
  readonly shardMetrics: readonly string[]
  readonly distribution: Distribution
  /** Write throughput that an on-demand stream is kept ready for. */
  readonly warmMibps?: number | undefined
  /** What arrived earlier had expired when the retention was made longer, and stays so. */
  readonly keptSince?: number | undefined
}

export interface StreamIdentity {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly createdAt: number
}

export interface ShardIdentity {
  readonly number: number
  readonly parents: readonly number[]
  readonly range: HashRange
  readonly createdAt: number
}

/** A closed shard takes no more records: it ends before `endIndex`. */
export interface ShardEnd {
  readonly closedAt: number
  readonly endIndex: number
}

export interface StreamRow extends Row {
  id: string
  account: string
  region: string
  name: string
  created_at: number
  mode: StreamMode
  retention_hours: number
  record_kib_max: number
  key_id: string | null
  shard_metrics: string
  distribution: Distribution
  warm_mibps: number | null
  kept_since: number
}

export interface ShardRow extends Row {
  stream: string
  number: number
  parent: number | null
  adjacent_parent: number | null
  first_hash: string
  last_hash: string
  created_at: number
  closed_at: number | null
  end_index: number | null
}

export const identityOf = (row: StreamRow): StreamIdentity => ({
  id: row.id,
  account: row.account,
  region: row.region,
  name: row.name,
  createdAt: row.created_at,
})

export const settingsOf = (row: StreamRow): StreamSettings => ({
  mode: row.mode,
  retentionHours: row.retention_hours,
  recordKibMax: row.record_kib_max,
  ...(row.key_id !== null && { keyId: row.key_id }),
  shardMetrics: JSON.parse(row.shard_metrics),
  distribution: row.distribution,
  ...(row.warm_mibps !== null && { warmMibps: row.warm_mibps }),
  keptSince: row.kept_since,
})

export const shardOf = (row: ShardRow): ShardIdentity & { readonly end?: ShardEnd } => ({
  number: row.number,
  parents: [row.parent, row.adjacent_parent].filter(number => number !== null),
  range: { first: BigInt(`0x${row.first_hash}`), last: BigInt(`0x${row.last_hash}`) },
  createdAt: row.created_at,
  ...(row.closed_at !== null &&
    row.end_index !== null && { end: { closedAt: row.closed_at, endIndex: row.end_index } }),
})

export function insertStream(write: Transaction, identity: StreamIdentity, settings: StreamSettings): void {
  write.run(
    'INSERT INTO kinesis_stream VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    identity.id,
    identity.account,
    identity.region,
    identity.name,
    identity.createdAt,
    settings.mode,
    settings.retentionHours,
    settings.recordKibMax,
    settings.keyId ?? null,
    JSON.stringify(settings.shardMetrics),
    settings.distribution,
    settings.warmMibps ?? null,
    settings.keptSince ?? 0,
  )
}

export function insertShard(
  write: Transaction,
  stream: string,
  shard: ShardIdentity & { readonly end?: ShardEnd },
): void {
  write.run(
    'INSERT INTO kinesis_shard VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    stream,
    shard.number,
    shard.parents[0] ?? null,
    shard.parents[1] ?? null,
    hashDigits(shard.range.first),
    hashDigits(shard.range.last),
    shard.createdAt,
    shard.end?.closedAt ?? null,
    shard.end?.endIndex ?? null,
  )
}

export function closeShard(write: Transaction, stream: string, number: number, { closedAt, endIndex }: ShardEnd): void {
  write.run(
    'UPDATE kinesis_shard SET closed_at = ?, end_index = ? WHERE stream = ? AND number = ?',
    closedAt,
    endIndex,
    stream,
    number,
  )
}

export function writeSettings(write: Transaction, stream: string, settings: StreamSettings): void {
  write.run(
    `UPDATE kinesis_stream SET mode = ?, retention_hours = ?, record_kib_max = ?, key_id = ?, shard_metrics = ?,
       distribution = ?, warm_mibps = ?, kept_since = ? WHERE id = ?`,
    settings.mode,
    settings.retentionHours,
    settings.recordKibMax,
    settings.keyId ?? null,
    JSON.stringify(settings.shardMetrics),
    settings.distribution,
    settings.warmMibps ?? null,
    settings.keptSince ?? 0,
    stream,
  )
}
