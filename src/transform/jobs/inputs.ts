// What a run reads: the objects of --SOURCE_S3, or the catalog's tables that the script names. It decides with the
// bookmark which objects those are and hands the engine local files; it remembers the selections for the commit.
import type { SourceFile, TableReference, TableSource } from '../../analyze/engine/request.ts'
import { partitionFormat } from '../../catalog/glue/partition-format.ts'
import type { CatalogTable } from '../../catalog/glue/table.ts'
import { tableFormat } from '../../catalog/glue/table-format.ts'
import { EntityNotFoundException, InvalidInputException } from './faults.ts'
import type { Scope } from './job.ts'
import { parseFolderLocation } from './location.ts'
import type { Plan } from './plan.ts'
import type { InputObject, Objects, Projections, Tables } from './ports.ts'
import type { Role } from './role.ts'
import {
  type Folder,
  type Selection,
  type SelectionRequest,
  selectAll,
  selectBetween,
  selectNew,
  type Taken,
} from './selection.ts'

/** Thrown through the engine when there is nothing to do: the run succeeds without having started it. */
export class NothingNew extends Error {
  override readonly name = 'NothingNew'
}

/** How many small objects are laid out for the engine at once. */
const pathsAtOnce = 32

export class Inputs implements Disposable {
  readonly selections: Selection[] = []
  objects = 0
  bytes = 0
  readonly #scope: Scope
  readonly #plan: Plan
  readonly #role: Role
  readonly #s3: Objects
  readonly #catalog: Tables
  readonly #projectionOf: Projections
  readonly #request: Omit<SelectionRequest, 'context' | 'folders'>
  readonly #between: { readonly from: number; readonly to: number } | undefined
  /** The files that the engine reads stay where they are until the run has ended. */
  readonly #held = new DisposableStack()

  constructor(of: {
    readonly scope: Scope
    readonly plan: Plan
    readonly role: Role
    readonly s3: Objects
    readonly catalog: Tables
    readonly projectionOf: Projections
    readonly request: Omit<SelectionRequest, 'context' | 'folders'>
    /** Of a paused bookmark: numbers of runs. */
    readonly between?: { readonly from: number; readonly to: number } | undefined
  }) {
    this.#scope = of.scope
    this.#plan = of.plan
    this.#role = of.role
    this.#s3 = of.s3
    this.#catalog = of.catalog
    this.#projectionOf = of.projectionOf
    this.#request = of.request
    this.#between = of.between
  }

  [Symbol.dispose](): void {
    this.#held.dispose()
  }

