/** Tables of the Data Catalog. What others keep in a table's parameters (statistics, a crawler's notes) stays as it is. */
import { same } from '../changes.ts'
import { type Aws, listed, pages, present } from '../invoke.ts'
import { kind } from '../kind.ts'
import { owned as ownedDatabases } from './database.ts'
import { nextToken, noEntity } from './glue.ts'
import { mark } from './tags.ts'

export type ColumnState = { readonly name: string; readonly type: string; readonly comment?: string }
export type TableState = {
  readonly description: string
  readonly location: string
  readonly columns: readonly ColumnState[]
  readonly partitionKeys: readonly ColumnState[]
  readonly serde: string
  readonly serdeParameters: { readonly [name: string]: string }
  readonly inputFormat: string
  readonly outputFormat: string
  readonly parameters: { readonly [name: string]: string }
}

interface AwsColumn {
  readonly Name: string
  readonly Type?: string
  readonly Comment?: string
}
interface Table {
  readonly Name: string
  readonly Description?: string
  readonly Owner?: string
  readonly Retention?: number
  readonly TableType?: string
  readonly Parameters?: { readonly [name: string]: string }
  readonly PartitionKeys?: readonly AwsColumn[]
  readonly StorageDescriptor?: {
    readonly Columns?: readonly AwsColumn[]
    readonly Location?: string
    readonly InputFormat?: string
    readonly OutputFormat?: string
    readonly SerdeInfo?: {
      readonly SerializationLibrary?: string
      readonly Parameters?: { readonly [name: string]: string }
    }
  }
}

/** Says of what, and in which zone, the folders of time are cut: the catalog's keys do not, and rows are in them. */
export const folders = 'biwa:folders'

/** Of a table's parameters, those that a definition decides. */
const decided = (key: string) =>
  ['EXTERNAL', 'classification', mark, folders].includes(key) || key.startsWith('projection.')

/** `database.table` */
const partsOf = (name: string) => {
  const dot = name.indexOf('.')
  return { DatabaseName: name.slice(0, dot), Name: name.slice(dot + 1) }
}

const find = async ({ invoke }: Aws, name: string): Promise<Table | undefined> =>
  (await present<{ Table: Table }>(invoke('glue', 'GetTable', partsOf(name)), noEntity))?.Table

