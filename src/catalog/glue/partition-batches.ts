// Partitions by the hundred thousand that are to appear in one commit, without that commit being as long as they are many:
//
//   put        rows of a batch that nobody sees, some at a time, each lot a commit of its own
//   publish    inside the caller's commit: the batch is no longer one of those to wait for, and all of them are seen
//   discard    of a batch that was not published: its rows go, some at a time
//
// A crash before the caller's commit leaves rows that nobody sees; `sweep` takes them away at the next start.
import assert from 'node:assert/strict'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import { keyOf, type PartitionedTable, PartitionInserts, seen } from './partition-rows.ts'
import type { PartitionDefinition } from './table.ts'

/** How long a commit of so many holds others up: some milliseconds. */
const rowsAtOnce = 1000

export interface PartitionBatch {
  readonly id: number
  readonly tableId: number
  readonly partitions: readonly PartitionDefinition[]
  /** Those whose row another batch holds, which may yet be discarded. */
  readonly late: readonly PartitionDefinition[]
}

export class PartitionBatches {
  readonly #ledger: Ledger
  readonly #clock: Clock

  constructor({ ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock }) {
    this.#ledger = ledger
    this.#clock = clock
  }

  async put(
    table: PartitionedTable,
    partitions: readonly PartitionDefinition[],
    signal: AbortSignal,
  ): Promise<PartitionBatch> {
    const late: PartitionDefinition[] = []
    const batch = { id: await this.#begin(table), tableId: table.id, partitions, late }
    try {
      for (let at = 0; at < partitions.length; at += rowsAtOnce) {
        signal.throwIfAborted()
        await this.#ledger.commit(write => {
          const inserts = new PartitionInserts(write, table, this.#clock.now())
          for (const partition of partitions.slice(at, at + rowsAtOnce))
            if (!inserts.putAhead(partition, batch.id) && !isSeen(write, table, partition)) late.push(partition)
        })
      }
      return batch
    } catch (cause) {
      await this.discard(batch)
      throw cause
    }
  }

  /** What is left to be added by the caller. */
  publish(write: Transaction, table: PartitionedTable, batch: PartitionBatch): readonly PartitionDefinition[] {
    // Another table of the same name has none of them.
    if (table.id !== batch.tableId) return batch.partitions
    const published = write.run('DELETE FROM glue_partition_batch WHERE id = ?', batch.id)
    assert.equal(published, 1, 'a batch is published once, and not after it was discarded')
    return batch.late
  }

  async discard({ id, tableId }: Pick<PartitionBatch, 'id' | 'tableId'>, signal?: AbortSignal): Promise<void> {
    for (let after = ''; !signal?.aborted; ) {
      const next = this.#ledger.get<{ upTo: string }>(
        `SELECT partition_values AS upTo FROM glue_partition WHERE table_id = ? AND partition_values > ?
         ORDER BY partition_values LIMIT 1 OFFSET ?`,
        tableId,
        after,
        rowsAtOnce,
      )
      await this.#ledger.commitRoom(write => {
        write.run(
          `DELETE FROM glue_partition
           WHERE table_id = ? AND partition_values > ? AND (?3 IS NULL OR partition_values <= ?3) AND batch = ?4`,
          tableId,
          after,
          next?.upTo ?? null,
          id,
        )
        if (next === undefined) write.run('DELETE FROM glue_partition_batch WHERE id = ?', id)
      })
      if (next === undefined) return
      after = next.upTo
    }
  }

  async sweep(signal: AbortSignal): Promise<void> {
    const left = this.#ledger.all<{ id: number; table_id: number }>('SELECT id, table_id FROM glue_partition_batch')
    for (const { id, table_id: tableId } of left) await this.discard({ id, tableId }, signal)
  }

  async #begin(table: PartitionedTable): Promise<number> {
    const id = await this.#ledger.commit(write => {
      write.run('INSERT INTO glue_partition_batch (table_id) VALUES (?)', table.id)
      return write.get<{ id: number }>('SELECT last_insert_rowid() AS id')?.id
    })
    assert(id !== undefined, 'an inserted row has an id')
    return id
  }
}

const isSeen = (write: Transaction, table: PartitionedTable, { values }: PartitionDefinition): boolean =>
  write.get(
    `SELECT 1 FROM glue_partition WHERE table_id = ? AND partition_values = ? AND ${seen}`,
    table.id,
    keyOf(values),
  ) !== undefined