  /** The objects of --SOURCE_S3. Throws NothingNew without any. */
  async source(folder: Folder): Promise<readonly SourceFile[]> {
    if (!this.#s3.bucketExists(folder.bucket))
      throw new EntityNotFoundException(`The bucket ${folder.bucket} of --SOURCE_S3 does not exist.`)
    this.#role.require('s3:ListBucket', `arn:aws:s3:::${folder.bucket}`)
    const { taken } = await this.#select('source', [folder])
    return this.#files(taken.map(({ object }) => object))
  }

  /** The tables that the script reads. Throws NothingNew when the bookmarked one has no new objects. */
  async tables(references: readonly TableReference[]): Promise<readonly TableSource[]> {
    const bookmarked = this.#bookmarked(references)
    const sources: TableSource[] = []
    for (const reference of references) sources.push(await this.#table(reference, reference === bookmarked))
    return sources
  }

  async #select(context: string, folders: readonly Folder[]): Promise<Selection> {
    const request = { ...this.#request, context, folders }
    const off = this.#plan.bookmark.kind === 'disable'
    const selection = await (off
      ? selectAll(request)
      : this.#between
        ? selectBetween(request, this.#between.from, this.#between.to)
        : selectNew(request))
    if (selection.left > 0 && (off || selection.taken.length === 0))
      throw new InvalidInputException(
        `There are ${selection.left} more objects than the ${request.objectsMax} that one run takes. ` +
          (off ? 'Switch the bookmark on, so that the next runs go on with them, or' : 'Those belong together:') +
          ` set --BOUNDED_FILES to at least ${selection.left + request.objectsMax}.`,
      )
    this.selections.push(selection)
    if (selection.taken.length === 0) throw new NothingNew()
    return selection
  }

  /** With a bookmark one of the tables holds its new objects only; the others are read whole. */
  #bookmarked(references: readonly TableReference[]): TableReference | undefined {
    if (this.#plan.bookmark.kind === 'disable' || this.#plan.source) return undefined
    const { sourceTable, database } = this.#plan
    const wanted =
      sourceTable === undefined || sourceTable.includes('.') ? sourceTable : `${database.toLowerCase()}.${sourceTable}`
    const named = references.find(reference =>
      wanted === undefined ? reference.name === 'source' : nameOf(reference) === wanted,
    )
    if (named ?? (sourceTable === undefined && references.length === 1)) return named ?? references[0]
    throw new InvalidInputException(
      sourceTable === undefined
        ? `The script reads ${references.map(nameOf).join(', ') || 'no table'}, and the bookmark is about one of them: ` +
            'name it with --SOURCE_TABLE; the others are read whole.'
        : `The script does not read the table ${sourceTable} of --SOURCE_TABLE; it reads ${references.map(nameOf).join(', ') || 'none'}.`,
    )
  }

  async #table(reference: TableReference, incremental: boolean): Promise<TableSource> {
    const table = this.#catalog.table(this.#scope, reference.database, reference.name)
    if (!table) throw new EntityNotFoundException(`Table ${nameOf(reference)} not found in the catalog.`)
    const projection = this.#projection(table)
    if (projection) return this.#projected(reference, table, projection, incremental)
    const partitioned = table.partitionKeys.length > 0
    const partitions = partitioned ? [...this.#catalog.partitions(this.#scope, reference.database, reference.name)] : []
    const places = partitioned ? partitions : [table]
    const folders = this.#folders(
      reference,
      places.map(({ location }) => location),
    )
    const selection = incremental ? await this.#select(nameOf(reference), folders) : undefined
    return {
      database: reference.database,
      name: reference.name,
      ...tableFormat(table),
      columns: table.columns,
      partitionColumns: table.partitionKeys,
      partitions: partitions.map(({ values }) => ({ values })),
      files: async indexes => {
        const wanted = partitioned ? new Set(indexes) : new Set([0])
        const taken = selection
          ? selection.taken.filter(({ folder }) => wanted.has(folder))
          : await this.#whole(nameOf(reference), folders, wanted)
        const files = await this.#files(taken.map(({ object }) => object))
        const layouts = new Map(
          partitions.flatMap(({ storage, values }, index) => {
            const layout = wanted.has(index) ? partitionFormat(table, storage, values) : undefined
            return layout ? [[index, layout] as const] : []
          }),
        )
        return files.map((file, i) => {
          const partition = partitioned ? (taken[i]?.folder ?? -1) : -1
          const layout = layouts.get(partition)
          return { ...file, partition, ...(layout && { layout }) }
        })
      },
    }
  }

  #projection(table: CatalogTable): ReturnType<Projections> {
    try {
      return this.#projectionOf(table)
    } catch (cause) {
      throw new InvalidInputException(cause instanceof Error ? cause.message : String(cause))
    }
  }

  /** Its partitions are known once the script's conditions are: only their folders are looked into, with a bookmark too. */
  #projected(
    reference: TableReference,
    table: CatalogTable,
    { columns: projection, locationOf }: NonNullable<ReturnType<Projections>>,
    incremental: boolean,
  ): TableSource {
    let isTaken = false
    return {
      ...{ database: reference.database, name: reference.name },
      ...tableFormat(table),
      ...{ columns: table.columns, partitionColumns: table.partitionKeys, partitions: [], projection },
      files: async (_, projected = []) => {
        if (incremental && isTaken)
          throw new InvalidInputException(
            `The script names ${nameOf(reference)} twice, whose partitions are projected: a bookmark is about one mention. Name it once, in a WITH.`,
          )
        isTaken = true
        const folders = this.#folders(reference, projected.map(locationOf))
        const taken = incremental
          ? (await this.#select(nameOf(reference), folders)).taken
          : await this.#whole(nameOf(reference), folders, new Set(folders.keys()))
        const files = await this.#files(taken.map(({ object }) => object))
        return files.map((file, i) => ({ ...file, partition: taken[i]?.folder ?? -1 }))
      },
    }
  }

  #folders(reference: TableReference, locations: readonly string[]): readonly Folder[] {
    const folders = locations.map(location => {
      const folder = parseFolderLocation(location, `The location of table ${nameOf(reference)}`)
      return { bucket: folder.bucket, prefix: folder.key }
    })
    for (const bucket of new Set(folders.map(folder => folder.bucket)))
      this.#role.require('s3:ListBucket', `arn:aws:s3:::${bucket}`)
    return folders
  }

  async #whole(context: string, folders: readonly Folder[], wanted: ReadonlySet<number>): Promise<readonly Taken[]> {
    const chosen = [...wanted].sort((a, b) => a - b)
    const request = {
      ...this.#request,
      context,
      folders: chosen.map(index => folders[index] as Folder),
      objectsMax: Number.MAX_SAFE_INTEGER,
    }
    const { taken } = await selectAll(request)
    return taken.map(taken => ({ ...taken, folder: chosen[taken.folder] as number }))
  }

  async #files(objects: readonly InputObject[]): Promise<readonly SourceFile[]> {
    const files: SourceFile[] = []
    for (let at = 0; at < objects.length; at += pathsAtOnce) {
      const some = objects.slice(at, at + pathsAtOnce).map(async object => {
        this.#role.requireObject('s3:GetObject', object.bucket, object.key)
        const { path: file } = this.#held.use(await this.#s3.file(object))
        return { path: `s3://${object.bucket}/${object.key}`, file, bytes: object.bytes, modifiedAt: object.modifiedAt }
      })
      files.push(...(await Promise.all(some)))
    }
    this.objects += files.length
    for (const { bytes } of files) this.bytes += bytes
    return files
  }
}

const nameOf = ({ database, name }: TableReference) => `${database}.${name}`
