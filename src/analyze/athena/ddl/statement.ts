/** What the statements mean. Names are in lower case, as the catalog keeps them; queries are left to the engine. */
import type { Compression, DataFormat } from '../../engine/request.ts'

export interface TableName {
  /** Absent: the database of the query's context. */
  readonly database?: string
  readonly name: string
}

export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly comment?: string
}

export interface SerdeDefinition {
  readonly library: string
  readonly parameters: Readonly<Record<string, string>>
}

export interface CreateTable {
  readonly kind: 'createTable'
  readonly table: TableName
  readonly ifNotExists: boolean
  readonly columns: readonly ColumnDefinition[]
  readonly partitionColumns: readonly ColumnDefinition[]
  readonly comment?: string
  readonly serde: SerdeDefinition
  readonly inputFormat: string
  readonly outputFormat: string
  readonly location: string
  readonly buckets?: Buckets
  readonly properties: Readonly<Record<string, string>>
}

/** CLUSTERED BY: into how many files a partition's rows are parted by the hash of these columns. */
export interface Buckets {
  readonly columns: readonly string[]
  readonly count: number
  readonly sorted: readonly { readonly column: string; readonly order: 'ascending' | 'descending' }[]
}

/** How rows are written down. */
export interface Files {
  readonly format: DataFormat
  readonly compression: Compression
  /** Of ZSTD in Parquet, 1 to 22. */
  readonly compressionLevel?: number
  readonly partitionedBy: readonly string[]
  /** Of text. */
  readonly delimiter: string
}

export interface Insert {
  readonly kind: 'insert'
  readonly table: TableName
  /** Empty: all of the table's. */
  readonly columns: readonly string[]
  readonly query: string
}

export interface CreateTableAs extends Files {
  readonly kind: 'createTableAs'
  readonly table: TableName
  readonly ifNotExists: boolean
  readonly comment?: string
  /** Absent: among the query's results. */
  readonly location?: string
  readonly buckets?: Pick<Buckets, 'columns' | 'count'>
  readonly hasData: boolean
  readonly query: string
}

export interface Unload extends Files {
  readonly kind: 'unload'
  readonly location: string
  readonly query: string
}

export interface CreateView {
  readonly kind: 'createView'
  readonly table: TableName
  readonly isReplacing: boolean
  readonly query: string
}

export interface Explain {
  readonly kind: 'explain'
  readonly isAnalyzing: boolean
  readonly type: 'logical' | 'validate' | 'io'
  readonly format: 'text' | 'json' | 'graphviz'
  readonly query: string
}

export interface Describe {
  readonly kind: 'describe'
  readonly table: TableName
  readonly detail?: 'formatted' | 'extended'
  readonly partition?: PartitionSpec
  /** Empty, or a column and the fields in it. */
  readonly path: readonly string[]
}

export interface ColumnsChange {
  readonly kind: 'addColumns' | 'replaceColumns'
  readonly table: TableName
  /** Absent: of the table itself. */
  readonly partition?: PartitionSpec
  readonly columns: readonly ColumnDefinition[]
}

export type WritingStatement = Insert | CreateTableAs | Unload

export const isWriting = (statement: Statement): statement is WritingStatement =>
  statement.kind === 'insert' || statement.kind === 'createTableAs' || statement.kind === 'unload'

/** Everything but EXECUTE, in whose place the statement stands that it names. */
export type Runnable = Exclude<Statement, { readonly kind: 'execute' }>

/** What may have question marks, and be prepared. */
export const isQuery = (statement: Statement): statement is WritingStatement | { readonly kind: 'select' } =>
  statement.kind === 'select' || isWriting(statement)

/** Partition values by their key. */
export type PartitionSpec = Readonly<Record<string, string>>

