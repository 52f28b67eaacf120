// An account's commitment to a minimum of throughput, which lets it warm its on-demand streams. Nothing is billed here;
// the commitment, its day of minimum and its end are kept and shown as AWS shows them.
import type { Ledger } from '../../durable/ledger.ts'
import { commitmentMilliseconds } from './limits.ts'

interface Scope {
  readonly account: string
  readonly region: string
}

export interface Commitment {
  readonly status: 'ENABLED' | 'DISABLED' | 'ENABLED_UNTIL_EARLIEST_ALLOWED_END'
  readonly startedAt?: number
  readonly endedAt?: number
  readonly earliestAllowedEndAt?: number
}

interface CommitmentRow {
  readonly started_at: number
  readonly ended_at: number | null
}

export function commitmentOf(ledger: Pick<Ledger, 'get'>, { account, region }: Scope, now: number): Commitment {
  const row = ledger.get<CommitmentRow & Record<string, number | null>>(
    'SELECT started_at, ended_at FROM kinesis_commitment WHERE account = ? AND region = ?',
    account,
    region,
  )
  if (row === undefined) return { status: 'DISABLED' }
  const startedAt = row.started_at
  const earliestAllowedEndAt = startedAt + commitmentMilliseconds
  if (row.ended_at === null) return { status: 'ENABLED', startedAt, earliestAllowedEndAt }
  if (row.ended_at <= now) return { status: 'DISABLED', startedAt, endedAt: row.ended_at }
  return { status: 'ENABLED_UNTIL_EARLIEST_ALLOWED_END', startedAt, endedAt: row.ended_at, earliestAllowedEndAt }
}

/** Ending one before its first day is over ends it when the day is. */
export async function commit(
  ledger: Ledger,
  { account, region }: Scope,
  { enabled, now }: { readonly enabled: boolean; readonly now: number },
): Promise<Commitment> {
  await ledger.commit(write => {
    const current = commitmentOf(write, { account, region }, now)
    const runs = current.status !== 'DISABLED'
    const startedAt = runs ? (current.startedAt ?? now) : now
    if (enabled) {
      write.run('INSERT OR REPLACE INTO kinesis_commitment VALUES (?, ?, ?, NULL)', account, region, startedAt)
    } else if (current.status === 'ENABLED') {
      const endedAt = Math.max(now, startedAt + commitmentMilliseconds)
      write.run('INSERT OR REPLACE INTO kinesis_commitment VALUES (?, ?, ?, ?)', account, region, startedAt, endedAt)
    }
  })
  return commitmentOf(ledger, { account, region }, now)
}
