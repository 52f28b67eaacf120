// Objects put together from uploaded parts: the parts' blobs in their order, never copied when the upload completes.
// For a program that wants one file they are joined into one blob, once, which then takes the parts' place.
//
//   plain       read part by part
//   joined      there is one blob of all, from which it is read; the parts' own are being let go
//   single      they have been
//   discarded   nobody refers to it any more; it is being cleared away, a few hundred parts a commit
//
// A crash between any two of these leaves a state from which start() goes on.
import type { Blob, Blobs } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Background } from '../../world/background.ts'
import type { Random } from '../../world/random.ts'
import type { ChecksumAlgorithm } from './checksums/digest.ts'

export interface Part {
  readonly number: number
  readonly bytes: number
  readonly etag: string
  readonly checksum: PartChecksum | undefined
  readonly modifiedAt: number
}

export interface PartChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** Base64. */
  readonly value: string
}

interface Piece {
  readonly blob: string
  readonly bytes: number
}

const clearedAtOnce = 500

export class Composites {
  readonly #ledger: Ledger
  readonly #blobs: Blobs
  readonly #random: Random
  readonly #background: Background
  readonly #joining = new Map<string, Promise<string>>()
  readonly #tidying = new Set<string>()

  constructor(of: { ledger: Ledger; blobs: Blobs; random: Random; background: Background }) {
    this.#ledger = of.ledger
    this.#blobs = of.blobs
    this.#random = of.random
    this.#background = of.background
  }

