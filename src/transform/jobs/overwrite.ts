// INSERT OVERWRITE: what of the target goes when a run's files come. As in Spark with static overwriting, which is what Glue
// does to Parquet tables: the whole table is replaced, and a partition without rows any more is unregistered. What goes is what
// the table would read; objects whose names begin with `_` or `.` stay, and so does what lies in unregistered partitions.
import type { TableReference } from '../../analyze/engine/request.ts'
import type { CatalogTable, Partition } from '../../catalog/glue/table.ts'
import { tableFormat } from '../../catalog/glue/table-format.ts'
import type { Transaction } from '../../durable/ledger.ts'
import { EntityNotFoundException, InvalidInputException } from './faults.ts'
import type { Scope } from './job.ts'
import { type Location, parseFolderLocation } from './location.ts'
import type { Objects, Tables } from './ports.ts'
import { isProjected, projectedUnder } from './projected.ts'
import type { Role } from './role.ts'
import { isData } from './selection.ts'

export interface Overwritten {
  readonly files: number
  readonly partitions: number
}

/** What a script reads. */
export interface Read {
  readonly tables: readonly TableReference[]
  /** Of --SOURCE_S3. */
  readonly source: Location | undefined
}

const pageKeys = 1000

export class Overwrite {
  readonly #scope: Scope
  readonly #role: Role
  readonly #s3: Pick<Objects, 'list' | 'remove'>
  readonly #catalog: Tables

  constructor(of: {
    readonly scope: Scope
    readonly role: Role
    readonly s3: Pick<Objects, 'list' | 'remove'>
    readonly catalog: Tables
  }) {
    this.#scope = of.scope
    this.#role = of.role
    this.#s3 = of.s3
    this.#catalog = of.catalog
  }

  /** Refuses what Spark would refuse, or do otherwise, so that the job does on Glue what it does here. */
  check(target: TableReference, read: Read): void {
    const table = this.#table(target)
    if (table.partitionKeys.length > 0 && tableFormat(table).format !== 'parquet')
      throw new InvalidInputException(
        `INSERT OVERWRITE replaces the whole of a table, and ${nameOf(target)} is partitioned and not Parquet: of such a table ` +
          'Spark on Glue replaces only the partitions that the SELECT returns. Make it a Parquet table.',
      )
    // The table's own folder too: there Spark clears everything.
    const folders = [folderOf(table.location, target), ...this.#folders(target, table)]
    const isRead = (folder: Location) => folders.some(each => overlap(each, folder))
    const reads = read.tables.find(
      each => nameOf(each) === nameOf(target) || this.#folders(each, this.#table(each)).some(isRead),
    )
    if (reads ?? (read.source && isRead(read.source)))
      throw new InvalidInputException(
        `Cannot overwrite ${nameOf(target)}, which is also being read from${reads && nameOf(reads) !== nameOf(target) ? ` as ${nameOf(reads)}` : ''}: ` +
          'Spark on Glue refuses this, so it is refused here too. Use two tables: INSERT OVERWRITE next SELECT … FROM current … ' +
          'in this job, and INSERT OVERWRITE current SELECT * FROM next in another that runs after it.',
      )
  }

  /** Inside the run's commit, before its own files are published: readers see the old table until then, and the new one after. */
  apply(write: Transaction, target: TableReference, written: readonly Location[]): Overwritten {
    const table = this.#table(target)
    const partitions = this.#partitions(target, table)
    const kept = new Set(written.map(idOf))
    const dropped = partitions.filter(({ location }) => !kept.has(idOf(folderOf(location, target))))
    const folders = new Map([...this.#folders(target, table), ...written].map(each => [idOf(each), each]))
    let files = 0
    for (const folder of folders.values()) files += this.#clear(write, folder)
    if (dropped.length > 0)
      this.#role.require(
        'glue:BatchDeletePartition',
        `arn:aws:glue:${this.#scope.region}:${this.#scope.account}:table/${target.database}/${target.name}`,
      )
    for (const { values } of dropped)
      this.#catalog.deletePartition(write, this.#scope, target.database, target.name, values)
    return { files, partitions: dropped.length }
  }

  #clear(write: Transaction, { bucket, key: prefix }: Location): number {
    this.#role.require('s3:ListBucket', `arn:aws:s3:::${bucket}`)
    let files = 0
    for (let after = ''; ; ) {
      const page = this.#s3.list(bucket, prefix, after, pageKeys)
      for (const object of page) {
        if (!isData(object, prefix)) continue
        this.#role.requireObject('s3:DeleteObject', bucket, object.key)
        this.#s3.remove(write, bucket, object.key)
        files++
      }
      const last = page.at(-1)
      if (!last || page.length < pageKeys) return files
      after = last.key
    }
  }

  /** Where the rows of a table lie. */
  #folders(reference: TableReference, table: CatalogTable): readonly Location[] {
    if (isProjected(table)) return [folderOf(projectedUnder(table), reference)]
    const places = table.partitionKeys.length > 0 ? this.#partitions(reference, table) : [table]
    return places.map(({ location }) => folderOf(location, reference))
  }

  #partitions({ database, name }: TableReference, table: CatalogTable): readonly Partition[] {
    return table.partitionKeys.length > 0 ? [...this.#catalog.partitions(this.#scope, database, name)] : []
  }

  #table({ database, name }: TableReference): CatalogTable {
    const table = this.#catalog.table(this.#scope, database, name)
    if (!table) throw new EntityNotFoundException(`Table ${database}.${name} not found in the catalog.`)
    return table
  }
}

const folderOf = (location: string, reference: TableReference) =>
  parseFolderLocation(location, `The location of table ${nameOf(reference)}`)
const idOf = ({ bucket, key }: Location) => `${bucket}/${key}`
const nameOf = ({ database, name }: TableReference) => `${database}.${name}`
const overlap = (one: Location, other: Location) =>
  one.bucket === other.bucket && (one.key.startsWith(other.key) || other.key.startsWith(one.key))
