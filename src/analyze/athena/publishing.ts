// The commit of a statement that ends: with its change, and with what it began ahead of the commit because that takes time.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Outcome } from './ddl/outcome.ts'

/** `end` is what else belongs into the commit. Where there is none after all, what was begun ahead is discarded. */
export async function publishing(
  ledger: Ledger,
  { change, ahead: begin }: Pick<Outcome, 'change' | 'ahead'>,
  end: (write: Transaction) => void,
): Promise<void> {
  const ahead = await begin?.()
  try {
    await ledger.commit(write => {
      change?.(write)
      ahead?.publish(write)
      end(write)
    })
  } catch (cause) {
    // Where the ledger takes no more changes it stays, unseen, for the next start.
    await ahead?.discard().catch(() => undefined)
    throw cause
  }
}
