/**
 * What a broken lake would do, done to a sound one: the simulation that does not find these is itself broken. Each breaks
 * one promise for as long as it is held, and mends it when it is let go.
 */
import { Ledger, type Transaction } from '../../src/durable/ledger.ts'
import { DatabaseFile } from '../../src/world/simulated/database.ts'
import { Inode } from '../../src/world/simulated/inode.ts'
import type { Members, Tampering } from './world.ts'

export interface Sabotage {
  readonly does: string
  /** What some checker says of it. */
  readonly found: RegExp
  begin?(): () => void
  readonly tamper?: () => Tampering
}

interface WireRecord {
  readonly SequenceNumber: string
}

export const sabotages: readonly Sabotage[] = [
  {
    does: 'an fsync of a file that does nothing',
    found: /misses it|not delivered|failed in a sound world|is gone|the lake complained|ends within|not Biwa's/,
    begin: () => replaced(Inode.prototype, 'sync', () => {}),
  },
  {
    does: 'an fsync of the ledger that does nothing',
    found: /twice|misses it|not delivered|failed in a sound world|is gone|the lake complained/,
    begin: () => replaced(DatabaseFile.prototype, 'sync', () => {}),
  },
  {
    does: 'a checkpoint that is moved before the objects are published',
    found: /not delivered/,
    begin: positionsFirst,
  },
  {
    does: 'a checkpoint that is not moved with the objects',
    found: /delivered twice/,
    begin: positionsNever,
  },
  {
    does: 'a read that leaves a record out',
    found: /misses it|was missed/,
    tamper: () => everyFifthRead(records => records.slice(0, -1)),
  },
  {
    does: 'a read that gives a record twice',
    found: /twice/,
    tamper: () => everyFifthRead(records => [...records, ...records.slice(-1)]),
  },
  {
    does: 'a read that changes the order',
    found: /wrong order|comes after/,
    tamper: () => everyFifthRead(records => records.toReversed()),
  },
  {
    does: 'an acknowledgement that names the place of another record',
    found: /was acknowledged in|misses it/,
    tamper: () => (operation, answer) =>
      operation === 'PutRecords' ? { ...answer, Records: (answer.Records as WireRecord[]).toReversed() } : answer,
  },
]

/** Answers how to undo it. */
function replaced<T extends object, K extends keyof T>(owner: T, name: K, by: T[K]): () => void {
  const before = owner[name]
  owner[name] = by
  return () => {
    owner[name] = before
  }
}

const isPosition = (sql: string): boolean => /firehose_position/.test(sql) && !/^\s*SELECT/i.test(sql)
const isPublishing = (sqls: readonly string[]): boolean =>
  sqls.some(sql => /INSERT INTO s3_|INSERT OR \w+ INTO s3_/.test(sql))

type Commit = Ledger['commit']
type Run = readonly [sql: string, ...values: Parameters<Transaction['run']>[1][]]

/** Looks at what a change would do, and undoes it. */
async function rehearsed<T>(
  ledger: Ledger,
  commit: Commit,
  change: (write: Transaction) => T,
): Promise<readonly Run[]> {
  const runs: Run[] = []
  const undone = new Error('only rehearsed')
  const looking = (write: Transaction): never => {
    change({
      ...bound(write),
      run: (sql, ...values) => {
        runs.push([sql, ...values])
        return write.run(sql, ...values)
      },
    })
    throw undone
  }
  await commit.call(ledger, looking).catch(cause => {
    if (cause !== undone) throw cause
  })
  return runs
}

const bound = (write: Transaction): Transaction => ({
  run: (sql, ...values) => write.run(sql, ...values),
  get: (sql, ...values) => write.get(sql, ...values),
  all: (sql, ...values) => write.all(sql, ...values),
  onDurable: () => {},
})

function positionsFirst(): () => void {
  const commit = Ledger.prototype.commit
  return replaced(Ledger.prototype, 'commit', async function <T>(this: Ledger, change: (write: Transaction) => T) {
    const runs = await rehearsed(this, commit, change)
    const positions = runs.filter(([sql]) => isPosition(sql))
    if (positions.length > 0 && isPublishing(runs.map(([sql]) => sql)))
      await commit.call(this, write => {
        for (const [sql, ...values] of positions) write.run(sql, ...values)
      })
    return commit.call(this, change) as Promise<T>
  })
}

function positionsNever(): () => void {
  const commit = Ledger.prototype.commit
  return replaced(Ledger.prototype, 'commit', async function <T>(this: Ledger, change: (write: Transaction) => T) {
    const publishes = isPublishing((await rehearsed(this, commit, change)).map(([sql]) => sql))
    const leavingOut = (write: Transaction) =>
      change({
        ...bound(write),
        run: (sql, ...values) => (isPosition(sql) ? 1 : write.run(sql, ...values)),
        onDurable: task => write.onDurable(task),
      })
    return commit.call(this, publishes ? leavingOut : change) as Promise<T>
  })
}

function everyFifthRead(change: (records: readonly WireRecord[]) => readonly WireRecord[]): Tampering {
  let reads = 0
  return (operation: string, answer: Members) => {
    if (operation !== 'GetRecords' || (answer.Records as WireRecord[]).length < 2 || ++reads % 5 > 0) return answer
    return { ...answer, Records: change(answer.Records as WireRecord[]) }
  }
}