  /** Goes on with what a crash interrupted. */
  start(): void {
    const untidy = this.#ledger.all<{ id: string }>(
      "SELECT id FROM s3_composite WHERE state IN ('joined', 'discarded')",
    )
    for (const { id } of untidy) this.#tidy(id)
  }

  /** A part of an upload, which is no composite as yet; one of the same number is replaced. */
  putPart(write: Transaction, upload: string, part: Part, blob: Blob): void {
    this.#dropPart(write, upload, part.number)
    this.#blobs.publish(write, blob)
    write.run(
      'INSERT INTO s3_part (composite, number, blob, bytes, etag, checksum, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      upload,
      part.number,
      blob.id,
      part.bytes,
      part.etag,
      part.checksum === undefined ? '' : JSON.stringify(part.checksum),
      part.modifiedAt,
    )
  }

  /** The parts of the upload, without the `unwanted` ones, become an object's content under the same id. */
  create(write: Transaction, upload: string, unwanted: readonly number[]): void {
    for (const number of unwanted) this.#dropPart(write, upload, number)
    write.run("INSERT INTO s3_composite (id, state) VALUES (?, 'plain')", upload)
  }

  share(write: Transaction, composite: string): string {
    const copy = this.#random.hex(16)
    const { joined, state } = this.#row(composite)
    write.run(
      `INSERT INTO s3_part SELECT ?, number, blob, bytes, etag, checksum, modified_at FROM s3_part WHERE composite = ?`,
      copy,
      composite,
    )
    for (const { blob } of this.#kept(copy, -1)) this.#blobs.retain(write, blob)
    if (joined !== null) this.#blobs.retain(write, joined)
    write.run('INSERT INTO s3_composite (id, joined, state) VALUES (?, ?, ?)', copy, joined, state)
    if (state === 'joined') write.onDurable(() => this.#tidy(copy))
    return copy
  }

  /** Also for the parts of an upload that never became an object. */
  discard(write: Transaction, composite: string): void {
    write.run(
      "INSERT INTO s3_composite (id, state) VALUES (?, 'discarded') ON CONFLICT (id) DO UPDATE SET state = 'discarded'",
      composite,
    )
    write.onDurable(() => this.#tidy(composite))
  }

  parts(composite: string, afterNumber: number, limit: number): readonly Part[] {
    return this.#ledger
      .all<Omit<Part, 'checksum'> & { checksum: string }>(
        `SELECT number, bytes, etag, checksum, modified_at AS modifiedAt FROM s3_part
         WHERE composite = ? AND number > ? ORDER BY number LIMIT ?`,
        composite,
        afterNumber,
        limit,
      )
      .map(row => ({ ...row, checksum: row.checksum === '' ? undefined : (JSON.parse(row.checksum) as PartChecksum) }))
  }

  /** What is discarded after the call is still read. */
  read(composite: string, from: number, toExclusive: number): AsyncIterable<Uint8Array> {
    const { joined } = this.#row(composite)
    if (joined !== null) return this.#blobs.read(joined, from, toExclusive)
    const pieces: AsyncIterable<Uint8Array>[] = []
    let start = 0
    for (const { blob, bytes } of this.#pieces(composite)) {
      const end = start + bytes
      if (end > from && start < toExclusive && bytes > 0)
        pieces.push(this.#blobs.read(blob, Math.max(from - start, 0), Math.min(toExclusive, end) - start))
      start = end
    }
    return oneAfterAnother(pieces)
  }

  /** Resolves with the one blob that holds all of it; the first time that costs a copy. */
  async whole(composite: string): Promise<string> {
    const { joined } = this.#row(composite)
    if (joined !== null) return joined
    const pieces = this.#pieces(composite)
    if (pieces.length === 1 && pieces[0] !== undefined) return pieces[0].blob
    const joining = this.#joining.get(composite) ?? this.#join(composite, pieces)
    this.#joining.set(composite, joining)
    try {
      return await joining
    } finally {
      this.#joining.delete(composite)
    }
  }

  async #join(composite: string, pieces: readonly Piece[]): Promise<string> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0)
    const blob = await this.#blobs.write(this.read(composite, 0, bytes))
    await this.#ledger.commit(write => {
      const changed = write.run(
        "UPDATE s3_composite SET joined = ?, state = 'joined' WHERE id = ? AND state = 'plain'",
        blob.id,
        composite,
      )
      if (changed === 0) throw new Error(`The object was deleted while its ${pieces.length} parts were put together.`)
      this.#blobs.publish(write, blob)
      write.onDurable(() => this.#tidy(composite))
    })
    return blob.id
  }

  #dropPart(write: Transaction, composite: string, number: number): void {
    const part = write.get<{ blob: string }>(
      'SELECT blob FROM s3_part WHERE composite = ? AND number = ?',
      composite,
      number,
    )
    if (part === undefined) return
    this.#blobs.release(write, part.blob)
    write.run('DELETE FROM s3_part WHERE composite = ? AND number = ?', composite, number)
  }

  #row(composite: string): { readonly joined: string | null; readonly state: string } {
    const row = this.#ledger.get<{ joined: string | null; state: string }>(
      'SELECT joined, state FROM s3_composite WHERE id = ?',
      composite,
    )
    if (row === undefined) throw new Error(`There is no composite ${composite}: nothing refers to it any more.`)
    return row
  }

  #pieces(composite: string): readonly Piece[] {
    return this.#ledger.all<Piece>(
      'SELECT blob, bytes FROM s3_part WHERE composite = ? AND blob IS NOT NULL ORDER BY number',
      composite,
    )
  }

  #kept(composite: string, limit: number): readonly { readonly number: number; readonly blob: string }[] {
    return this.#ledger.all<{ number: number; blob: string }>(
      'SELECT number, blob FROM s3_part WHERE composite = ? AND blob IS NOT NULL ORDER BY number LIMIT ?',
      composite,
      limit,
    )
  }

  #tidy(composite: string): void {
    if (this.#tidying.has(composite)) return
    this.#tidying.add(composite)
    this.#background.run('clearing away the parts of an object', async () => {
      try {
        await this.#clear(composite)
      } finally {
        this.#tidying.delete(composite)
      }
    })
  }

  async #clear(composite: string): Promise<void> {
    for (;;) {
      this.#background.closing.throwIfAborted()
      const row = this.#ledger.get<{ joined: string | null; state: string }>(
        'SELECT joined, state FROM s3_composite WHERE id = ?',
        composite,
      )
      if (row?.state !== 'joined' && row?.state !== 'discarded') {
        // In the same breath as the look: whoever makes it untidy from here on starts anew.
        this.#tidying.delete(composite)
        return
      }
      await this.#ledger.commit(write => {
        const parts = this.#kept(composite, clearedAtOnce)
        for (const { number, blob } of parts) {
          this.#blobs.release(write, blob)
          write.run('UPDATE s3_part SET blob = NULL WHERE composite = ? AND number = ?', composite, number)
        }
        if (parts.length === clearedAtOnce) return
        if (row.state === 'joined') {
          write.run("UPDATE s3_composite SET state = 'single' WHERE id = ?", composite)
          return
        }
        if (row.joined !== null) this.#blobs.release(write, row.joined)
        write.run('DELETE FROM s3_part WHERE composite = ?', composite)
        write.run('DELETE FROM s3_composite WHERE id = ?', composite)
      })
    }
  }
}

async function* oneAfterAnother(streams: readonly AsyncIterable<Uint8Array>[]): AsyncIterable<Uint8Array> {
  for (const stream of streams) yield* stream
}
