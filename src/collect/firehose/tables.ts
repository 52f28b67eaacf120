// What the ledger knows of Firehose: delivery streams, how far each lane of their sources is delivered, tags.
import type { Ledger, Row, Transaction } from '../../durable/ledger.ts'
import type { Destination } from './destination.ts'
import type { LegName } from './meters.ts'

export const versions: readonly string[] = [
  `CREATE TABLE firehose_delivery (
     id TEXT PRIMARY KEY,
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     source_arn TEXT, source_role_arn TEXT,
     created_at INTEGER NOT NULL, updated_at INTEGER,
     version INTEGER NOT NULL,
     destination TEXT NOT NULL,
     encryption TEXT NOT NULL,
     objects INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL, delivered_at INTEGER,
     UNIQUE (account, region, name)
   ) STRICT;
   CREATE TABLE firehose_position (
     delivery TEXT NOT NULL REFERENCES firehose_delivery (id),
     source TEXT NOT NULL, lane TEXT NOT NULL,
     next INTEGER NOT NULL,
     PRIMARY KEY (delivery, source, lane)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE firehose_tag (
     delivery TEXT NOT NULL, key TEXT NOT NULL, value TEXT,
     PRIMARY KEY (delivery, key)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE firehose_doomed_log (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,
  'ALTER TABLE firehose_delivery ADD COLUMN throughput_hint INTEGER;',
  `CREATE TABLE firehose_leg_position (
     delivery TEXT NOT NULL REFERENCES firehose_delivery (id),
     leg TEXT NOT NULL,
     source TEXT NOT NULL, lane TEXT NOT NULL,
     next INTEGER NOT NULL,
     PRIMARY KEY (delivery, leg, source, lane)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO firehose_leg_position SELECT delivery, 'delivery', source, lane, next FROM firehose_position;
   DROP TABLE firehose_position;
   ALTER TABLE firehose_leg_position RENAME TO firehose_position;`,
  'ALTER TABLE firehose_tag ADD COLUMN place INTEGER NOT NULL DEFAULT 0;',
]

export interface DeliveryIdentity {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly createdAt: number
  /** The Kinesis stream it reads; a direct put has none. */
  readonly source: { readonly streamArn: string; readonly roleArn: string } | undefined
  /** What a caller of direct puts expects, MiB a second: kept and returned. */
  readonly throughputHintMib: number | undefined
}

/** Server-side encryption of direct puts: kept and returned. */
export interface Encryption {
  readonly enabled: boolean
  readonly keyType?: 'AWS_OWNED_CMK' | 'CUSTOMER_MANAGED_CMK' | undefined
  readonly keyArn?: string | undefined
}

export interface Delivered {
  readonly objects: number
  readonly records: number
  /** Of the records' data, before compression. */
  readonly bytes: number
  readonly at: number | undefined
}

export interface DeliveryState {
  readonly version: number
  readonly updatedAt: number | undefined
  readonly destination: Destination
  readonly encryption: Encryption
  readonly delivered: Delivered
}

export interface DeliveryRow extends Row {
  id: string
  account: string
  region: string
  name: string
  source_arn: string | null
  source_role_arn: string | null
  created_at: number
  updated_at: number | null
  version: number
  destination: string
  encryption: string
  objects: number
  records: number
  bytes: number
  delivered_at: number | null
  throughput_hint: number | null
}

export const identityOf = (row: DeliveryRow): DeliveryIdentity => ({
  id: row.id,
  account: row.account,
  region: row.region,
  name: row.name,
  createdAt: row.created_at,
  source:
    row.source_arn === null || row.source_role_arn === null
      ? undefined
      : { streamArn: row.source_arn, roleArn: row.source_role_arn },
  throughputHintMib: row.throughput_hint ?? undefined,
})

export const stateOf = (row: DeliveryRow): DeliveryState => ({
  version: row.version,
  updatedAt: row.updated_at ?? undefined,
  destination: JSON.parse(row.destination),
  encryption: JSON.parse(row.encryption),
  delivered: { objects: row.objects, records: row.records, bytes: row.bytes, at: row.delivered_at ?? undefined },
})

export function insertDelivery(write: Transaction, identity: DeliveryIdentity, state: DeliveryState): void {
  write.run(
    'INSERT INTO firehose_delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, NULL, ?)',
    identity.id,
    identity.account,
    identity.region,
    identity.name,
    identity.source?.streamArn ?? null,
    identity.source?.roleArn ?? null,
    identity.createdAt,
    state.updatedAt ?? null,
    state.version,
    JSON.stringify(state.destination),
    JSON.stringify(state.encryption),
    identity.throughputHintMib ?? null,
  )
}

/** Everything of the state but what was delivered. */
export function writeConfiguration(write: Transaction, id: string, state: DeliveryState): void {
  write.run(
    'UPDATE firehose_delivery SET version = ?, updated_at = ?, destination = ?, encryption = ? WHERE id = ?',
    state.version,
    state.updatedAt ?? null,
    JSON.stringify(state.destination),
    JSON.stringify(state.encryption),
    id,
  )
}

export function writeDelivered(write: Transaction, id: string, { objects, records, bytes, at }: Delivered): void {
  write.run(
    'UPDATE firehose_delivery SET objects = ?, records = ?, bytes = ?, delivered_at = ? WHERE id = ?',
    objects,
    records,
    bytes,
    at ?? null,
    id,
  )
}

export interface Position {
  readonly leg: LegName
  readonly source: string
  readonly lane: string
  readonly next: number
}

export function writePosition(write: Transaction, delivery: string, { leg, source, lane, next }: Position): void {
  write.run('INSERT OR REPLACE INTO firehose_position VALUES (?, ?, ?, ?, ?)', delivery, leg, source, lane, next)
}

export function deletePosition(
  write: Transaction,
  delivery: string,
  { leg, source, lane }: Omit<Position, 'next'>,
): void {
  const where = 'delivery = ? AND leg = ? AND source = ? AND lane = ?'
  write.run(`DELETE FROM firehose_position WHERE ${where}`, delivery, leg, source, lane)
}

/** By lane: from which nothing of a source is delivered. */
export function positionsOf(
  ledger: Pick<Ledger, 'all'>,
  delivery: string,
  of: { readonly leg: LegName; readonly source: string },
): ReadonlyMap<string, number> {
  const rows = ledger.all<{ lane: string; next: number }>(
    'SELECT lane, next FROM firehose_position WHERE delivery = ? AND leg = ? AND source = ?',
    delivery,
    of.leg,
    of.source,
  )
  return new Map(rows.map(({ lane, next }) => [lane, next]))
}

export function deleteDelivery(write: Transaction, id: string): void {
  write.run('DELETE FROM firehose_position WHERE delivery = ?', id)
  write.run('DELETE FROM firehose_tag WHERE delivery = ?', id)
  write.run('DELETE FROM firehose_delivery WHERE id = ?', id)
}
