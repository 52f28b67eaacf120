/**
 * The functions there are: settings and code of `$LATEST` and of published versions. Code and row become visible in one
 * commit. It runs nothing.
 */
import type { Blob, Blobs } from '../../durable/blobs.ts'
import type { Ledger, Transaction } from '../../durable/ledger.ts'
import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import { CodeStorageExceededException, functionExists, invalid, noSuchFunction, staleRevision } from './faults.ts'
import { codeStorageBytesMax } from './limits.ts'
import { arnOf, type FunctionName, type Scope, unqualified } from './name.ts'
import { type Code, type FunctionVersion, latest, type Settings } from './version.ts'

interface VersionRow {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly number: number
  readonly settings: string
  readonly blob: string
  readonly code_bytes: number
  readonly code_sha256: string
  readonly revision: string
  readonly modified_at: number
}

/** A zip file that is durable and nobody's yet. */
export interface NewCode {
  readonly blob: Blob
  readonly sha256: string
}

const where = 'account = ? AND region = ? AND name = ?'

export class Registry {
  readonly #ledger: Ledger
  readonly #blobs: Blobs
  readonly #clock: Clock
  readonly #random: Random

  constructor(of: { ledger: Ledger; blobs: Blobs; clock: Clock; random: Random }) {
    this.#ledger = of.ledger
    this.#blobs = of.blobs
    this.#clock = of.clock
    this.#random = of.random
  }

  create(write: Transaction, id: FunctionName, settings: Settings, code: NewCode): FunctionVersion {
    if (this.exists(id)) throw functionExists(id.name)
    this.#checkStorage(id, code.blob.bytes)
    write.run('INSERT INTO functions_function VALUES (?, ?, ?, 1, NULL)', id.account, id.region, id.name)
    // From here the function is there; a crash before leaves a blob that nothing refers to, swept at start.
    this.#blobs.publish(write, code.blob)
    this.#insert(write, id, 0, settings, { blob: code.blob.id, bytes: code.blob.bytes, sha256: code.sha256 })
    return this.version(id, latest)
  }

  configure(write: Transaction, id: FunctionName, settings: Settings, revision: string | undefined): FunctionVersion {
    this.#checkRevision(id, revision)
    write.run(
      `UPDATE functions_version SET settings = ?, revision = ?, modified_at = ? WHERE ${where} AND number = 0`,
      ...[JSON.stringify(settings), this.#random.uuid(), this.#clock.now()],
      ...keyOf(id),
    )
    return this.version(id, latest)
  }

  /** The architecture is a setting that AWS changes with the code. */
  replaceCode(
    write: Transaction,
    id: FunctionName,
    settings: Settings,
    code: NewCode,
    revision: string | undefined,
  ): FunctionVersion {
    const before = this.#checkRevision(id, revision)
    this.#checkStorage(id, code.blob.bytes - before.code.bytes)
    this.#blobs.publish(write, code.blob)
    this.#blobs.release(write, before.code.blob)
    write.run(
      `UPDATE functions_version SET settings = ?, blob = ?, code_bytes = ?, code_sha256 = ?, revision = ?, modified_at = ?
       WHERE ${where} AND number = 0`,
      ...[JSON.stringify(settings), code.blob.id, code.blob.bytes, code.sha256, this.#random.uuid(), this.#clock.now()],
      ...keyOf(id),
    )
    return this.version(id, latest)
  }

  /** The newest version once more where nothing has changed since it was published, as AWS does. */
  publish(
    write: Transaction,
    id: FunctionName,
    wanted: { readonly description?: string; readonly sha256?: string; readonly revision?: string },
  ): FunctionVersion {
    const now = this.#checkRevision(id, wanted.revision)
    if (wanted.sha256 !== undefined && wanted.sha256 !== now.code.sha256)
      throw invalid(
        `CodeSHA256 (${wanted.sha256}) is different from current CodeSHA256 in $LATEST (${now.code.sha256}). Please try again with the CodeSHA256 in $LATEST.`,
      )
    const settings = { ...now.settings, description: wanted.description ?? now.settings.description }
    const newest = this.#rows(`${where} AND number > 0 ORDER BY number DESC LIMIT 1`, ...keyOf(id))[0]
    if (newest !== undefined && newest.blob === now.code.blob && newest.settings === JSON.stringify(settings))
      return fromRow(newest)
    const number = write.get<{ next_version: number }>(
      `UPDATE functions_function SET next_version = next_version + 1 WHERE ${where} RETURNING next_version`,
      ...keyOf(id),
    )
    if (number === undefined) throw noSuchFunction(arnOf(id))
    this.#checkStorage(id, now.code.bytes)
    this.#blobs.retain(write, now.code.blob)
    this.#insert(write, id, number.next_version - 1, settings, now.code)
    return this.version(id, String(number.next_version - 1))
  }

  /** All that runs under the name; a number deletes that version alone. Version numbers that are not there are no error. */
  delete(write: Transaction, id: FunctionName, version: string | undefined): void {
    if (!this.exists(id)) throw noSuchFunction(arnOf(id))
    const rows = this.#rows(
      version === undefined ? where : `${where} AND number = ?`,
      ...keyOf(id),
      ...(version === undefined ? [] : [Number(version)]),
    )
    for (const row of rows) {
      this.#blobs.release(write, row.blob)
      write.run(`DELETE FROM functions_version WHERE ${where} AND number = ?`, ...keyOf(id), row.number)
    }
    if (version === undefined) write.run(`DELETE FROM functions_function WHERE ${where}`, ...keyOf(id))
  }

  exists(id: FunctionName): boolean {
    return this.#ledger.get(`SELECT 1 AS found FROM functions_function WHERE ${where}`, ...keyOf(id)) !== undefined
  }

  /** Throws ResourceNotFoundException. */
  version(id: FunctionName, version: string): FunctionVersion {
    const number = version === latest ? 0 : Number(version)
    const row = this.#rows(`${where} AND number = ?`, ...keyOf(id), number)[0]
    if (row === undefined)
      throw noSuchFunction(arnOf({ ...unqualified(id), ...(version !== latest && { qualifier: version }) }))
    return fromRow(row)
  }

  versions(id: FunctionName, after: number, limit: number): readonly FunctionVersion[] {
    if (!this.exists(id)) throw noSuchFunction(arnOf(id))
    return this.#rows(`${where} AND number > ? ORDER BY number LIMIT ?`, ...keyOf(id), after, limit).map(fromRow)
  }

  /** `$LATEST` of each, or every version: by name and number, behind `after`. */
  all(
    { account, region }: Scope,
    after: { readonly name: string; readonly number: number },
    limit: number,
    everyVersion: boolean,
  ): readonly FunctionVersion[] {
    return this.#rows(
      `account = ? AND region = ? AND (name, number) > (?, ?) ${everyVersion ? '' : 'AND number = 0'}
       ORDER BY name, number LIMIT ?`,
      ...[account, region, after.name, after.number, limit],
    ).map(fromRow)
  }