export const table = kind<TableState>({
  name: 'table',
  within: name => `database ${partsOf(name).DatabaseName}`,
  summary: ({ columns, partitionKeys, location }) =>
    `${columns.length} column${columns.length === 1 ? '' : 's'}${partitionKeys.length > 0 ? ` by ${partitionKeys.map(({ name }) => name).join(', ')}` : ''}, ${location}`,
  async read(aws, name) {
    const found = await find(aws, name)
    if (!found) return undefined
    const { Description = '', StorageDescriptor: storage = {}, PartitionKeys = [], Parameters = {} } = found
    return {
      description: Description,
      location: storage.Location ?? '',
      columns: (storage.Columns ?? []).map(columnFrom),
      partitionKeys: PartitionKeys.map(columnFrom),
      serde: storage.SerdeInfo?.SerializationLibrary ?? '',
      serdeParameters: storage.SerdeInfo?.Parameters ?? {},
      inputFormat: storage.InputFormat ?? '',
      outputFormat: storage.OutputFormat ?? '',
      parameters: Object.fromEntries(Object.entries(Parameters).filter(([key]) => decided(key))),
    }
  },
  async create({ invoke }, name, wanted) {
    const { DatabaseName, Name } = partsOf(name)
    await invoke('glue', 'CreateTable', { DatabaseName, TableInput: inputOf(Name, wanted, {}) })
  },
  async change(aws, name, wanted) {
    const { DatabaseName, Name } = partsOf(name)
    const { Parameters = {}, Owner, Retention } = (await find(aws, name)) ?? {}
    const kept = {
      ...(Owner !== undefined && { Owner }),
      ...(Retention !== undefined && { Retention }),
    }
    const others = Object.fromEntries(Object.entries(Parameters).filter(([key]) => !decided(key)))
    await aws.invoke('glue', 'UpdateTable', {
      DatabaseName,
      TableInput: { ...kept, ...inputOf(Name, wanted, others) },
    })
  },
  async remove({ invoke }, name) {
    await present(invoke('glue', 'DeleteTable', partsOf(name)), noEntity)
  },
  async owned(aws) {
    const own: string[] = []
    for (const DatabaseName of await ownedDatabases(aws)) {
      const tables = await listed(
        pages<{ TableList?: readonly Table[]; NextToken?: string }>(
          more => aws.invoke('glue', 'GetTables', { DatabaseName, ...more }),
          nextToken,
        ),
        page => page.TableList,
      )
      for (const { Name, Parameters } of tables)
        if (Parameters?.[mark] === aws.lake) own.push(`${DatabaseName}.${Name}`)
    }
    return own
  },
  lakeOf: (_, { parameters }) => parameters[mark],
  async holds(aws, name) {
    const location = (await find(aws, name))?.StorageDescriptor?.Location
    const [, Bucket, Prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location ?? '') ?? []
    if (Bucket === undefined) return undefined
    const page = await present<{ KeyCount: number }>(
      aws.invoke('s3', 'ListObjectsV2', { Bucket, Prefix, MaxKeys: 1 }),
      'NoSuchBucket',
    )
    return (page?.KeyCount ?? 0) > 0 ? `rows, as objects under ${location}` : undefined
  },
  replaces(wanted, found) {
    const keys = ({ partitionKeys }: TableState) => partitionKeys.map(({ name, type }) => [name, type])
    if (same(keys(wanted), keys(found))) return undefined
    return 'the folders of a table are what its partition keys name: objects that are there stay in the old ones, unread'
  },
  warns(wanted, found) {
    const warnings: string[] = []
    const now = new Map(wanted.columns.map(({ name, type }) => [name, type]))
    const retyped = found.columns.filter(({ name, type }) => now.has(name) && now.get(name) !== type)
    const gone = found.columns.filter(({ name }) => !now.has(name))
    if (retyped.length > 0) warnings.push(`files written so far keep the old type of ${namesOf(retyped)}`)
    if (gone.length > 0) warnings.push(`files written so far keep ${namesOf(gone)}, which nobody reads any more`)
    if (wanted.location !== found.location)
      warnings.push(
        found.partitionKeys.length > 0
          ? `partitions registered so far stay under ${found.location}, and are read there`
          : `what lies under ${found.location} stays there, unread`,
      )
    const before = found.parameters[folders]
    if (before !== undefined && wanted.parameters[folders] !== before)
      warnings.push(`rows written so far stay in folders of ${before}`)
    if (isProjected(found) && !isProjected(wanted))
      warnings.push(
        'no delivery fills it any more, so its partitions are those that are registered: rows that were delivered are seen again after MSCK REPAIR TABLE',
      )
    if (wanted.serde !== found.serde) warnings.push('files written so far keep the old format')
    return warnings.length === 0 ? undefined : warnings.join('; ')
  },
})

const isProjected = ({ parameters }: TableState) => parameters['projection.enabled'] === 'true'

const namesOf = (columns: readonly ColumnState[]) => columns.map(({ name }) => name).join(', ')

const columnFrom = ({ Name, Type = '', Comment }: AwsColumn): ColumnState => ({
  name: Name,
  type: Type,
  ...(Comment !== undefined && Comment !== '' && { comment: Comment }),
})
const columnOf = ({ name, type, comment }: ColumnState): AwsColumn => ({
  Name: name,
  Type: type,
  ...(comment !== undefined && { Comment: comment }),
})

const inputOf = (Name: string, wanted: TableState, others: { readonly [name: string]: string }): Table => ({
  Name,
  Description: wanted.description,
  TableType: 'EXTERNAL_TABLE',
  PartitionKeys: wanted.partitionKeys.map(columnOf),
  StorageDescriptor: {
    Columns: wanted.columns.map(columnOf),
    Location: wanted.location,
    InputFormat: wanted.inputFormat,
    OutputFormat: wanted.outputFormat,
    SerdeInfo: { SerializationLibrary: wanted.serde, Parameters: wanted.serdeParameters },
  },
  Parameters: { ...others, ...wanted.parameters },
})
