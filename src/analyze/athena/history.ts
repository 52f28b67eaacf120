/** The queries that were ever asked, for 45 days. One that has no end in here is under way, or was when the process died. */
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import { historyMilliseconds } from './limits.ts'
import type { Scope } from './needs.ts'
import type { Query, QueryDefinition, QueryEnd } from './query.ts'

interface QueryRow {
  readonly sequence: number
  readonly id: string
  readonly account: string
  readonly region: string
  readonly work_group: string
  readonly submitted_at: number
  readonly definition: string
  readonly ending: string | null
}

const tables = `
  CREATE TABLE athena_query (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, region TEXT NOT NULL,
    work_group TEXT NOT NULL, token TEXT, submitted_at INTEGER NOT NULL, definition TEXT NOT NULL, ending TEXT) STRICT;
  CREATE UNIQUE INDEX athena_query_token ON athena_query (account, region, token) WHERE token IS NOT NULL;
  CREATE INDEX athena_query_group ON athena_query (account, region, work_group, sequence);
  CREATE INDEX athena_query_age ON athena_query (submitted_at);
  CREATE INDEX athena_query_open ON athena_query (sequence) WHERE ending IS NULL;`

/** What a query's result is found by, when another would take it for its own. */
const reuse = `
  ALTER TABLE athena_query ADD COLUMN reuse_key TEXT;
  CREATE INDEX athena_query_reuse ON athena_query (reuse_key, sequence) WHERE reuse_key IS NOT NULL;`

export type ReusableResult = Pick<Query, 'output'> & { readonly end: QueryEnd }

export class History {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    ledger.define('athena', [tables, reuse])
  }

  add(write: Transaction, query: Omit<Query, 'state' | 'end'> & QueryDefinition, token: string | undefined): void {
    const { id, account, region, workGroup, submittedAt, ...definition } = query
    write.run('DELETE FROM athena_query WHERE submitted_at < ?', submittedAt - historyMilliseconds)
    write.run(
      'INSERT INTO athena_query VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)',
      id,
      account,
      region,
      workGroup,
      token ?? null,
      submittedAt,
      JSON.stringify(definition),
    )
  }

  /** With a key the result may stand for other queries' too. */
  end(write: Transaction, id: string, end: QueryEnd, key?: string): void {
    const sql = 'UPDATE athena_query SET ending = ?, reuse_key = ? WHERE id = ? AND ending IS NULL'
    write.run(sql, JSON.stringify(end), key ?? null, id)
  }

  /** The newest result with the key. */
  reusable(key: string): ReusableResult | undefined {
    const sql = 'SELECT * FROM athena_query WHERE reuse_key = ? ORDER BY sequence DESC LIMIT 1'
    const row = this.#ledger.get<QueryRow>(sql, key)
    const { output, end } = row ? fromRow(row) : {}
    return output && end && { output, end }
  }

  find(scope: Scope, id: string): Query | undefined {
    const sql = 'SELECT * FROM athena_query WHERE id = ? AND account = ? AND region = ?'
    const row = this.#ledger.get<QueryRow>(sql, id, scope.account, scope.region)
    return row && fromRow(row)
  }

  withToken(scope: Scope, token: string): Query | undefined {
    const sql = 'SELECT * FROM athena_query WHERE account = ? AND region = ? AND token = ?'
    const row = this.#ledger.get<QueryRow>(sql, scope.account, scope.region, token)
    return row && fromRow(row)
  }

  /** Newest first, before the one with this sequence. */
  list(
    scope: Scope,
    workGroup: string,
    before: number,
    limit: number,
  ): readonly { readonly id: string; readonly sequence: number }[] {
    return this.#ledger.all(
      `SELECT id, sequence FROM athena_query WHERE account = ? AND region = ? AND work_group = ? AND sequence < ?
       ORDER BY sequence DESC LIMIT ?`,
      scope.account,
      scope.region,
      workGroup,
      before,
      limit,
    )
  }

  get isEmpty(): boolean {
    return this.#ledger.get('SELECT 1 AS found FROM athena_query LIMIT 1') === undefined
  }

  /** Those that a dead process left without an end. */
  open(): readonly Query[] {
    return this.#ledger.all<QueryRow>('SELECT * FROM athena_query WHERE ending IS NULL').map(fromRow)
  }

  forget(write: Transaction, scope: Scope, workGroup: string): void {
    const { account, region } = scope
    write.run(
      'DELETE FROM athena_query WHERE account = ? AND region = ? AND work_group = ?',
      account,
      region,
      workGroup,
    )
  }

  isUsed(scope: Scope, workGroup: string): boolean {
    return this.list(scope, workGroup, Number.MAX_SAFE_INTEGER, 1).length > 0
  }
}

function fromRow(row: QueryRow): Query {
  const end: QueryEnd | undefined = row.ending === null ? undefined : JSON.parse(row.ending)
  return {
    ...(JSON.parse(row.definition) as QueryDefinition),
    id: row.id,
    account: row.account,
    region: row.region,
    workGroup: row.work_group,
    submittedAt: row.submitted_at,
    state: end?.state ?? 'QUEUED',
    ...(end && { end }),
    ...(end?.reused && { output: end.reused }),
  }
}
