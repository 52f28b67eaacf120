// Jobs that find nothing new, run after run. What a run looked at when it found nothing is remembered here, as states that
// change with whatever changes: as long as they are the same, the next run needs no listing, no script and no engine.
// Held in memory only: the first run after a start looks for itself.
import { createHash } from 'node:crypto'
import type { TableReference } from '../../analyze/engine/request.ts'
import type { Scope } from './job.ts'
import type { Objects, Tables } from './ports.ts'
import { isProjected } from './projected.ts'
import type { Role } from './role.ts'

interface Known {
  /** All that a run is told: arguments, script, the bookmark's version. */
  readonly circumstances: string
  readonly look: Look
}

export class Quiet {
  readonly #known = new Map<number, Known>()

  /** Whether a run under these circumstances would find nothing again. Throws what the role may not look at. */
  holds(job: number, circumstances: string, role: Role): boolean {
    const known = this.#known.get(job)
    if (known?.circumstances !== circumstances || !known.look.isUnchanged()) return false
    for (const bucket of known.look.buckets) role.require('s3:ListBucket', `arn:aws:s3:::${bucket}`)
    return true
  }

  remember(job: number, circumstances: string, look: Look): void {
    if (look.isRepeatable) this.#known.set(job, { circumstances, look })
  }

  forget(job: number): void {
    this.#known.delete(job)
  }
}

/** Stands between a run and what it looks at, and notes the state of it before each look. */
export class Look {
  readonly #scope: Scope
  readonly #s3: Pick<Objects, 'list' | 'latest' | 'state'>
  readonly #catalog: Tables
  readonly #buckets = new Map<string, string>()
  readonly #tables = new Map<string, { readonly reference: TableReference; readonly state: string }>()
  /** Partitions that are made of the hour come without anything having changed. */
  #isTimely = false

  constructor(of: {
    readonly scope: Scope
    readonly s3: Pick<Objects, 'list' | 'latest' | 'state'>
    readonly catalog: Tables
  }) {
    this.#scope = of.scope
    this.#s3 = of.s3
    this.#catalog = of.catalog
  }

  get buckets(): Iterable<string> {
    return this.#buckets.keys()
  }

  get isRepeatable(): boolean {
    return this.#buckets.size > 0 && !this.#isTimely
  }

  isUnchanged(): boolean {
    for (const [bucket, state] of this.#buckets) if (this.#s3.state(bucket) !== state) return false
    for (const { reference, state } of this.#tables.values()) if (this.#stateOf(reference) !== state) return false
    return true
  }

  /** S3 as a selection sees it. */
  readonly s3 = {
    list: (bucket: string, prefix: string, after: string, limit: number) => {
      if (!this.#buckets.has(bucket)) this.#buckets.set(bucket, this.#s3.state(bucket))
      return this.#s3.list(bucket, prefix, after, limit)
    },
    latest: (bucket: string, key: string) => this.#s3.latest(bucket, key),
  }

  /** The tables that the script names are to be looked at next. */
  noteTables(references: readonly TableReference[]): void {
    for (const reference of references)
      this.#tables.set(`${reference.database}.${reference.name}`, { reference, state: this.#stateOf(reference) })
  }

  #stateOf({ database, name }: TableReference): string {
    const table = this.#catalog.table(this.#scope, database, name)
    if (!table) return ''
    if (isProjected(table)) this.#isTimely = true
    const hash = createHash('sha256').update(JSON.stringify([table.location, table.partitionKeys, table.parameters]))
    if (table.partitionKeys.length > 0)
      for (const { values, location } of this.#catalog.partitions(this.#scope, database, name))
        hash.update(JSON.stringify([values, location]))
    return hash.digest('hex')
  }
}