  usage({ account, region }: Scope): { readonly functions: number; readonly codeBytes: number } {
    const found = this.#ledger.get<{ functions: number; bytes: number }>(
      `SELECT count(*) FILTER (WHERE number = 0) AS functions, coalesce(sum(code_bytes), 0) AS bytes
       FROM functions_version WHERE account = ? AND region = ?`,
      account,
      region,
    )
    return { functions: found?.functions ?? 0, codeBytes: found?.bytes ?? 0 }
  }

  reserved(id: FunctionName): number | undefined {
    const row = this.#ledger.get<{ reserved: number | null }>(
      `SELECT reserved FROM functions_function WHERE ${where}`,
      ...keyOf(id),
    )
    return row?.reserved ?? undefined
  }

  reservedInTotal({ account, region }: Scope): number {
    const row = this.#ledger.get<{ total: number }>(
      'SELECT coalesce(sum(reserved), 0) AS total FROM functions_function WHERE account = ? AND region = ?',
      account,
      region,
    )
    return row?.total ?? 0
  }

  reserve(write: Transaction, id: FunctionName, executions: number | undefined): void {
    const changed = write.run(
      `UPDATE functions_function SET reserved = ? WHERE ${where}`,
      executions ?? null,
      ...keyOf(id),
    )
    if (changed === 0) throw noSuchFunction(arnOf(id))
  }

  #insert(write: Transaction, id: FunctionName, number: number, settings: Settings, code: Code): void {
    write.run(
      'INSERT INTO functions_version VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[...keyOf(id), number, JSON.stringify(settings), code.blob, code.bytes, code.sha256],
      ...[this.#random.uuid(), this.#clock.now()],
    )
  }

  #checkRevision(id: FunctionName, revision: string | undefined): FunctionVersion {
    const found = this.version(unqualified(id), latest)
    if (revision !== undefined && revision !== found.revision) throw staleRevision()
    return found
  }

  #checkStorage(scope: Scope, moreBytes: number): void {
    if (this.usage(scope).codeBytes + moreBytes > codeStorageBytesMax)
      throw new CodeStorageExceededException('Code storage limit exceeded.')
  }

  #rows(condition: string, ...values: readonly (string | number)[]): readonly VersionRow[] {
    return this.#ledger.all<VersionRow>(`SELECT * FROM functions_version WHERE ${condition}`, ...values)
  }
}

const keyOf = ({ account, region, name }: FunctionName) => [account, region, name] as const

const fromRow = (row: VersionRow): FunctionVersion => ({
  account: row.account,
  region: row.region,
  name: row.name,
  version: row.number === 0 ? latest : String(row.number),
  settings: JSON.parse(row.settings) as Settings,
  code: { blob: row.blob, bytes: row.code_bytes, sha256: row.code_sha256 },
  revision: row.revision,
  modifiedAt: row.modified_at,
})