export type Statement =
  | { readonly kind: 'select' }
  | Insert
  | CreateTableAs
  | Unload
  | CreateView
  | Explain
  | { readonly kind: 'dropView'; readonly table: TableName; readonly ifExists: boolean }
  | { readonly kind: 'showViews'; readonly database?: string; readonly pattern?: string }
  | { readonly kind: 'showCreateView'; readonly table: TableName }
  | { readonly kind: 'prepare'; readonly name: string; readonly text: string }
  | { readonly kind: 'execute'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'deallocate'; readonly name: string }
  | CreateTable
  | {
      readonly kind: 'createDatabase'
      readonly name: string
      readonly ifNotExists: boolean
      readonly comment?: string
      readonly location?: string
      readonly properties: Readonly<Record<string, string>>
    }
  | { readonly kind: 'dropDatabase'; readonly name: string; readonly ifExists: boolean; readonly cascade: boolean }
  | { readonly kind: 'dropTable'; readonly table: TableName; readonly ifExists: boolean }
  | {
      readonly kind: 'addPartitions'
      readonly table: TableName
      readonly ifNotExists: boolean
      readonly partitions: readonly { readonly spec: PartitionSpec; readonly location?: string }[]
    }
  | {
      readonly kind: 'dropPartitions'
      readonly table: TableName
      readonly ifExists: boolean
      readonly partitions: readonly PartitionSpec[]
    }
  | ColumnsChange
  | {
      readonly kind: 'changeColumn'
      readonly table: TableName
      readonly name: string
      readonly column: ColumnDefinition
      /** The column that it comes to stand behind; null: before all. Absent: it stays where it is. */
      readonly after?: string | null
    }
  | {
      readonly kind: 'renamePartition'
      readonly table: TableName
      readonly from: PartitionSpec
      readonly to: PartitionSpec
    }
  | {
      readonly kind: 'setLocation'
      readonly table: TableName
      readonly partition?: PartitionSpec
      readonly location: string
    }
  | {
      readonly kind: 'setDatabaseProperties'
      readonly name: string
      readonly properties: Readonly<Record<string, string>>
    }
  | { readonly kind: 'describeDatabase'; readonly name: string; readonly isExtended: boolean }
  | {
      readonly kind: 'setProperties'
      readonly table: TableName
      readonly properties: Readonly<Record<string, string>>
    }
  | { readonly kind: 'repair'; readonly table: TableName }
  | { readonly kind: 'showDatabases'; readonly pattern?: string }
  | { readonly kind: 'showTables'; readonly database?: string; readonly pattern?: string }
  | { readonly kind: 'showPartitions'; readonly table: TableName }
  | { readonly kind: 'showColumns'; readonly table: TableName }
  | { readonly kind: 'showCreateTable'; readonly table: TableName }
  | { readonly kind: 'showProperties'; readonly table: TableName; readonly property?: string }
  | Describe

type Names = Readonly<Record<Statement['kind'], readonly ['DDL' | 'DML' | 'UTILITY', string]>>

/** Athena's StatementType and SubstatementType. */
export const statementTypes: Names = {
  select: ['DML', 'SELECT'],
  insert: ['DML', 'INSERT'],
  createTableAs: ['DDL', 'CREATE_TABLE_AS_SELECT'],
  unload: ['DML', 'UNLOAD'],
  createView: ['DDL', 'CREATE_VIEW'],
  explain: ['DML', 'EXPLAIN'],
  dropView: ['DDL', 'DROP_VIEW'],
  showViews: ['UTILITY', 'SHOW_VIEWS'],
  showCreateView: ['UTILITY', 'SHOW_CREATE_VIEW'],
  prepare: ['DDL', 'PREPARE'],
  execute: ['DML', 'EXECUTE'],
  deallocate: ['DDL', 'DEALLOCATE_PREPARE'],
  createTable: ['DDL', 'CREATE_TABLE'],
  createDatabase: ['DDL', 'CREATE_DATABASE'],
  dropDatabase: ['DDL', 'DROP_DATABASE'],
  dropTable: ['DDL', 'DROP_TABLE'],
  addPartitions: ['DDL', 'ALTER_TABLE_ADD_PARTITION'],
  dropPartitions: ['DDL', 'ALTER_TABLE_DROP_PARTITION'],
  addColumns: ['DDL', 'ALTER_TABLE_ADD_COLUMN'],
  replaceColumns: ['DDL', 'ALTER_TABLE_REPLACE_COLUMN'],
  changeColumn: ['DDL', 'ALTER_TABLE_CHANGE_COLUMN'],
  renamePartition: ['DDL', 'ALTER_TABLE_RENAME_PARTITION'],
  setDatabaseProperties: ['DDL', 'ALTER_DATABASE_SET_DBPROPERTIES'],
  describeDatabase: ['UTILITY', 'DESCRIBE_DATABASE'],
  setLocation: ['DDL', 'ALTER_TABLE_SET_LOCATION'],
  setProperties: ['DDL', 'ALTER_TABLE_PROPERTIES'],
  repair: ['DDL', 'MSCK_REPAIR'],
  showDatabases: ['UTILITY', 'SHOW_DATABASES'],
  showTables: ['UTILITY', 'SHOW_TABLES'],
  showPartitions: ['UTILITY', 'SHOW_PARTITIONS'],
  showColumns: ['UTILITY', 'SHOW_COLUMNS'],
  showCreateTable: ['UTILITY', 'SHOW_CREATE_TABLE'],
  showProperties: ['UTILITY', 'SHOW_TABLE_PROPERTIES'],
  describe: ['UTILITY', 'DESCRIBE_TABLE'],
}
