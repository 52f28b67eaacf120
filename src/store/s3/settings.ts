// A bucket's configuration that is kept as it was given and returned: one JSON value a kind. What a value must be is
// decided by whoever puts it.
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Bucket } from './bucket.ts'
import { noSuchBucket } from './faults.ts'

export class Settings {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  get<T>(bucket: Bucket, kind: string): T | undefined {
    const row = this.#ledger.get<{ content: string }>(
      'SELECT content FROM s3_setting WHERE bucket = ? AND kind = ?',
      bucket.id,
      kind,
    )
    return row && (JSON.parse(row.content) as T)
  }

  put(write: Transaction, bucket: Bucket, kind: string, content: unknown): void {
    write.run(
      'INSERT INTO s3_setting (bucket, kind, content) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET content = excluded.content',
      bucket.id,
      kind,
      JSON.stringify(content),
    )
  }

  set(bucket: Bucket, kind: string, content: unknown): Promise<void> {
    return this.#ledger.commit(write => {
      stillThere(write, bucket)
      this.put(write, bucket, kind, content)
    })
  }

  /** Also when there is none, as in AWS. */
  delete(bucket: Bucket, kind: string): Promise<void> {
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
